"""Estimators of scikit-learn's that a test hands over and student code fits: one on both sides.

What fitting left in the notebook's copy is told as plain data and put into the test's own object.
So it is for estimators that compute with NumPy alone, whatever their numbers are; what is compiled
for its own numbers (a tree, a cluster's search) would read memory by what a student wrote there.
Parameters stay what the test made them: who changes one has changed what was handed over.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.errors import EvidenceError

PLACES = frozenset({
    "sklearn.decomposition._pca", "sklearn.discriminant_analysis", "sklearn.dummy",
    "sklearn.impute._base", "sklearn.linear_model._base",
    "sklearn.linear_model._coordinate_descent", "sklearn.linear_model._logistic",
    "sklearn.linear_model._ridge", "sklearn.naive_bayes", "sklearn.pipeline",
    "sklearn.preprocessing._data", "sklearn.preprocessing._encoders",
    "sklearn.preprocessing._label", "sklearn.preprocessing._polynomial",
})  # fmt: skip
PLAIN = (type(None), bool, int, float, str)
NESTED = (list, tuple, dict)
DEPTH = 4
MOST = 10_000  # parts of one

Told = list[Any]  # a kind, and what is told
Changes = list[tuple[Any, dict[str, Any]]]  # an object, and what its attributes become


def is_fitted(value: Any) -> bool:
    """Tell whether a value is an estimator of whose fitting is told."""
    return type(value).__module__ in PLACES and hasattr(type(value), "fit")


def goes_on(value: Any) -> bool:
    """Tell whether the next fit would go on, in compiled code, from what the last one left."""
    return bool(vars(value).get("warm_start", False))


def _is_told(name: str) -> bool:
    """Tell whether an attribute is one that fitting makes: no parameter."""
    return not name.startswith("__") and (name.endswith("_") or name.startswith("_"))


def _is_plain(value: Any, depth: int = 0) -> bool:
    cls = type(value)
    if cls is np.ndarray:
        kind = value.dtype.kind
        return kind in "biufcUS" or (kind == "O" and {*map(type, value.ravel())} <= {*PLAIN})
    if cls is dict:
        value = [*value, *value.values()]
    if cls in NESTED:
        return depth < DEPTH and len(value) < MOST and all(_is_plain(x, depth + 1) for x in value)
    return cls in PLAIN or (isinstance(value, np.generic) and cls.__module__ == "numpy")


def _parameters(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of what fitting leaves alone, in an estimator and in those of its."""
    for name, one in vars(value).items():
        if not _is_told(name):
            yield from _inside(one, f"{path}.{name}")


def _inside(one: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, one if is_fitted(one) else type(one)
    if is_fitted(one):
        yield from _parameters(one, path)
    elif type(one) in (list, tuple):
        for number, part in enumerate(one):
            yield from _inside(part, f"{path}.{number}")
    else:
        yield path + ".", _exactly(one) if _is_plain(one) else one


def _exactly(one: Any) -> str:
    """Return a text that tells a plain value from all others."""
    if type(one) is np.ndarray:
        return f"{one.dtype} {one.shape} {one.tolist()!r}"
    if type(one) in NESTED:
        parts = one.items() if type(one) is dict else one
        return f"{type(one)} {[*map(_exactly, parts)]}"
    return repr(one)


def made_with(value: Any) -> list[tuple[str, Any]]:
    """Return what an estimator was made with, by which :func:`state_of` sees that it still is."""
    return [*_parameters(value)]


def state_of(value: Any, parameters: list[tuple[str, Any]] | None) -> Told:
    """Return what fitting left in an estimator.

    Args:
        parameters: what it was :func:`made_with`; None: it is none of these estimators.

    Raises:
        EvidenceError: something in it is no plain data, or it is made with something else.
    """
    if parameters is None or not _are_same(made_with(value), parameters):
        raise EvidenceError("an object that is changed in another way")
    return _state(value)


def _are_same(now: list[tuple[str, Any]], before: list[tuple[str, Any]]) -> bool:
    return len(now) == len(before) and all(
        path == known and (one is other or (type(one) is str and one == other))
        for (path, one), (known, other) in zip(now, before)
    )


def _state(value: Any) -> Told:
    told = []
    if goes_on(value):
        raise EvidenceError("an estimator that goes on from what it was fitted to")
    for name, one in vars(value).items():
        if not _is_told(name):
            told.append([name, _inner(one)])
        elif _is_plain(one):
            told.append([name, ["plain", one]])
        else:
            raise EvidenceError("what fitting left is no plain data")
    return told


def _inner(one: Any) -> Told:
    """Return what is told of a parameter: what fitting left in the estimators in it."""
    if is_fitted(one):
        return ["estimator", _state(one)]
    if type(one) in (list, tuple):
        return ["items", [_inner(part) for part in one]]
    return ["same"]


def take(told: Any, find: Callable[[Any], Any]) -> None:
    """Put into the test's estimators what fitting left in the notebook's copies.

    Args:
        told: numbers and states, as the sandbox says.
        find: returns the test's object of a number.

    Raises:
        EvidenceError: it is malformed, or tells of what it may not.
    """
    changes: Changes = []
    for number, state in _pairs(told):
        held = find(number)
        if not is_fitted(held):
            raise EvidenceError("what is fitted is no estimator")
        _read(held, state, changes)
    for held, attributes in changes:
        vars(held).clear()
        vars(held).update(attributes)


def _pairs(told: Any) -> list[Any]:
    if type(told) is not list or len(told) > MOST:
        raise EvidenceError("malformed estimator")
    if not all(type(one) is list and len(one) == 2 for one in told):
        raise EvidenceError("malformed estimator")
    return told


def _read(held: Any, state: Any, changes: Changes) -> None:
    if goes_on(held):
        raise EvidenceError("an estimator that goes on from what it was fitted to")
    attributes: dict[str, Any] = {}
    for name, told in _pairs(state):
        if type(name) is not str or type(told) is not list or not told:
            raise EvidenceError("malformed estimator")
        if name in vars(held) and not _is_told(name):
            attributes[name] = vars(held)[name]
            _read_inner(attributes[name], told, changes)
        elif _is_told(name) and told[0] == "plain" and len(told) == 2 and _is_plain(told[1]):
            attributes[name] = told[1]
        else:
            raise EvidenceError("an attribute that fitting does not make")
    if any(name not in attributes for name in vars(held) if not _is_told(name)):
        raise EvidenceError("an estimator without a parameter")
    changes.append((held, attributes))


def _read_inner(held: Any, told: Told, changes: Changes) -> None:
    """Read what is told of the estimators in a parameter."""
    if told == ["same"] and not is_fitted(held):
        return
    parts: Any = told[1] if len(told) == 2 else None
    if told[0] == "estimator" and is_fitted(held):
        _read(held, parts, changes)
    elif told[0] == "items" and type(held) in (list, tuple) and type(parts) is list:
        if len(parts) != len(held) or not all(type(one) is list and one for one in parts):
            raise EvidenceError("malformed estimator")
        for part, one in zip(held, parts):
            _read_inner(part, one, changes)
    else:
        raise EvidenceError("malformed estimator")
