"""What to say first: the failed cell from which later failures follow."""

import ast
import re
from collections.abc import Sequence

from autograder.model import CellOutput

MAX_CAUSES, MAX_NAMES = 4, 12
MISSING = re.compile(r"^(?:ModuleNotFoundError|ImportError): (.*)", re.DOTALL)
TOO_NEW = re.compile(r"^(?:SyntaxError|IndentationError|TabError): ")
MAGIC = re.compile(r"^([ \t]*)(?:[%!?]|\w+[ \t]*=[ \t]*[%!]).*$", re.MULTILINE)
BINDING = re.compile(
    r"^(?:async )?(?:def|class) (\w+)|^(?:import|from) .*?(\w+)$|^(\w+)\s*=[^=]", re.MULTILINE
)
# What has names of its own.
INSIDE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.FunctionDef)
TIMED_OUT = "KeyboardInterrupt: stopped: the time for this step is used up"  # as the sandbox says
UNKNOWN = re.compile(r"^NameError: name '(\w+)' is not defined")
IMPORT = (
    "Cell {cell} could not import everything ({error}), and what stands below in it was not run ‖ "
    "第 {cell} 个单元导入失败（{error}），其后的语句没有运行"
)
SYNTAX = (
    "Cell {cell} could not be read: the notebook was saved with Python {theirs}, and it is graded "
    "with Python {ours}, which does not know newer syntax ({error}) ‖ "
    "第 {cell} 个单元无法读取：笔记本由 Python {theirs} 保存，而评分使用 Python {ours}，"
    "不支持更新的语法（{error}）"
)
STOPPED = (
    "Cell {cell} ended in an error ({error}), and what stands below in it was not run ‖ "
    "第 {cell} 个单元出错（{error}），其后的语句没有运行"
)
ENDLESS = (
    "Cell {cell} did not come to its end in its time and was stopped; look for an endless loop ‖ "
    "第 {cell} 个单元在规定时间内没有结束，已被终止；请检查是否有死循环"
)
FOLLOWS = (
    ". Because of that these names are missing afterwards: {names}",
    "。因此后面缺少这些名字：{names}",
)
OTHER_PYTHON = (
    "The notebook was saved with Python {theirs} and graded with Python {ours} ‖ "
    "笔记本由 Python {theirs} 保存，评分使用 Python {ours}"
)


def bound_names(source: str) -> list[str]:
    """Return the names that a cell would bind at its top level, in order."""
    plain = MAGIC.sub(r"\1pass", source)
    try:
        body = ast.parse(plain).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = [next(filter(None, names)) for names in BINDING.findall(plain)]
    else:
        found = [name for statement in body for name in _bound_by(statement)]
    return list(dict.fromkeys(found))[:200]


def _bound_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in statement.names]
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    found: list[str] = []
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
        elif not isinstance(node, INSIDE):
            waiting += ast.iter_child_nodes(node)
    return found


def find_causes(outputs: Sequence[CellOutput], theirs: str, ours: str) -> list[str]:
    """Return sentences for people, the most telling first.

    Args:
        outputs: of the notebook's code cells.
        theirs: the Python that the notebook says it was saved with, or "".
        ours: the Python that graded it, or "".
    """
    ranked = []
    newer = _minor(theirs) > _minor(ours) > (0,)
    missing: set[str] = set()
    for number, output in enumerate(outputs, start=1):
        error = (output.error or "").strip()
        text, rank = STOPPED, 2
        if MISSING.match(error):
            text, rank = IMPORT, 0
        elif newer and TOO_NEW.match(error):
            text, rank = SYNTAX, 0
        elif error == TIMED_OUT:  # tells of itself, whatever the cell was to define
            text, rank = ENDLESS, 1
        elif not output.lost or _follows(error, missing):
            missing.update(output.lost)
            continue
        missing.update(output.lost)
        ranked.append((rank, number, text, error, output.lost))
    found = [
        _sentence(number, text, error, lost, theirs, ours)
        for _, number, text, error, lost in sorted(ranked, key=lambda entry: entry[:2])[:MAX_CAUSES]
    ]
    if theirs and ours and _minor(theirs) != _minor(ours):
        found.append(OTHER_PYTHON.format(theirs=theirs, ours=ours))
    return found


def _follows(error: str, missing: set[str]) -> bool:
    """Tell whether an error is there only because a name is missing that an earlier cell lost."""
    found = UNKNOWN.match(error)
    return found is not None and found[1] in missing


def _sentence(
    number: int, text: str, error: str, lost: Sequence[str], theirs: str, ours: str
) -> str:
    lines = error.splitlines() or [""]
    shown = lines[0].removesuffix(":")[:160].replace("‖", "/")
    halves = [
        part.format(cell=number, error=shown, theirs=theirs, ours=ours)
        for part in text.split(" ‖ ")
    ]
    if lost:
        names = ", ".join(lost[:MAX_NAMES]) + (", …" if len(lost) > MAX_NAMES else "")
        halves = [half + end.format(names=names) for half, end in zip(halves, FOLLOWS)]
    return " ‖ ".join(halves)


def _minor(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version; (0,) where there are none."""
    found = re.match(r"(\d{1,3})\.(\d{1,3})", text)
    return (int(found[1]), int(found[2])) if found else (0,)
