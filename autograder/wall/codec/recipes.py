"""Libraries' objects that a test hands over: how they are made, so that student code has one too.

An estimator, a distribution or a group of rows is told as ``copy`` takes it apart: what makes it,
of what, and its state. Only the test's side tells so; what is made is a copy, and comes back as the
object itself. A copy that student code changes would no longer be that: it is said so, unless what
changed can be told (:mod:`autograder.wall.fitted`).
"""

import functools
import hashlib
import importlib
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import msgpack
import numpy as np

from autograder.errors import EvidenceError
from autograder.wall import fitted
from autograder.wall.codec.remaking import (
    DATABASE,
    OF_NETWORKX,
    REMAKING,
    layout_of,
    parts_of,
)

COPIED = "copied"  # what an oracle of such an object does
# Whose objects cross so: what they are does not change with use, or it is seen.
LISTED = ("pandas.core.groupby.", "pandas.core.window.", "pandas.core.resample", "scipy.stats.",
          "sklearn.")  # fmt: skip
OF_PANDAS = frozenset({  # which is public where it says that it is from
    "DataFrameGroupBy", "SeriesGroupBy", "Rolling", "RollingGroupby", "Expanding",
    "ExpandingGroupby", "ExponentialMovingWindow", "Window", "DatetimeIndexResampler",
    "PeriodIndexResampler", "TimedeltaIndexResampler", "TimeGrouper", "Grouper",
})  # fmt: skip
STANDARD = frozenset({
    "uuid.UUID", "string.Template", "calendar.Calendar", "calendar.TextCalendar",
    "ipaddress.IPv4Address", "ipaddress.IPv4Network", "ipaddress.IPv4Interface",
    "ipaddress.IPv6Address", "ipaddress.IPv6Network", "ipaddress.IPv6Interface",
})  # fmt: skip
CHANGING = OF_NETWORKX | {DATABASE, "PIL.Image.Image"}
FITTED = "fit"  # the method of others that change, and are looked at too
NAMED = (type, FunctionType, BuiltinFunctionType, np.ufunc)
MOST = 64  # copies that are known as such at a time
INSIDE = 0  # among the recipes of a message: one is being made
DEPTH = 8  # at which their parts are told
SHARED_GENERATOR = "numpy.random.mtrand:_rand"  # each side has its own, seeded alike

Record = dict[str, Any]
Print = Callable[[Any], bytes]


def is_copied(value: Any) -> bool:
    """Tell whether an object crosses as a recipe."""
    name = _class_of(value)
    if isinstance(value, NAMED):
        return False
    if name == DATABASE:
        return hasattr(value, "serialize")  # not before Python 3.11
    of_pandas = name.startswith("pandas.") and type(value).__name__ in OF_PANDAS
    return of_pandas or name.startswith(LISTED) or name in STANDARD or name in CHANGING


def may_change(value: Any) -> bool:
    """Tell whether code may change an object that crosses as a recipe: it is looked at again."""
    return _class_of(value) in CHANGING or hasattr(type(value), FITTED)


def _class_of(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__name__}"


def recipe_of(encoder: Any, value: Any) -> Record | None:
    """Return the recipe of an object; None of what crosses in other ways.

    Raises:
        EvidenceError: it cannot be taken apart.
    """
    if INSIDE in encoder.recipes and isinstance(value, NAMED) and (name := _name_of(value)):
        return {"$": "named", "name": name}
    if not is_copied(value) or encoder.lend is None:
        return None
    lent = encoder.lend(value)
    if lent.does != (COPIED,):
        return None
    if lent.id in encoder.recipes:
        return {"$": "recipe", "id": lent.id}
    before = encoder.recipes & {INSIDE}
    encoder.recipes |= {lent.id, INSIDE}
    shared, encoder.shared = encoder.shared, None
    try:
        return {"$": "recipe", "id": lent.id, **_parts(value, functools.partial(_part, encoder))}
    finally:
        encoder.shared = shared
        encoder.recipes ^= {INSIDE} - before


def _part(encoder: Any, value: Any) -> Any:
    if value is find(SHARED_GENERATOR):
        return {"$": "named", "name": SHARED_GENERATOR}
    if type(value) is np.ndarray and value.dtype.names and not value.dtype.hasobject:
        encoder.recipes.add(place := -1 - len(encoder.recipes))
        told = [encoder.encode(part, DEPTH) for part in layout_of(value)]
        return {"$": "recipe", "id": place, "make": "array", "args": told}
    return encoder.encode(value, DEPTH)


