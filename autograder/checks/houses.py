"""Judge how a file of houses was read: what counts as missing, and which columns are numbers."""

from collections.abc import Sequence

import torch

from autograder.checks.tables import Column, Record, record_of, require_frame

SPELLINGS = ("", "NA", "?", "-", "n.a.", "none")
NOT_COUNTED = "-1"  # in the column Rooms alone
COLUMNS = ("Rooms", "Alley", "Area", "Balance", "Pool", "Year", "Price")
TEXTS = {"Alley": ("Pave", "Grvl"), "Pool": ("yes", "no")}
# The file that students get (assignments/data/houses.csv).
HOUSES = """\
Rooms,Alley,Area,Balance,Pool,Year,Price
3,Pave,81.5,-1,,1998,127500
-1,?,64,12.5,NA,2003,106000
,Grvl,?,-1,yes,1987,178100
4, -,102,none,NA,2015,140000
2,Pave,n.a.,-1,no,2011, ?
-1, none,95,30,yes,1979,151000
5,?,120.5,-1,,1992,210000
3, ?,77,-7.5,no,2008,119900
2,Grvl,58,-1,,1965,98000
4,n.a., NA,4,yes,2019,163200
3,Pave,88,-,no,1990,NA
6,-,140,-1,yes,2001,254000
"""
STREAM = "import io\nit = io.StringIO({!r})\n"
PATH = (
    "import os, tempfile\nfolder = tempfile.TemporaryDirectory()\n"
    "it = os.path.join(folder.name, 'houses.csv')\n"
    "with open(it, 'w', encoding='utf-8') as file:\n    file.write({!r})\n"
)


def read(text: str) -> Record:
    """Return what a text of this form says."""
    header, *lines = text.splitlines()
    rows = [line.split(",") for line in lines]
    return {
        name: _column(name, [row[place] for row in rows])
        for place, name in enumerate(header.split(","))
    }


def _column(name: str, items: Sequence[str]) -> Column:
    missing = [
        item.lstrip() in SPELLINGS or (name == "Rooms" and item == NOT_COUNTED) for item in items
    ]
    if name in TEXTS:
        return Column("text", tuple(None if gone else x for gone, x in zip(missing, items)))
    return Column("number", tuple(None if gone else float(x) for gone, x in zip(missing, items)))


def draw(rows: int) -> str:
    """Return another file: every spelling comes in every column, with and without a blank."""
    columns = [_draw_column(name, rows) for name in COLUMNS]
    lines = [",".join(row) for row in zip(*columns)]
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def _draw_column(name: str, rows: int) -> list[str]:
    numbers = torch.randint(2, 400, (rows,)).tolist()
    if name in TEXTS:
        items = [TEXTS[name][number % 2] for number in numbers]
    elif name == "Area":
        items = [f"{number / 2:g}" for number in numbers]
    else:
        items = [str(number) for number in numbers]
    holes = [" " * (number % 2) + spelling for spelling in SPELLINGS[1:] for number in (0, 1)]
    holes += ["", ""]
    if name == "Rooms":
        holes += [NOT_COUNTED] * 2
    order = torch.randperm(rows).tolist()
    free = order[len(holes) :]
    for place, hole in zip(order, holes):
        items[place] = hole
    if name == "Balance":
        for place in free[:3]:
            items[place] = "-1"
    return items


