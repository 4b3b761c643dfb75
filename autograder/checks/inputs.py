"""Judge the tensors that a table was made into: columns by value in any order, and the target."""

from collections.abc import Sequence

import numpy as np

from autograder import probes
from autograder.checks import near
from autograder.checks.answers import error_kind, require_items, require_text
from autograder.checks.columns import NEARLY, SLIPS, Case, are_codes, is_same, right_columns
from autograder.wall.evidence import CapturedError

NAME = "to_tensors(table, target)"


def require_answer(effect: tuple) -> tuple[np.ndarray, np.ndarray, list]:
    """Return X, y and the names that a call of ``probes.effects`` gave, as arrays and a list."""
    answer = effect[0]
    if isinstance(answer, CapturedError):
        kind = error_kind(answer.type)
        raise AssertionError(
            f"[raises-an-error] {NAME} should return X, y and names; found that it raises {kind}. "
            f"‖ {NAME} 应该返回 X、y 和 names，实际抛出了 {kind}。"
        )
    assert answer is not None, (
        f"[nothing-returned] {NAME} should return X, y and names, found None. ‖ "
        f"{NAME} 应该返回 X、y 和 names，实为 None。"
    )
    x, y, names = require_items(answer, NAME, 3)
    names = names.tolist() if hasattr(names, "tolist") else probes.items(names)
    return near.read(x, "X").numpy(), near.read(y, "y").numpy(), require_items(names, "names")


def require_target(y: np.ndarray, case: Case) -> None:
    """Require the target of the rows that stay, in their order."""
    assert y.ndim != 2 or y.shape[1] != 1, (
        "[column-for-vector] y should be a vector; found a matrix of one column. ‖ "
        "y 应该是向量，实为一列的矩阵。"
    )
    assert not np.isnan(y).any(), (
        "[nan-target] y holds NaN: leave out the rows without target. ‖ "
        "y 中有 NaN：应去掉没有目标值的行。"
    )
    rows = len(case.rows)
    if y.shape == (len(case.frame),) and len(case.frame) != rows:
        raise AssertionError(
            "[target-filled] y has a number for every row; rows without target are to be left out, "
            "not filled in. ‖ y 为每一行都给了一个数；没有目标值的行应去掉，而不是填上。"
        )
    assert y.shape == (rows,), (
        f"[wrong-length] y should have the shape ({rows},), found {y.shape}. ‖ "
        f"y 的形状应该是 ({rows},)，实为 {y.shape}。"
    )
    room = NEARLY * float(np.abs(case.y).max())
    assert not np.abs(np.sort(y) - np.sort(case.y)).max() > room, (
        "[another-target] y does not hold the target. ‖ y 不是目标列的值。"
    )
    assert np.abs(y - case.y).max() <= room, (
        "[rows-out-of-step] y is in another order than the rows of the table. ‖ "
        "y 的次序与表格的行不一致。"
    )


def require_inputs(x: np.ndarray, case: Case, slips: Sequence[str]) -> None:
    """Require the inputs of the rows that stay: columns in any order, found by their values.

    Raises:
        AssertionError: it starts with the slip that explains the columns, where one does.
    """
    require_rows(x, case)
    columns, right = list(x.T), right_columns(case)
    if is_same(columns, right):
        return
    for slug in slips:
        slip = SLIPS[slug]
        for way in slip.ways:
            wrong = is_same(columns, way(case))
            assert not wrong, f"[{slug}] X: {slip.english}. ‖ X：{slip.chinese}。"
    if are_codes(columns, case):
        slip = SLIPS["codes-for-kinds"]
        raise AssertionError(f"[codes-for-kinds] X: {slip.english}. ‖ X：{slip.chinese}。")
    alike = is_same([np.sort(c) for c in columns], [np.sort(c) for c in right])
    assert not alike, (
        "[rows-out-of-step] X: the columns hold the right numbers, but in other rows. ‖ "
        "X：各列的数是对的，但行的次序不对。"
    )
    raise AssertionError(
        "[wrong-columns] X: these are not the columns that the table leads to. ‖ "
        "X：这些并不是由这张表应得到的列。"
    )


def require_rows(x: np.ndarray, case: Case) -> None:
    """Require a matrix without NaN that has a row for each row with a target."""
    rows = len(case.rows)
    assert x.ndim == 2, (
        f"[wrong-shape] X should have two axes, rows and columns; found {x.ndim}. ‖ "
        f"X 应该有行、列两个轴，实有 {x.ndim} 个轴。"
    )
    assert len(x) == rows or x.shape != (len(right_columns(case)), rows), (
        "[transposed] X has the columns of the table as its rows. ‖ X 的行和列反了。"
    )
    assert len(x) == rows, (
        f"[rows-out-of-step] X has {len(x)} rows; {rows} rows have a target. ‖ "
        f"X 有 {len(x)} 行；有目标值的行是 {rows} 行。"
    )
    assert not np.isnan(x).any(), (
        "[missing-left] X holds NaN: a missing number was not replaced, or 0/0 made one. ‖ "
        "X 中有 NaN：有缺失的数没有替换，或者算出了 0/0。"
    )


def require_no_empty_column(x: np.ndarray, most: int) -> None:
    """Require that the column that has no mean is gone, also where it was filled with zeros.

    Args:
        most: columns that X may have, those of zeros included.
    """
    empty = x.ndim == 2 and len(x) and np.isnan(x).all(axis=0).any()
    empty = empty or (x.ndim == 2 and x.shape[1] > most and (x == 0).all(axis=0).any())
    assert not empty, (
        "[all-missing-column] X still has a column without a single number; it has no mean, and is "
        "to be left out. ‖ X 中还有一个数都没有的列；它没有平均值，应当去掉。"
    )


def require_names(names: list, x: np.ndarray) -> None:
    """Require a name for each column of X, as text."""
    for name in names:
        require_text(name, "names")
    assert x.ndim == 2 and len(names) == x.shape[1], (
        f"[names-for-other-columns] names should have a name for each column of X; found "
        f"{len(names)} for the shape {x.shape}. ‖ names 应该为 X 的每一列给出一个名字；"
        f"实有 {len(names)} 个，而 X 的形状为 {x.shape}。"
    )
