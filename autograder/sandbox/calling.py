"""Functions of a test's, as student code holds them: to call one is a question to the scorer."""

import inspect
import keyword
from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import forward_ad

Call = Callable[[tuple[Any, ...], dict[str, Any]], Any]


def make_callable(
    handle: Callable[[torch.Tensor], torch.Tensor],
    call: Call,
    plain: dict[str, Any],
    follows: bool,
) -> Callable[..., Any]:
    """Return a function of whatever the test's function takes.

    Args:
        handle: the function of one tensor, which takes part in autograd.
        call: calls the test's function with plain values.
        plain: name, number, parameters and docstring of the function.
        follows: whether what ``call`` gives takes part in autograd as well, but for transforms.
    """

    def f(*args: Any, **kwargs: Any) -> Any:
        alone = len(args) == 1 and not kwargs and isinstance(args[0], torch.Tensor)
        if alone and (not follows or _is_transformed()):
            try:
                return handle(args[0])
            except TypeError:
                pass  # it is no function from tensor to tensor
        return call(args, kwargs)

    if plain.get("exact") is True:
        f = _with_parameters(f, plain["takes"])
    f.__name__, f.__qualname__, f.__doc__ = plain["name"], plain["name"], plain["doc"]
    vars(f)["_autograder_lent"] = plain["id"], id(f)  # functools.wraps copies it to another one
    vars(f)["__signature__"] = _signature(plain["takes"])
    return f


class _Missing:
    """What an argument is that was not given: what stands for it is the test's to know."""

    def __repr__(self) -> str:
        return "..."


_MISSING = _Missing()


def _with_parameters(f: Callable[..., Any], takes: list[list[Any]]) -> Callable[..., Any]:
    """Return a function whose code has such parameters, as student code may look at.

    It calls ``f`` with what it is given; where no such function can be, it is ``f`` itself.
    """
    names = [name for name, _, _ in takes]
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        return f

    def call(*values: Any) -> Any:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        by_name = False  # from a parameter on that was not given
        for (name, kind, _), value in zip(takes, values):
            if kind == inspect.Parameter.VAR_KEYWORD:
                kwargs |= value
            elif kind == inspect.Parameter.VAR_POSITIONAL:
                args += value
            elif value is _MISSING:
                by_name = True
            elif by_name or kind == inspect.Parameter.KEYWORD_ONLY:
                kwargs[name] = value
            else:
                args.append(value)
        return f(*args, **kwargs)

    space = {"_autograder_missing": _MISSING, "_autograder_call": call}
    made: Callable[..., Any] = eval(
        f"lambda {_written(takes)}: _autograder_call({', '.join(names)})", space
    )
    return made


def _written(takes: list[list[Any]]) -> str:
    """Return parameters as they are written."""
    kinds = [kind for _, kind, _ in takes]
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    starred = inspect.Parameter.VAR_POSITIONAL in kinds
    texts = []
    for place, (name, kind, given) in enumerate(takes):
        if kind == inspect.Parameter.KEYWORD_ONLY and not starred:
            texts.append("*")
            starred = True
        texts.append(stars.get(kind, "") + name + ("=_autograder_missing" if given else ""))
        if kind == inspect.Parameter.POSITIONAL_ONLY and kinds[place + 1 : place + 2] != [kind]:
            texts.append("/")
    return ", ".join(texts)


def _is_transformed() -> bool:
    """Tell whether a transform such as ``vmap`` or ``jvp`` is under way."""
    return torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0


def _signature(takes: list[list[Any]]) -> inspect.Signature | None:
    kinds = {int(kind): kind for kind in (
        inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    )}  # fmt: skip
    try:
        return inspect.Signature([
            inspect.Parameter(name, kinds[kind], default=... if given else inspect.Parameter.empty)
            for name, kind, given in takes
        ])  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


def result_of(reply: dict[str, Any]) -> Any:
    """Return what a test's function gave.

    Raises:
        Exception: what it raised.
    """
    if reply.get("ok") is True:
        return reply.get("value")
    error = reply["error"]
    vars(error)["_autograder_number"] = reply.get("number")
    raise error


def number_of(error: BaseException) -> int | None:
    """Return the number of an error that a test's function raised, None of any other."""
    number = getattr(error, "__dict__", {}).get("_autograder_number")
    return number if type(number) is int else None
