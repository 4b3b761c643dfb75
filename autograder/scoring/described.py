"""What ``inspect`` finds of a student's function: made here from what is told of it."""

import inspect
import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

from autograder.scoring.known import loaded

MAX_LINES = 2_000


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

    It does nothing when it runs.

    Raises:
        AttributeError: what was told makes none.
    """
    try:
        lines = [str(line) for line in told["lines"]][:MAX_LINES]
        name, varnames = str(told["name"]), tuple(map(str, told["varnames"]))
        file = f"<notebook {object.__getattribute__(function, '_autograder_id')}>"
        linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
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
