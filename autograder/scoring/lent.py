"""What student code may do with a test's object that it is handed.

With an object of a class that the test, or a helper module of the assignment's, defines, and with a
mock: whatever the class says, and its attributes. With a library's: what a container or an iterator
is for, and nothing else; its methods could write files or run a text here, beside hidden tests.
Those of a few, which are listed, only look at or change what the object itself holds.
"""

import argparse
import csv
import enum
import gc
import io
import itertools
import operator
import os
import queue
import re
import sqlite3
import sys
from collections import ChainMap, UserDict, UserList
from collections.abc import Callable
from contextlib import nullcontext
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import NonCallableMock
from xml.etree.ElementTree import Element

import torch

from autograder.errors import EvidenceError
from autograder.scoring.members import as_member
from autograder.scoring.written import MAX_BYTES, is_on_the_desk
from autograder.wall.codec import MAX_NODES
from autograder.wall.lent import (
    ABSENT,
    ARITHMETIC,
    ATTRIBUTES,
    CONTAINER,
    METHODS,
    OF_CLASS,
    READ_OF_CLASS,
    SPECIAL,
    TEXTS,
)

HEAP, IMMUTABLE = 1 << 9, 1 << 8  # CPython's flags of a class: a statement made it, it is fixed
DATA = (torch.utils.data.DataLoader, torch.utils.data.Dataset)
OF_TESTS = ("builtins", "__main__")  # what the modules of test files are called
# Python's classes whose methods reach nothing but what an object of theirs holds.
SELF_CONTAINED = frozenset({
    SimpleNamespace, argparse.Namespace, re.Match, sqlite3.Row, MappingProxyType, ChainMap,
    UserDict, UserList, Element, csv.DictReader, queue.Queue, queue.LifoQueue, queue.PriorityQueue,
    nullcontext,
})  # fmt: skip
DECORATED = ("has instance", "set attribute", "delete attribute", "members", "member")
OF_EACH_CLASS = ("__dict__", "__weakref__")  # by which Python finds what each object holds
NOTHING = "nothing"  # is what a bare object does, which is only one and no other
READING = frozenset({"read", "readline", "readlines", "readable", "seek", "tell", "getvalue",
                     "close", "closed"})  # fmt: skip
OF_DATA = frozenset({"dataset", "batch_size", "drop_last", "tensors", "indices"})
WRITERS = (type(csv.writer(io.StringIO())), csv.DictWriter)
OF_WRITERS = frozenset({"writerow", "writerows", "writeheader", "fieldnames"})
WRITING = frozenset({"write", "writelines", "flush", "truncate"})


def what_it_does(value: Any, folder: str) -> tuple[str, ...]:
    """Return the operations of a test's object that student code may ask for, () for none.

    Args:
        folder: where the assignment's helper modules are.
    """
    cls = type(value)
    if cls is object:
        return (NOTHING,)
    if isinstance(value, torch.nn.Module):
        return ()  # a function of tensors
    if isinstance(value, type):
        listed = ("items",) if isinstance(value, enum.EnumMeta) else ()
        if not is_own(value, folder):
            return ()
        return ("attribute", *listed, *(DECORATED if is_of_test(value) else ()))
    own = is_own(cls, folder) or isinstance(value, NonCallableMock) or cls in SELF_CONTAINED
    special = SPECIAL if own else CONTAINER
    does = [name for name, method in special.items() if _has(cls, method)]
    if _has(cls, "__reversed__"):
        does.append("reversed")
    if _has(cls, "__next__"):
        does.append("next")
    elif _has(cls, "__iter__"):
        does.append("iterator" if own else "items")
    if own:
        does += ATTRIBUTES
    elif isinstance(value, io.IOBase):
        does = ["next", "attribute"]
    elif isinstance(value, WRITERS):
        does = ["attribute"]
    elif isinstance(value, DATA):
        does += ("attribute", *TEXTS)
    elif does:
        does += TEXTS
    absent = [name for name, method in ABSENT.items() if getattr(cls, method, _has) is None]
    if cls is re.Match:  # its items are asked for by number, and yet it is no sequence
        absent.append("no items")
    return (*does, *absent) if does else ()


def is_own(cls: type, folder: str) -> bool:
    """Tell whether a test, or a module in a folder, defines a class."""
    if not cls.__flags__ & HEAP or cls.__flags__ & IMMUTABLE:
        return False
    if is_of_test(cls):
        return True
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    return bool(folder) and isinstance(file, str) and file.startswith(folder + os.sep)


def is_of_test(cls: type) -> bool:
    """Tell whether a test itself defines a class, which no other submission's test has."""
    module = sys.modules.get(cls.__module__)
    if module is not None and cls.__module__ not in OF_TESTS:
        return False
    return vars(module or object).get(cls.__name__) is not cls


def _has(cls: type, method: str) -> bool:
    """Tell whether a class, and not only ``object``, has a method."""
    found = next((vars(part)[method] for part in cls.__mro__ if method in vars(part)), None)
    return found is not None and found is not getattr(object, method, None)


