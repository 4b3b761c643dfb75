"""What a table becomes as columns of numbers, rightly and by known slips.

One random table in ten does not tell a slip from the right answer (a mean that is the median, a
missing row that changes nothing). So a table is drawn until each of the test's slips differs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean, median
from typing import Any

import numpy as np
import pandas as pd
import torch

from autograder.checks.tables import Record, draw_names, record_of

NEARLY = 1e-5  # of a column's largest number: float32 has seven digits
Columns = list[np.ndarray]
WORDS = ("brick", "wood", "stone", "clay", "steel")


@dataclass(frozen=True)
class Case:
    """A table, its target, and what is right for it.

    Attributes:
        rows: the places of the rows whose target is known.
    """

    frame: pd.DataFrame
    target: str
    record: Record = field(repr=False)
    rows: tuple[int, ...]

    def numbers(self, rows: Iterable[int] | None = None) -> dict[str, list[float | None]]:
        """Return the columns of numbers but for the target, in the rows that stay or in others."""
        return self._columns("number", rows)

    def texts(self) -> dict[str, list[str | None]]:
        """Return the columns of texts, in the rows that stay."""
        return self._columns("text", None)

    def _columns(self, kind: str, rows: Iterable[int] | None) -> dict[str, list[Any]]:
        taken = list(self.rows if rows is None else rows)
        return {
            name: [column.values[row] for row in taken]
            for name, column in self.record.items()
            if column.kind == kind and name != self.target
        }

    @property
    def y(self) -> np.ndarray:
        """The target, where it is known."""
        return np.array([self.record[self.target].values[row] for row in self.rows])


def make_case(frame: pd.DataFrame, target: str) -> Case:
    """Return what is known of a table."""
    record = record_of(frame)
    rows = [row for row, value in enumerate(record[target].values) if value is not None]
    return Case(frame, target, record, tuple(rows))


def filled(case: Case, number: Callable[[str, list[float]], float] | None = None) -> Columns:
    """Return the columns of numbers, a missing one replaced: by its column's mean if not told.

    A column without any number is left out.
    """
    found = []
    for name, values in case.numbers().items():
        known = [value for value in values if value is not None]
        if known:
            hole = number(name, known) if number else fmean(known)
            found.append(np.array([hole if value is None else value for value in values]))
    return found


def kinds(case: Case, missing: bool = True, drop: int = 0) -> Columns:
    """Return a column of 0 and 1 for each value of each text column, and for what is missing."""
    found = []
    for values in case.texts().values():
        known = sorted({value for value in values if value is not None})[drop:]
        gone: list[str | None] = [None] if missing and None in values else []
        for kind in [*known, *gone]:
            found.append(np.array([float(value == kind) for value in values]))
    return found


def right_columns(case: Case) -> Columns:
    """Return the columns of X."""
    return filled(case) + kinds(case)


def _overall(case: Case) -> float:
    return fmean(v for values in case.numbers().values() for v in values if v is not None)


def _early(case: Case) -> Columns:
    every = case.numbers(range(len(case.frame)))
    return filled(
        case, lambda name, known: fmean(value for value in every[name] if value is not None)
    )


def _codes(case: Case, first: int = 0) -> Columns:
    found = []
    for values in case.texts().values():
        known = sorted({value for value in values if value is not None})
        found.append(np.array([-1.0 + first if v is None else known.index(v) + first
                               for v in values]))  # fmt: skip
    return found


def _one_hot_numbers(case: Case) -> Columns:
    return [
        (column == value).astype(float) for column in filled(case) for value in np.unique(column)
    ]


def _most_frequent(case: Case) -> Columns:
    found = []
    for values in case.texts().values():
        known = sorted({value for value in values if value is not None})
        best = max(known, key=values.count)
        found += [np.array([float((v or best) == kind) for v in values]) for kind in known]
    return found


def _whole(columns: Columns) -> Columns:
    return [np.trunc(column) for column in columns]


def _first(count: int, case: Case) -> Columns:
    names = [name for name in case.record if name != case.target][:count]
    part = make_case(case.frame[[*names, case.target]], case.target)
    return right_columns(part)


@dataclass(frozen=True)
class Slip:
    """What a misconception makes of a table, in one or more ways."""

    english: str
    chinese: str
    ways: tuple[Callable[[Case], Columns], ...]


SLIPS = {
    "filled-with-zero": Slip(
        "a missing number became 0; it should be its column's mean",
        "缺失的数被填成了 0；应该是该列的平均值",
        (lambda case: filled(case, lambda name, known: 0.0) + kinds(case),),
    ),
    "median-for-mean": Slip(
        "a missing number became the median; it should be the mean",
        "缺失的数被填成了中位数；应该是平均值",
        (lambda case: filled(case, lambda name, known: median(known)) + kinds(case),),
    ),
    "overall-mean": Slip(
        "a missing number became the mean of the whole table; each column has its own",
        "缺失的数被填成了整个表的平均值；每一列应各用自己的平均值",
        (lambda case: filled(case, lambda name, known: _overall(case)) + kinds(case),),
    ),
    "neighbour-for-mean": Slip(
        "a missing number became one that stands in its column; it should be the mean",
        "缺失的数被填成了该列中的某个值；应该是平均值",
        (
            lambda case: filled(case, lambda name, known: known[0]) + kinds(case),
            lambda case: filled(case, lambda name, known: known[-1]) + kinds(case),
            lambda case: filled(case, lambda name, known: max(known)) + kinds(case),
            lambda case: filled(case, lambda name, known: min(known)) + kinds(case),
        ),
    ),
    "mean-before-rows": Slip(
        "the means include rows that are left out; leave those out first",
        "平均值里包含了要去掉的行；应先去掉这些行",
        (lambda case: _early(case) + kinds(case),),
    ),
    "no-missing-indicator": Slip(
        "a missing text has no column of its own",
        "缺失的文本没有自己的一列",
        (lambda case: filled(case) + kinds(case, missing=False),),
    ),
    "text-filled": Slip(
        "a missing text became the most frequent one; it should have a column of its own",
        "缺失的文本被填成了最常见的值；应该有自己的一列",
        (lambda case: filled(case) + _most_frequent(case),),
    ),
    "first-kind-dropped": Slip(
        "each value of a text column needs a column; the first has none",
        "文本列的每个值都应有一列；第一个值没有",
        (lambda case: filled(case) + kinds(case, drop=1),),
    ),
    "codes-for-kinds": Slip(
        "a text column became one column of codes, as if its values had an order",
        "文本列变成了一列编码，好像这些值有次序一样",
        (lambda case: filled(case) + _codes(case), lambda case: filled(case) + _codes(case, 1)),
    ),
    "numbers-as-kinds": Slip(
        "numbers were split into columns of 0 and 1; only texts should be",
        "数也被拆成了 0/1 列；只有文本才应这样",
        (lambda case: _one_hot_numbers(case) + kinds(case),),
    ),
    "text-left-out": Slip(
        "the text columns are missing", "缺少文本列", (lambda case: filled(case),)
    ),
    "target-in-inputs": Slip(
        "the target is among the inputs",
        "目标列混进了输入",
        (lambda case: [*right_columns(case), case.y],),
    ),
    "first-columns-only": Slip(
        "only the first columns are there, however many the table has",
        "只有开头的几列，不管表格有多少列",
        tuple(partial(_first, count) for count in (1, 2, 3)),
    ),
    "cut-to-integers": Slip(
        "digits after the point were cut off",
        "小数部分被截掉了",
        (lambda case: _whole(right_columns(case)),),
    ),
}


def draw(
    slips: Sequence[str],
    number_holes: int = 0,
    text_holes: int = 0,
    target_holes: int = 0,
    odd_labels: bool = False,
) -> Case:
    """Return a random case in which each of these slips leads to other columns.

    Args:
        number_holes: missing values in two of three columns of numbers.
        text_holes: missing values in each text column.
        target_holes: rows without a target; their numbers are far from the others.
        odd_labels: label the rows with other numbers than their places.
    """
    for _ in range(2000):
        case = _draw(number_holes, text_holes, target_holes, odd_labels)
        right = right_columns(case)
        if not any(is_same(way(case), right) for slug in slips for way in SLIPS[slug].ways):
            return case
    raise RuntimeError("no table tells these slips apart")


def _draw(number_holes: int, text_holes: int, target_holes: int, odd_labels: bool) -> Case:
    rows = 9
    names = draw_names(6)
    spread = [(-3.0, 8.0), (100.0, 9.0), (4.0, 50.0)]
    columns: dict[str, list[Any]] = {}
    for name, (low, step) in zip(names[:3], spread):
        columns[name] = [low + step * n / 4 for n in torch.randint(1, 40, (rows,)).tolist()]
    for name in names[3:5]:
        words = [WORDS[i] for i in torch.randperm(len(WORDS))[:3].tolist()]
        columns[name] = [words[i] for i in [0, 1, 2, *torch.randint(0, 3, (rows - 3,)).tolist()]]
    columns[names[5]] = [10.0 * n for n in (1 + torch.randperm(90)[:rows]).tolist()]
    without = torch.randperm(rows)[:target_holes].tolist()
    for row in without:
        columns[names[5]][row] = float("nan")
        for name in names[:2]:
            columns[name][row] += 1000.0
    for name in names[:2]:
        for row in _places(rows, number_holes, without):
            columns[name][row] = float("nan")
    for name in names[3:5]:
        for row in _places(rows, text_holes, without):
            columns[name][row] = None
    order = [names[i] for i in torch.randperm(6).tolist()]
    labels = (torch.randperm(50)[:rows] + 5).tolist() if odd_labels else range(rows)
    return make_case(pd.DataFrame({name: columns[name] for name in order}, index=labels), names[5])


def _places(rows: int, count: int, without: Sequence[int]) -> list[int]:
    return [row for row in torch.randperm(rows).tolist() if row not in without][:count]


def is_same(found: Columns, right: Columns) -> bool:
    """Tell whether columns are the same in any order; columns of zeros do not count."""
    left, wanted = ([c for c in columns if np.any(c != 0)] for columns in (found, right))
    if len(left) != len(wanted):
        return False
    for column in wanted:
        room = NEARLY * max(1.0, float(np.abs(column).max()))
        fits = [
            place for place, one in enumerate(left)
            if one.shape == column.shape and np.abs(one - column).max() <= room
        ]  # fmt: skip
        if not fits:
            return False
        left.pop(fits[0])
    return True


def are_codes(found: Columns, case: Case) -> bool:
    """Tell whether each text column became one column with a number for each of its values."""
    texts = [values for values in case.texts().values() if len({*values}) > 2]
    coded = [
        any(len({*values}) == len({*column}) == len({*zip(values, column)}) for column in found)
        for values in texts
    ]
    return bool(coded) and all(coded) and len(found) == len(filled(case)) + len(case.texts())


def without_numbers(case: Case) -> Case:
    """Return a case in which one column of numbers has none in the rows that stay."""
    frame = case.frame.copy()
    name = next(name for name, values in case.numbers().items() if None in values)
    frame.loc[[frame.index[row] for row in case.rows], name] = float("nan")
    return make_case(frame, case.target)
