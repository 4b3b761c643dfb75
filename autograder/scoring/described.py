"""What ``inspect`` finds of a student's function: made here from what is told of it."""

import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from autograder.scoring.conversation import Conversation
from autograder.scoring.known import loaded
from autograder.wall.evidence import OF_CODE

MAX_LINES = 2_000
BYTECODE = frozenset({"dis", "co_code", "get_instructions", "opname"})  # words of who reads it
UNCOMPILED = "what this function compiles to cannot be read here ‖ 这里读不到这个函数编译后的字节码"


def with_libraries(name: str, value: Any, ask: Callable[..., Any]) -> Any:
    """Return the value of an attribute; classes that a class derives from are the scorer's own.

    They are where they are a library's: so ``issubclass`` finds them.
    """
    if name != "__bases__" or type(value) is not tuple:
        return value
    return tuple(_library_class(one, ask) or one for one in value)


def _library_class(value: Any, ask: Callable[..., Any]) -> type | None:
    if not hasattr(type(value), "_autograder_type"):
        return None
    told = [ask(value, "attribute", name) for name in ("__module__", "__qualname__")]
    return loaded(".".join(told)) if all(type(one) is str for one in told) else None


def make_code(function: Any, told: Any) -> CodeType:
    """Return a code object that says of itself what a function's says, with its source.

    Where that source makes it, it is what Python makes of it; else it does nothing when it runs.

    Raises:
        AttributeError: what was told makes none.
        AssertionError: a test reads its bytecode, and its source does not make it.
    """
    try:
        lines = [str(line) for line in told["lines"]][:MAX_LINES]
        name, varnames = str(told["name"]), tuple(map(str, told["varnames"]))
        file = f"<notebook {object.__getattribute__(function, '_autograder_id')}>"
        linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
        if (made := _compiled(lines, told)) is not None:
            TOLD.update(code.co_code for code in (made, *_codes_in(made)))
            return made.replace(co_filename=file, co_firstlineno=1)
        _refuse_bytecode(object.__getattribute__(function, "_autograder_session"))
        return _NOTHING.replace(
            co_filename=file, co_firstlineno=1, co_name=name,
            co_argcount=told["argcount"], co_posonlyargcount=told["posonlyargcount"],
            co_kwonlyargcount=told["kwonlyargcount"], co_varnames=varnames,
            co_nlocals=len(varnames), co_names=tuple(map(str, told["names"])),
            co_flags=int(told["flags"]) & ~inspect.CO_NESTED, co_consts=(None, *told["consts"]),
            co_freevars=tuple(map(str, told["freevars"])),
            co_cellvars=tuple(map(str, told["cellvars"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError):
        raise AttributeError("__code__") from None


_NOTHING = (lambda: None).__code__
TOLD = set[bytes]()  # what functions of notebooks compile to


def is_told(code: bytes) -> bool:
    """Tell whether bytecode is that of a notebook's function."""
    return code in TOLD


def _refuse_bytecode(session: Conversation) -> None:
    if not BYTECODE.isdisjoint(session.case.words):
        raise session.case.refuse(AssertionError(UNCOMPILED))


def _compiled(lines: list[str], told: Any) -> CodeType | None:
    """Return what Python makes of a function's source, where that is the function that was told.

    Compiling runs nothing of it. Names of a function around it are those of one here.
    """
    source = textwrap.dedent("".join(lines))
    if told["freevars"]:
        around = ", ".join(map(str, told["freevars"]))
        source = f"def around({around}):\n" + textwrap.indent(source, " ")
    try:
        found = compile(source, "<notebook>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    wanted = [_plainly(told[name]) for name in OF_CODE]
    for code in _codes_in(found):
        if [_plainly(getattr(code, f"co_{name}")) for name in OF_CODE] == wanted:
            return code
    return None


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes_in(one)


def _plainly(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, (tuple, list)) else value


def make_signature(told: Any) -> inspect.Signature:
    """Return a signature of parameters as they are told.

    Raises:
        AttributeError: what was told makes none.
    """
    empty = inspect.Parameter.empty
    try:
        parameters, answer = told
        return inspect.Signature(
            [
                inspect.Parameter(
                    name, inspect._ParameterKind(kind),
                    default=default[0] if default else empty,
                    annotation=annotation[0] if annotation else empty,
                )
                for name, kind, default, annotation in parameters
            ],
            return_annotation=answer[0] if answer else inspect.Signature.empty,
        )  # fmt: skip
    except (TypeError, ValueError):
        raise AttributeError("__signature__") from None