def do(value: Any, operation: str, args: tuple[Any, ...]) -> Any:
    """Do an operation with a test's object.

    Raises:
        EvidenceError: it is not on the list.
        Exception: what the object raises.
    """
    if operation not in OPERATIONS:
        raise EvidenceError(f"a test's object cannot be asked for '{operation}'")
    return OPERATIONS[operation](value, *args)


def _items(value: Any) -> list[Any]:
    found = list(itertools.islice(iter(value), MAX_NODES + 1))
    if len(found) > MAX_NODES:
        raise TypeError(f"there are more than {MAX_NODES} items")
    return found


def _named(name: Any) -> str:
    if type(name) is not str or name.startswith("__"):
        raise AttributeError(str(name))
    return name


def _named_in(value: Any, name: Any) -> str:
    """Return the name of what student code looks for in a test's object, or in a class of its.

    Raises:
        AttributeError: it is not to be looked at.
    """
    if isinstance(value, type) and type(name) is str and name in READ_OF_CLASS | METHODS:
        return name
    return _named(name)


def _members(cls: type) -> list[str]:
    """Return the names of what a test defines in a class of its."""
    return [name for name in vars(cls) if name not in OF_EACH_CLASS]


def _member(cls: type, name: Any) -> tuple[Any, ...]:
    """Return a member of a test's class: what kind of one, and what it holds."""
    found = vars(cls)[name] if name in _members(cls) else None
    if type(found) is property:
        return "property", found.fget, found.fset, found.fdel, found.__doc__
    if isinstance(found, (staticmethod, classmethod)):
        return type(found).__name__, found.__func__
    return "", found


def _set(value: Any, name: Any, new: Any) -> None:
    """Set an attribute; in a class a student's function is a method."""
    if isinstance(value, type) and name not in OF_CLASS:
        name, new = _named_in(value, name), as_member(new)
    setattr(value, _named_in(value, name), new)


def _is_open_to_all(value: Any) -> bool:
    """Tell whether student code may write to a file: it is none, or lies in the case's folder."""
    if isinstance(value, (io.StringIO, io.BytesIO)):
        return True
    name = getattr(value, "name", None)
    return type(name) is str and is_on_the_desk(name) and value.tell() <= MAX_BYTES


def _file_of(writer: Any) -> Any:
    """Return the file that a writer of rows writes to; it tells nobody but the collector."""
    held = gc.get_referents(getattr(writer, "writer", writer))
    files = (getattr(one, "__self__", None) for one in held)
    return next((one for one in files if isinstance(one, io.IOBase)), None)


def _check_writer(writer: Any, name: Any) -> None:
    file = _file_of(writer)
    if name not in OF_WRITERS or file is None or not _is_open_to_all(file):
        raise AttributeError(f"{name} of a test's writer cannot be used")


def _attribute(value: Any, name: Any) -> Any:
    if isinstance(value, WRITERS):
        _check_writer(value, name)
    if isinstance(value, NonCallableMock) and str(name).startswith("_"):
        raise AttributeError(str(name))
    allowed = READING | WRITING if name in WRITING and _is_open_to_all(value) else READING
    if isinstance(value, io.IOBase) and name not in allowed:
        raise AttributeError(f"{name} of a test's file cannot be used")
    if (
        isinstance(value, DATA)
        and type(value).__module__.startswith("torch.")
        and name not in OF_DATA
    ):
        raise AttributeError(f"{type(value).__name__} of a test's: its {name} cannot be used")
    return getattr(value, _named_in(value, name))


def _leave(value: Any, error: Any) -> bool:
    return bool(type(value).__exit__(value, None if error is None else type(error), error, None))


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, other: operation(other, value)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "attribute": _attribute,
    "has instance": lambda cls, value: isinstance(value, cls),
    "set attribute": _set,
    "delete attribute": lambda value, name: delattr(value, _named_in(value, name)),
    "members": _members,
    "member": _member,
    "own item": lambda value, name: value.__dict__[_named(name)],
    "set own item": lambda value, name, new: value.__dict__.__setitem__(_named(name), new),
    "delete own item": lambda value, name: value.__dict__.__delitem__(_named(name)),
    "items": _items,
    "iterator": iter,
    "reversed": lambda value: list(reversed(value)),
    "next": lambda value: list(itertools.islice(value, 1)),
    "length": len,
    "contains": lambda value, item: item in value,
    "item": lambda value, key: value[key],
    "set item": operator.setitem,
    "delete item": operator.delitem,
    "truth": bool,
    "hash": hash,
    "enter": lambda value: type(value).__enter__(value),
    "leave": _leave,
    "integer": int,
    "index": operator.index,
    "real": float,
    "representation": repr,
    "text": str,
    **{name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{name: getattr(operator, name) for name in ("neg", "pos", "abs", "invert")},
    **{name: getattr(operator, f"__{name}__") for name in ARITHMETIC},
    **{f"i{name}": getattr(operator, f"i{name}") for name in ARITHMETIC},
    **{f"r{name}": _reflected(getattr(operator, f"__{name}__")) for name in ARITHMETIC},
}  # fmt: skip
