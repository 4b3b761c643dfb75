"""The operations that a test may do with an object that stays here; the list is closed."""

import asyncio
import copy
import inspect
import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.errors import EvidenceError
from autograder.sandbox.derived import derive, inherited
from autograder.wall.codec import MAX_NODES
from autograder.wall.codec.subclasses import become, content_of
from autograder.wall.evidence import OF_CODE

PLAIN_LISTS = ("matplotlib.axes._base.ArtistList", "matplotlib.cbook.silent_list")


UNTOLD = EvidenceError("what it gives is not what it holds ‖ 它给出的内容与它保存的内容不同")
ARRAYS = ("__array__", "__array_interface__", "__array_struct__")
asarray = np.asarray  # as it was before student code ran
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "matmul": operator.matmul,
    "truediv": operator.truediv, "floordiv": operator.floordiv, "mod": operator.mod,
    "divmod": divmod, "pow": operator.pow, "lshift": operator.lshift, "rshift": operator.rshift,
    "and": operator.and_, "xor": operator.xor, "or": operator.or_,
}  # fmt: skip


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda target, other: operation(other, target)


def operate(target: Any, operation: str, args: tuple[Any, ...]) -> Any:
    """Do one operation with an object.

    Raises:
        EvidenceError: there is no such operation, or its answer is endless.
        Exception: what the object raises.
    """
    if operation not in OPERATIONS:
        raise EvidenceError(f"a test cannot ask an object for '{operation}'")
    return OPERATIONS[operation](target, *args)


def _attribute(target: Any, name: str) -> Any:
    if name == "keys" and not _gives_what_it_holds(target):
        raise UNTOLD
    value = getattr(target, name)
    kind = type(value)
    if f"{kind.__module__}.{kind.__qualname__.partition('.')[0]}" in PLAIN_LISTS:
        return list(value)
    if name in ("__dict__", "__members__"):
        return dict(value)
    return value


def _base_of(target: Any, *bases: Any) -> Any:
    """Return the plain type that an object of a subclass derives from, None of any other."""
    line = type.mro(type(target))[1:]
    return next((one for one in line if any(one is base for base in bases)), None)


def _are_same(given: list[Any], held: list[Any]) -> bool:
    return len(given) == len(held) and all(a is b for a, b in zip(given, held))


def _gives_what_it_holds(target: Any) -> bool:
    """Tell whether a mapping's keys and items are what the dict holds that it derives from.

    Python's own functions read what an object of a subclass holds, as ``dict(x)``, ``set(x)`` and
    ``math.sqrt(x)`` do, and nothing here tells them from those that ask the object. So where the
    two differ it is not asked.
    """
    if _base_of(target, dict) is None:
        return True
    held = list(dict.__iter__(target))
    given = list(itertools.islice(target.keys(), len(held) + 1))
    return _are_same(given, held) and _are_same(
        [target[key] for key in given], [dict.__getitem__(target, key) for key in held]
    )


def _real(target: Any) -> float | None:
    found = float(target)
    differs = _base_of(target, float) and repr(found) != repr(float.__pos__(target))
    return None if differs else found


def _items(target: Any) -> list[Any] | None:
    found = list(itertools.islice(iter(target), MAX_NODES + 1))
    if len(found) > MAX_NODES:
        raise EvidenceError(f"there are more than {MAX_NODES} items")
    base = _base_of(target, list, tuple, set, frozenset)
    return found if base is None or _are_same(found, list(base.__iter__(target))) else None


READ = (int, float, complex, str, bytes, list, tuple)


def _array(target: Any) -> Any:
    """Return the array that NumPy makes of an object that is one to it, None of any other.

    Of a number, a text, a list or a tuple it reads what the object holds, whatever its class says.
    One that has whatever it is asked for is one, and fails at it.
    """
    line = type.mro(type(target))
    is_array = any(name in vars(one) for one in line for name in ARRAYS) or (
        not isinstance(target, type) and any(hasattr(target, name) for name in ARRAYS)
    )
    return asarray(target) if is_array or any(one in READ for one in line) else None


def _await(target: Any) -> Any:
    """Run what is awaited to its end, in a loop of its own."""

    async def wait() -> Any:
        return await target

    return asyncio.run(wait())


def _code(target: Any) -> dict[str, Any]:
    """Return what a function's code says of itself, and its source where there is one."""
    function = getattr(target, "__func__", target)
    code = function.__code__
    try:
        lines = inspect.getsourcelines(function)[0]
    except (OSError, TypeError):
        lines = []
    told = {name: getattr(code, f"co_{name}") for name in (*OF_CODE, "flags")}
    plain = [one for one in code.co_consts if one is None or type(one) in (bool, int, float, str)]
    return {**told, "consts": plain, "lines": lines}


def _signature(target: Any) -> list[Any]:
    """Return the parameters of a callable and its result's annotation."""
    found = inspect.signature(target)
    empty = inspect.Parameter.empty
    parameters = [
        [one.name, int(one.kind), [] if one.default is empty else [one.default],
         [] if one.annotation is empty else [one.annotation]]
        for one in found.parameters.values()
    ]  # fmt: skip
    answer = found.return_annotation
    return [parameters, [] if answer is inspect.Signature.empty else [answer]]


def _leave(target: Any, *error: Any) -> bool:
    return bool(type(target).__exit__(target, *error))


OPERATIONS: dict[str, Callable[..., Any]] = {
    "attribute": _attribute,
    "item": lambda target, key: target[key],
    "items": _items,
    "array": _array,
    "bytes": bytes,
    "iterator": iter,
    "next": next,
    "length": len,
    "contains": lambda target, item: item in target,
    "truth": bool,
    "integer": int,
    "index": operator.index,
    "real": _real,
    "complex": complex,
    "representation": repr,
    "text": str,
    "formatted": format,
    "names": dir,
    "type": type,
    "set attribute": setattr,
    "delete attribute": delattr,
    "set item": operator.setitem,
    "delete item": operator.delitem,
    "hash": hash,
    "derive": derive,
    "inherited": inherited,
    "become": become,
    "content": content_of,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "reversed": lambda target: list(reversed(target)),
    "enter": lambda target: type(target).__enter__(target),
    "leave": _leave,
    "await": _await,
    "code": _code,
    "signature": _signature,
    **{name: getattr(operator, name) for name in COMPARED},
    **BINARY,
    **{f"r{name}": _reflected(one) for name, one in BINARY.items()},
    **{f"i{name}": getattr(operator, f"i{name}") for name in BINARY if name != "divmod"},
    "neg": operator.neg,
    "pos": operator.pos,
    "abs": abs,
    "invert": operator.invert,
    "round": round,
    "trunc": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "instance": lambda target, instance: isinstance(instance, target),
    "subclass": lambda target, subclass: issubclass(subclass, target),
}
