"""Judge tables: which columns, of which kind, and which entries are missing.

Two tables that say the same may be kept in many ways: a number as int, float or ``Int64``, a text
as ``str`` or object, a missing entry as NaN, None, NA or NaT. So tables are compared as records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import torch

from autograder import probes
from autograder.checks.answers import describe, error_kind, mismatch
from autograder.wall.evidence import CapturedError

ROOM = 1e-6


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        kind: "number", "text", "truth", "mixed", or "" where nothing is there.
        values: its entries; None for a missing one.
    """

    kind: str
    values: tuple[Any, ...]

    @property
    def missing(self) -> int:
        """How many entries are missing."""
        return self.values.count(None)


Record = dict[str, Column]


def require_frame(found: object, name: str) -> pd.DataFrame:
    """Return a DataFrame, or say what was found in its place."""
    if isinstance(found, CapturedError):
        raise _raising(found, name, "a DataFrame", " DataFrame")
    assert found is not None, (
        f"[nothing-returned] {name} should be a DataFrame, found None: methods with inplace=True "
        "return nothing, nor does a function without return; a name is empty, too, where its cell "
        f"stopped before with an error. ‖ {name} 应该是 DataFrame，实为 None：带 inplace=True "
        "的方法什么都不返回，没有 return 的函数也是；"
        "如果单元格在那之前就出错停止，这个名字也是空的。"
    )
    if not isinstance(found, pd.DataFrame):
        raise mismatch(name, "a DataFrame", " DataFrame", found)
    return found


def _raising(found: CapturedError, name: str, english: str, chinese: str) -> AssertionError:
    kind = error_kind(found.type)
    return AssertionError(
        f"[raises-an-error] {name} should be {english}; found that it raises {kind}. ‖ "
        f"{name} 应该是{chinese}，实际抛出了 {kind}。"
    )


def record_of(frame: pd.DataFrame) -> Record:
    """Return what a table says, however it is kept."""
    columns = (frame.iloc[:, place] for place in range(frame.shape[1]))
    return {str(column.name): _column(list(column)) for column in columns}


def _column(items: Sequence[Any]) -> Column:
    values = tuple(None if _is_missing(item) else _plain(item) for item in items)
    kinds = {_kind(value) for value in values if value is not None}
    return Column(kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "", values)


def _is_missing(item: Any) -> bool:
    return item is None or (np.ndim(item) == 0 and bool(pd.isna(item)))


def _plain(item: Any) -> Any:
    if isinstance(item, (bool, np.bool_)):
        return bool(item)
    if isinstance(item, Real):
        return float(item)
    if isinstance(item, torch.Tensor) and item.dim() == 0:
        return float(item)
    return item


def _kind(value: Any) -> str:
    names = {bool: "truth", float: "number", str: "text"}
    return names.get(type(value), "other")


def is_same(one: Record, other: Record) -> bool:
    """Tell whether two records have the same columns in the same order, with the same entries."""
    return list(one) == list(other) and all(
        len(one[name].values) == len(other[name].values)
        and all(map(_is_equal, one[name].values, other[name].values))
        for name in one
    )


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= ROOM * max(1.0, abs(other))
    return type(one) is type(other) and bool(one == other)


def require_unchanged(after: object, before: Record, name: str) -> None:
    """Require that a table, given as an argument, says afterwards what it said before."""
    left = record_of(require_frame(after, name))
    assert is_same(left, before), (
        f"[argument-changed] {name} changes the table that it was given; work on a copy. ‖ "
        f"{name} 改动了传入的表格；请在副本上操作。"
    )


def require_counts(found: object, right: Mapping[str, int], rows: int, name: str) -> None:
    """Require how many entries of each column are missing: a dict, a Series or as good.

    Args:
        right: the count of each column.
        rows: of the table.
    """
    counts = _as_dict(found, name)
    per_row = len(counts) == rows and not set(counts) & set(right)
    assert not per_row, (
        f"[counts-rows] {name} has a count for each row; it should have one for each column. ‖ "
        f"{name} 对每一行计数；应该对每一列计数。"
    )
    left_out = [column for column in right if column not in counts]
    assert not left_out, (
        f"[columns-left-out] {name} has no count of some columns. A column without missing values "
        f"has 0. ‖ {name} 缺少某些列的计数。没有缺失值的列应为 0。"
    )
    assert set(counts) == set(right), (
        f"[other-columns] {name} has counts of columns that the table does not have. ‖ "
        f"{name} 有表格中不存在的列。"
    )
    if all(counts[column] == right[column] for column in right):
        return
    for slug, english, chinese, wrong in (
        ("equals-nan", "is 0 throughout; NaN equals nothing, not even itself: ask isna",
         "全是 0；NaN 与什么都不相等，包括它自己：请用 isna", lambda column: 0),
        ("present-not-missing", "counts the values that are there", "数的是存在的值",
         lambda column: rows - right[column]),
        ("whether-not-how-many", "tells whether values are missing, not how many",
         "只说明有没有缺失，不说明有多少", lambda column: min(1, right[column])),
        ("shares-not-counts", "gives shares of the rows; it should be how many",
         "给出的是所占比例；应该是个数", lambda column: right[column] / rows),
        ("counts-rows-of-the-table", "is the number of rows", "是行数", lambda column: rows),
    ):  # fmt: skip
        assert any(counts[column] != wrong(column) for column in right), (
            f"[{slug}] {name} {english}. ‖ {name} {chinese}。"
        )
    low = all(counts[column] <= right[column] for column in right)
    assert not low, (
        f"[some-not-counted] {name} overlooks missing values: NaN, None and pd.NA all count. ‖ "
        f"{name} 漏掉了一些缺失值：NaN、None 和 pd.NA 都算。"
    )
    raise AssertionError(f"[wrong-counts] {name}: the counts are wrong. ‖ {name}：计数不对。")


