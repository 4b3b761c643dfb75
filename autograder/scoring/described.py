"""What ``inspect`` finds of a student's function: made here from what is told of it."""

import inspect
import linecache
from types import CodeType
from typing import Any

MAX_LINES = 2_000


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
            co_freevars=(), co_cellvars=(),
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
