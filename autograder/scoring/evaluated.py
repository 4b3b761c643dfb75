"""What a test evaluates may be a text of the notebook's: sums are, nothing that reaches further.

``eval(answer)`` in a hidden test would run what a student wrote beside all of them. Python tells an
audit hook of each text before it is compiled. One that the test itself holds as it is may say
anything; any other calls functions by plain names and reaches for no attribute. The same goes for
what SymPy makes of a text, which it evaluates too.
"""

import ast
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

NOT_RUN = (
    "{}: a text that reaches further than sums and calls of functions is not evaluated beside the "
    "tests, as a notebook may have made it ‖ {}：测试不会运行这样的文本，因为它可能来自笔记本"
)
# Of Python's own functions what runs a text, reads a file or reaches into objects.
REACHING = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "dir", "eval", "exec", "getattr", "globals",
    "help", "input", "locals", "memoryview", "open", "setattr", "super", "type", "vars",
})  # fmt: skip
PLAIN: tuple[type[ast.AST], ...] = (
    ast.Expression, ast.Expr, ast.Module, ast.Interactive, ast.BinOp, ast.UnaryOp, ast.BoolOp,
    ast.Compare, ast.IfExp, ast.Constant, ast.Name, ast.Call, ast.keyword, ast.Starred, ast.List,
    ast.Tuple, ast.Set, ast.Dict, ast.Subscript, ast.Slice, ast.expr_context, ast.operator,
    ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip
STDLIB = Path(sysconfig.get_path("stdlib"))
OTHERS = (f"{STDLIB}/", f"{STDLIB.resolve()}/", f"{Path(__file__).parents[1]}/", "<frozen ")
PACKAGES = ("/site-packages/", "/dist-packages/")  # also of an environment below this one
PARSER = "/sympy/parsing/"
MOST = 200  # characters of a text that a message tells


def refusal(source: object, caller: FrameType) -> str:
    """Return why a text is not compiled, "" where it is.

    Args:
        source: text, bytes or a tree, as an audit hook is told.
        caller: what asks for it.
    """
    if not _is_a_tests(caller.f_code.co_filename):
        return ""
    try:
        text = _text_of(source)
        if text.strip() == "" or any(text in one for one in _texts_in(caller.f_code)):
            return ""
        tree = ast.parse(text.strip())  # by a library, as the next hook sees it
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return ""  # compiling it meets the same
    if _is_plain(tree):
        return ""
    shown = " ".join(text.split())[:MOST]
    return NOT_RUN.format(shown, shown)


def _is_a_tests(file: str) -> bool:
    """Tell whether code is a test's or a helper module's, or evaluates what one hands to it."""
    a_librarys = file.startswith(OTHERS) or any(place in file for place in PACKAGES)
    return PARSER in file or not a_librarys


def _text_of(source: object) -> str:
    if isinstance(source, ast.AST):
        return ast.unparse(source)
    return source.decode("utf-8") if isinstance(source, bytes) else str(source)


def _texts_in(code: CodeType) -> Iterator[str]:
    """Yield the texts that stand in a function, or in one around which it is."""
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple):
            yield from (text for text in one if isinstance(text, str))
        elif isinstance(one, CodeType):
            yield from _texts_in(one)


def _is_plain(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if not isinstance(node, PLAIN):
            return False
        if isinstance(node, ast.Name) and (node.id in REACHING or node.id.startswith("__")):
            return False
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
            return False
    return True