def require_read(found: object, right: Record, name: str) -> None:
    """Require a table to say what a file says.

    Raises:
        AssertionError: it starts with the slip that explains the first column that differs.
    """
    record = record_of(require_frame(found, name))
    assert list(record) == list(right), (
        f"[other-columns] {name} should have the columns {', '.join(right)}. ‖ "
        f"{name} 的列应该是 {', '.join(right)}。"
    )
    assert record == right or record != read(HOUSES), (
        f"[file-ignored] {name} gives the table of houses.csv whatever source is; read the source "
        f"that is given. ‖ 无论 source 是什么，{name} 都给出 houses.csv 的表；请读取传入的 source。"
    )
    rows, wanted = (len(next(iter(table.values())).values) for table in (record, right))
    assert rows >= wanted, (
        f"[drops-rows] {name} has {rows} rows; the file has {wanted}. ‖ "
        f"{name} 有 {rows} 行；文件有 {wanted} 行。"
    )
    assert rows == wanted, (
        f"[header-as-row] {name} has {rows} rows; the file has {wanted} below its first line. ‖ "
        f"{name} 有 {rows} 行；文件第一行以下有 {wanted} 行。"
    )
    everything = [value for column in record.values() for value in column.values]
    assert any(value is not None for value in everything), (
        f"[nothing-read] {name} holds nothing but missing values. ‖ {name} 里全是缺失值。"
    )
    faults = {_fault(key, record[key], right[key]): key for key in reversed(right)}
    for slug, (english, chinese) in _FAULTS.items():
        assert slug not in faults, (
            f"[{slug}] {name}: {english.format(faults[slug])}. ‖ "
            f"{name}：{chinese.format(faults[slug])}。"
        )


# What is wrong with a column {}, and what to say first.
_FAULTS = {
    "default-spellings-only": (
        "in {} a spelling of the list does not count as missing yet",
        "{} 中还有题目列出的拼写没有算作缺失",
    ),
    "blank-hides-it": (
        "in {} a blank before a spelling hides that it means missing",
        "{} 中拼写前面的空格使它没有被识别为缺失",
    ),
    "numbers-as-text": (
        "the entries of {} are texts; they should be numbers",
        "{} 的内容是文本；应该是数",
    ),
    "sentinel-everywhere": (
        "in {} -1 is a value; it means missing in Rooms alone",
        "{} 中的 -1 是真实的值；只有在 Rooms 里才表示缺失",
    ),
    "sentinel-kept": ("in {} -1 means that nobody counted", "{} 中的 -1 表示没有数过"),
    "missing-filled": ("a missing entry of {} was filled in", "{} 的缺失项被填上了值"),
    "value-lost": ("a value of {} is missing", "{} 的一个值丢失了"),
    "wrong-values": ("other values in {}", "{} 的值不对"),
}


def _fault(name: str, found: Column, right: Column) -> str | None:
    """Return the slug of what is wrong with a column, None where nothing is."""
    pairs = list(zip(found.values, right.values))
    for value, wanted in pairs:
        if wanted is None and isinstance(value, str) and value.lstrip() in SPELLINGS:
            return "default-spellings-only" if value == value.lstrip() else "blank-hides-it"
    if right.kind == "number" and any(isinstance(value, str) for value, _ in pairs):
        return "numbers-as-text"
    for value, wanted in pairs:
        if wanted is None and value is not None:
            return "sentinel-kept" if name == "Rooms" and value == -1.0 else "missing-filled"
        if value is None and wanted is not None:
            return "sentinel-everywhere" if wanted == -1.0 else "value-lost"
    return None if all(value == wanted for value, wanted in pairs) else "wrong-values"


def require_cleaned(found: object, name: str) -> None:
    """Require the file's table without Alley, where most values are missing."""
    right = read(HOUSES)
    columns = list(record_of(require_frame(found, name)))
    for gone, slug, english, chinese in (
        ("Pool", "spellings-not-read", "Pool has the most missing values only while some spellings "
         "in Alley are not seen", "只有漏认了 Alley 中的一些拼写，Pool 的缺失才最多"),
        ("Balance", "sentinel-everywhere", "Balance has the most missing values only if -1 counts "
         "as missing there", "只有把 Balance 中的 -1 当作缺失，它的缺失才最多"),
    ):  # fmt: skip
        wrong = columns == [column for column in right if column != gone]
        assert not wrong, f"[{slug}] {name}: {english}. ‖ {name}：{chinese}。"
    assert columns != list(right), (
        f"[nothing-dropped] {name} still has all columns. ‖ {name} 仍有全部的列。"
    )
    require_read(found, {key: column for key, column in right.items() if key != "Alley"}, name)