def _parts(value: Any, encode: Callable[[Any], Any]) -> Record:
    try:
        if (found := parts_of(value, _class_of(value))) is not None:
            return {"make": found[0], "args": [encode(part) for part in found[1]]}
        taken = value.__reduce_ex__(4)
        make, args, state, items, pairs = (*taken, None, None, None)[:5]
    except EvidenceError:
        raise
    except Exception:
        raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox") from None
    name = _name_of(make)
    if type(taken) is not tuple or name is None or items is not None or pairs is not None:
        raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox")
    told: Record = {"make": name, "args": [_named(one) or encode(one) for one in args]}
    if type(state) is dict:
        told["attributes"] = [[encode(key), encode(one)] for key, one in state.items()]
    elif state is not None:
        told["state"] = encode(state)
    return told


def _named(value: Any) -> Record | None:
    name = _name_of(value) if isinstance(value, NAMED) else None
    return {"$": "named", "name": name} if name else None


def _name_of(value: Any) -> str | None:
    """Return the name by which a library's class or function is found, None where it is not."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if type(module) is not str or type(name) is not str or module == "__main__":
        return None
    found = f"{module}:{name}"
    return found if find(found) is value else None


def find(name: str) -> Any:
    """Return the class, the function or the generator of a name, None where there is none."""
    if name in REMAKING:
        return REMAKING[name]
    module, _, path = name.partition(":")
    try:
        return functools.reduce(getattr, path.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        return None


class Copies:
    """The objects that were made of recipes in one process."""

    def __init__(self) -> None:
        self.made: dict[int, tuple[Any, bytes]] = {}  # with the recipe's digest, by number
        self.numbers: dict[int, int] = {}  # by id, which nothing else can have meanwhile
        # What those that may change were made as, and how that is found again.
        self.before: dict[int, tuple[Callable[[], bytes], bytes]] = {}
        self.with_what: dict[int, list[tuple[str, Any]]] = {}  # estimators' parameters

    def make(self, decoder: Any, plain: Record, depth: int, print_of: Print) -> Any:
        """Return the object of a recipe, the same one while the recipe is the same.

        Args:
            print_of: makes a digest of what an object is made of.

        Raises:
            EvidenceError: the recipe is malformed.
        """
        number, inner = plain["id"], decoder.copying
        if "make" not in plain:
            return inner[number]
        digest = hashlib.sha256(msgpack.packb(plain)).digest()
        known = self.made.get(number)
        if known is not None and known[1] == digest:
            inner[number] = known[0]
            return known[0]
        if INSIDE in inner:
            return self._made(decoder, plain, depth)
        inner[INSIDE] = None
        made = self._made(decoder, plain, depth, known and known[0])
        del inner[INSIDE]
        for oldest in list(self.made)[: len(self.made) - MOST]:
            self.numbers.pop(id(self.made.pop(oldest)[0]), None)
            self.before.pop(oldest, None)
            self.with_what.pop(oldest, None)
        self.made[number], self.numbers[id(made)] = (made, digest), number
        if may_change(made):
            self.before[number] = (again := functools.partial(print_of, made)), again()
        if fitted.is_fitted(made):
            self.with_what[number] = fitted.made_with(made)
        return made

    def _made(self, decoder: Any, plain: Record, depth: int, known: Any = None) -> Any:
        """Make an object; an estimator that is known stays the same one, as the test has it now."""
        made = find(plain["make"])(*decoder.each(plain["args"], depth))
        if fitted.is_fitted(known) and type(known) is type(made):
            made = known
            vars(made).clear()
        decoder.copying[plain["id"]] = made
        _set_state(made, decoder, plain, depth)
        return made

    def number_of(self, value: Any) -> int | None:
        """Return the number of an object that was made so, None of all else."""
        return self.numbers.get(id(value))

    def told(self, between: bool = False) -> Record:
        """Return what goes along with a message: what fitting left in the estimators that changed.

        Args:
            between: it is a question; what else has changed is seen with the answer.

        Raises:
            EvidenceError: something changed that cannot be told.
        """
        told = []
        for number, (again, before) in list(self.before.items()):
            made = self.made[number][0]
            if (now := again()) == before:
                continue
            try:
                state = fitted.state_of(made, self.with_what.get(number))
            except EvidenceError:
                if between:
                    continue
                del self.before[number]
                self.made[number] = made, b""
                name = type(made).__name__
                why = f"the {name} that a test handed over is changed by the code"
                raise EvidenceError(why) from None
            self.before[number], self.made[number] = (again, now), (made, b"")
            told.append([number, state])
        return {"fitted": told} if told else {}


def _set_state(made: Any, decoder: Any, plain: Record, depth: int) -> None:
    if "attributes" in plain:
        state: Any = dict(decoder.each(plain["attributes"], depth))
    elif "state" in plain:
        state = decoder.decode(plain["state"], depth)
    else:
        return
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        vars(made).update(state)


COPIES = Copies()