def _as_dict(found: object, name: str) -> dict[str, float]:
    if isinstance(found, CapturedError):
        raise _raising(found, name, "counts", "计数")
    if isinstance(found, pd.Series):
        found = found.to_dict()
    if isinstance(found, (int, np.integer, float)) and not isinstance(found, bool):
        raise AssertionError(
            f"[one-total] {name} is one number; each column should have its own. ‖ "
            f"{name} 只是一个数；每一列都应有自己的计数。"
        )
    try:
        if isinstance(found, Mapping):
            return {str(key): float(value) for key, value in found.items()}
    except (TypeError, ValueError):
        pass
    values = list(found.values()) if isinstance(found, Mapping) else []
    strange = [value for value in values if not isinstance(value, (int, float, np.number))]
    if strange:
        raise AssertionError(
            f"[counts-no-numbers] {name} should hold a number for each column; for one of them it "
            f"holds {describe(strange[0])}. ‖ {name} 应该为每一列给出一个数；"
            f"其中一列给出的是 {describe(strange[0])}。"
        )
    raise mismatch(name, "a dict or Series of numbers", "以个数为值的字典或 Series", found)


def require_dropped(found: object, before: pd.DataFrame, name: str) -> None:
    """Require a table without its column with the most missing values.

    Of several such columns the leftmost goes; where nothing is missing none does.
    """
    table = record_of(before)
    record = record_of(require_frame(found, name))
    most = max(column.missing for column in table.values())
    tied = [name for name in table if table[name].missing == most] if most else []
    right = {key: column for key, column in table.items() if key not in tied[:1]}
    if is_same(record, right):
        return
    gone = [column for column in table if column not in record]
    slug = _about_dropped(table, record, gone, tied)
    english, chinese = _DROPPED[slug]
    raise AssertionError(f"[{slug}] {name}: {english}. ‖ {name}：{chinese}。")


_DROPPED = {
    "drops-rows": ("rows were dropped; a column was to be", "删掉了行；题目要删的是列"),
    "drops-a-complete-column": (
        "nothing is missing here, so nothing should be dropped",
        "这里没有缺失值，所以什么都不应删除",
    ),
    "drops-every-incomplete": (
        "several columns were dropped; only the one with the most missing values goes",
        "删掉了好几列；只应删缺失最多的那一列",
    ),
    "drops-all-tied": (
        "of several columns with equally many only the leftmost goes",
        "有几列同样多时，只删最左边的一列",
    ),
    "other-of-the-tied": (
        "of several columns with equally many the leftmost goes",
        "有几列同样多时，删最左边的一列",
    ),
    "nothing-dropped": ("no column was dropped", "没有删除任何列"),
    "fewest-not-most": (
        "the column with the fewest missing values was dropped",
        "删掉的是缺失最少的列",
    ),
    "values-changed": (
        "columns that stay were changed or moved",
        "留下的列内容或次序变了",
    ),
    "another-column": ("another column was dropped", "删掉的是别的列"),
}


def _about_dropped(table: Record, record: Record, gone: list[str], tied: list[str]) -> str:
    """Return the slug of what went wrong when a column was dropped."""
    lengths = {len(column.values) for column in record.values()}
    counts = {key: column.missing for key, column in table.items()}
    if lengths and lengths != {len(next(iter(table.values())).values)}:
        return "drops-rows"
    if not gone:
        return "nothing-dropped" if tied and set(record) == set(table) else "values-changed"
    if not tied:
        return "drops-a-complete-column"
    if len(gone) > 1:
        if gone == tied:
            return "drops-all-tied"
        return "drops-every-incomplete" if all(map(counts.get, gone)) else "another-column"
    if gone[0] in tied:
        return "values-changed" if gone == tied[:1] else "other-of-the-tied"
    return "fewest-not-most" if counts[gone[0]] == min(counts.values()) else "another-column"


def draw_table(
    missing: Mapping[str, int], rows: int, kinds: Sequence[str] = ("number", "text", "Int64")
) -> pd.DataFrame:
    """Return a table with so many missing values in each column; kinds take turns.

    ``number`` holds NaN, ``text`` None or NaN, ``Int64`` and ``mixed`` hold NA. Some texts are
    empty, which is not missing.
    """
    columns = {}
    for place, (name, count) in enumerate(missing.items()):
        kind = kinds[place % len(kinds)]
        holes = set(torch.randperm(rows)[:count].tolist())
        columns[name] = _draw_column(kind, rows, holes)
    return pd.DataFrame(columns)


def _draw_column(kind: str, rows: int, holes: set[int]) -> Any:
    numbers = (torch.randint(-50, 200, (rows,)) / 2).tolist()
    words = [("north", "", "east")[i] for i in torch.randint(0, 3, (rows,)).tolist()]
    values: list[Any] = words if kind in ("text", "mixed") else numbers
    if kind == "Int64":
        values = [int(number) for number in numbers]
    hole = {"number": float("nan"), "text": None}.get(kind, pd.NA)
    items = [hole if place in holes else value for place, value in enumerate(values)]
    if kind == "Int64":
        return pd.array(items, dtype="Int64")
    return pd.Series(items, dtype=object if kind in ("text", "mixed") else float)


NAMES = (
    "width", "depth", "colour", "city", "weight", "age", "rate", "owner", "floor", "garden",
)  # fmt: skip


def draw_names(count: int) -> list[str]:
    """Return different names of columns, drawn by torch's generator."""
    return [NAMES[i] for i in torch.randperm(len(NAMES))[:count].tolist()]


def plain(found: object) -> Any:
    """Return an answer with sequences of any class as lists and tuples."""
    return probes.items(found)
