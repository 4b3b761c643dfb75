"""The tripwire: what a submission changed in the libraries and in the grader's own code.

After a fork addresses are equal. So the warm worker, which no student code reaches, can compare
what torch, NumPy and this package define with what stands there in the child, by reading the
child's memory. What is compared are names and functions, never data: which function, class or
module a name leads to, and which code and defaults a function has.

It is evidence and no wall: whoever puts things back in time is not seen.
"""

import builtins
import gc
import mmap
import os
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import CellType, FunctionType, MappingProxyType, ModuleType
from typing import Any

import numpy as np

from autograder.sandbox import layout
from autograder.sandbox.absence import is_ours
from autograder.sandbox.layout import WORD
from autograder.sandbox.uids import acting_as

# Modules whose names are compared, with all classes and functions that they define.
LIBRARIES = (
    "torch", "torch._C", "torch._C._VariableFunctions", "torch._C._autograd", "torch._tensor",
    "torch.functional", "torch.nn.functional", "torch.overrides", "torch.func", "torch.linalg",
    "torch._functorch.apis", "torch._functorch.eager_transforms", "torch._functorch.vmap",
    "torch._functorch.autograd_function", "torch._functorch.pyfunctorch", "torch._ops",
    "torch.utils._python_dispatch", "torch.autograd", "torch.autograd.function",
    "torch.autograd.functional", "torch.autograd.graph", "torch.autograd.grad_mode",
    "torch.autograd.forward_ad", "torch.autograd.variable", "numpy", "numpy.linalg", "msgpack",
    "builtins",
)  # fmt: skip
LEFT_OUT = ("matplotlib", "IPython", "asyncio")  # notebooks may change how these look and behave
# What honest notebooks and IPython change, measured on the banks and sample classes; torch replaces
# manual_seed where it begins to trace.
ALLOWED = frozenset({
    "builtins.input", "builtins.display", "builtins.get_ipython", "sys.last_type", "torch.Storage",
    "torch.manual_seed",
})  # fmt: skip
YAMA = "/proc/sys/kernel/yama/ptrace_scope"
GAP = 4096  # bytes between two places that are read with one call
MOST_BYTES = 64 * 2**20
GROWTH, MOST_ADDED = 4, 256  # of a dictionary with more names than that none is read
MOST_NAMES = 12
MOST_CHARACTERS = 100


class Tripwire:
    """A picture of what is defined, taken before any student code runs, to compare children with.

    Raises:
        ValueError: this Python keeps its objects in another way than is known here.
    """

    def __init__(self) -> None:
        self.modern = sys.version_info >= (3, 11)
        self.offsets = _function_offsets()
        self.cell = _offset_of(CellType(self), id(self))
        self.kept: list[Any] = []  # an address is an object's as long as it lives
        self.names: dict[int, tuple[str, dict[str, Any]]] = {}  # of dictionaries, by address
        self.labels: list[str] = []  # what is watched, in words
        # Of each word that is watched: where it is, what it holds, a label, a field, a dictionary.
        self.watched = tuple(array(kind) for kind in ("Q", "Q", "L", "B", "Q"))
        seen: set[int] = set()
        for module in _modules():
            for owner, members in _namespaces(module):
                if id(members) not in seen:
                    seen.add(id(members))
                    self._watch_names(owner, members, seen)
        self._lay_out()

    def _watch_names(self, owner: str, members: dict[str, Any], seen: set[int]) -> None:
        table = layout.table(layout.own, id(members), self.modern)
        found = layout.pairs(layout.own, table)
        if found != {id(key): id(value) for key, value in members.items()}:
            raise ValueError("a dictionary is laid out in another way")
        self.names[id(members)] = owner, members
        self.kept.append(members)
        self.labels.append(owner)
        self._watch(id(members) + layout.KEYS, names=id(members))
        self._watch(table.counter, names=id(members))
        wanted = {id(value) for value in members.values() if _is_watched(owner, value)}
        for address in table.value_addresses():
            if layout.word(layout.own, address) in wanted:
                self._watch(address, names=id(members))
        for name, value in list(members.items()):
            for function in _functions_of(value):
                if id(function) not in seen:
                    seen.add(id(function))
                    self._watch_function(f"{owner}.{name}", function)

    def _watch_function(self, name: str, function: FunctionType) -> None:
        self.kept.append(function)
        self.labels.append(name)
        for field, offset in enumerate(self.offsets.values()):
            self._watch(id(function) + offset, field)
        for cell in function.__closure__ or ():
            with suppress(ValueError):  # it is empty
                if _is_definition(cell.cell_contents):
                    self._watch(id(cell) + self.cell, len(self.offsets))

    def _watch(self, address: int, field: int = 0, names: int = 0) -> None:
        """Watch a word of what the last label is about."""
        value = layout.word(layout.own, address)
        for column, entry in zip(
            self.watched, (address, value, len(self.labels) - 1, field, names)
        ):
            column.append(entry)

    def _lay_out(self) -> None:
        """Sort what is watched into spans of memory that are read at once."""
        columns = [np.frombuffer(column, dtype=column.typecode) for column in self.watched]
        addresses, order = np.unique(columns[0], return_index=True)
        self.expected, self.owners, self.fields, self.dictionaries = (
            column[order] for column in columns[1:]
        )
        first = np.flatnonzero(np.diff(addresses, prepend=0) > GAP + WORD)
        starts, behind = addresses[first], np.append(first[1:], len(addresses))
        ends = addresses[behind - 1] + WORD
        self.spans = list(zip(starts.tolist(), ends.tolist()))  # first byte, and behind the last
        sizes = ends - starts
        before = np.repeat(np.cumsum(sizes) - sizes - starts, behind - first)
        self.places = ((before + addresses) // WORD).astype(np.int64)
        size = int(sizes.sum())
        self.watched = ()
        if size > MOST_BYTES:
            raise ValueError("it is spread too far")
        self.buffer = mmap.mmap(-1, max(size, 1))
        with suppress(AttributeError, OSError):
            self.buffer.madvise(mmap.MADV_DONTFORK)  # a child has no use for it

    def look(self, pid: int, uid: int) -> list[str]:
        """Return the names of what is another in a child than here, at most a few.

        Args:
            uid: the child's own; 0 where it has ours.

        Raises:
            OSError: its memory cannot be read: it is gone, or may not be looked at.
        """
        with acting_as(uid):
            memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            changed = self._changed(memory)
            return sorted(changed - ALLOWED)[:MOST_NAMES]
        finally:
            os.close(memory)

    def _changed(self, memory: int) -> set[str]:
        view, at = memoryview(self.buffer), 0
        for start, end in self.spans:
            if os.preadv(memory, [view[at : at + end - start]], start) != end - start:
                raise OSError("its memory is gone")
            at += end - start
        found = np.frombuffer(self.buffer, dtype=np.uint64)[self.places]
        changed: set[str] = set()
        looked: set[int] = set()
        for number in np.flatnonzero(found != self.expected):
            owner, names = self.labels[self.owners[number]], int(self.dictionaries[number])
            if not names:
                changed.add(f"{owner}.{[*self.offsets, '__closure__'][self.fields[number]]}")
            elif names not in looked:
                looked.add(names)
                changed |= {f"{owner}.{name}" for name in self._changed_names(memory, names)}
        return {name[:MOST_CHARACTERS] for name in changed}

    def _changed_names(self, memory: int, address: int) -> Iterator[str]:
        """Yield the names of one dictionary that lead elsewhere, are gone, or hide others."""
        owner, members = self.names[address]
        ours = {id(key): key for key in members}

        def read(start: int, size: int) -> bytes:
            data = os.pread(memory, size, start)
            if len(data) != size:
                raise ValueError("its memory is gone")
            return data

        try:
            table = layout.table(read, address, self.modern)
            if table.count > GROWTH * len(members) + MOST_ADDED:
                raise ValueError("that many names nobody adds")
            found = layout.pairs(read, table)
            theirs = {
                ours.get(key) or layout.read_text(read, key): value for key, value in found.items()
            }
        except (ValueError, OSError, OverflowError, MemoryError):
            yield "*"  # there is no dictionary any more
            return
        for name, value in members.items():
            if _is_watched(owner, value) and theirs.get(name) != id(value):
                yield name
        hidden = _hidden_by(owner, members)
        for name in theirs.keys() - members.keys():
            if name in hidden:
                yield name


def can_look() -> bool:
    """Tell whether this machine lets a worker read its children's memory, laid out as is known."""
    try:
        _function_offsets()
        layout.table(layout.own, id({}), sys.version_info >= (3, 11))
        with open(YAMA, encoding="ascii") as file:  # 1: of one's own children, which is enough
            return int(file.read()) <= 1
    except FileNotFoundError:
        return sys.platform == "linux"
    except (OSError, ValueError):
        return False


def _modules() -> list[ModuleType]:
    """Return the modules that are watched: named ones, and those that ours refer to."""
    loaded = {name: m for name, m in list(sys.modules.items()) if isinstance(m, ModuleType)}
    found = {name: m for name, m in loaded.items() if name in LIBRARIES or is_ours(name)}
    for module in [module for name, module in found.items() if is_ours(name)]:
        for value in list(vars(module).values()):
            if isinstance(value, ModuleType) and _root(value.__name__) not in LEFT_OUT:
                found.setdefault(value.__name__, value)
    return list(found.values())


def _root(name: str) -> str:
    return name.partition(".")[0]


def _namespaces(module: ModuleType) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the dictionaries of a module and of the classes in it, with what they are called."""
    yield module.__name__, vars(module)
    ours, listed = is_ours(module.__name__), module.__name__ in LIBRARIES
    for name, value in list(vars(module).items()):
        if isinstance(value, type) and (listed or (ours and is_ours(value.__module__))):
            yield f"{value.__module__}.{value.__qualname__}", gc.get_referents(vars(value))[0]
        elif ours and type(value) in (dict, MappingProxyType):
            table = value if type(value) is dict else gc.get_referents(value)[0]
            if any(map(_is_definition, table.values())):
                yield f"{module.__name__}.{name}", table


def _functions_of(value: object) -> Iterable[FunctionType]:
    """Return the functions that a name of a module or a class leads to."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    members = (value.fget, value.fset) if isinstance(value, property) else (value,)
    return [member for member in members if isinstance(member, FunctionType)]


def _is_watched(owner: str, value: object) -> bool:
    """Tell whether a name is to lead where it led: any of ours, and those of definitions."""
    return is_ours(owner) or _is_definition(value)


def _is_definition(value: object) -> bool:
    """Tell whether a value is what code defines, and no data."""
    kind = type(value)
    return kind is ModuleType or callable(value) or hasattr(kind, "__get__")


def _hidden_by(owner: str, members: dict[str, Any]) -> set[str]:
    """Return names that hide others when they are added to a dictionary of a module or class."""
    if "__qualname__" not in members and "__name__" in members:
        return set(vars(builtins))
    module, _, name = owner.rpartition(".")
    cls = getattr(sys.modules.get(module), name, None)
    return set(dir(cls)) if isinstance(cls, type) else set()


def _function_offsets() -> dict[str, int]:
    """Return where a function keeps its fields."""
    held = object()

    def sample(a: int = 1, *, b: int = 2) -> object:
        return held

    return {field: _offset_of(sample, id(getattr(sample, field))) for field in layout.FIELDS}


def _offset_of(target: object, value: int) -> int:
    """Return where an object keeps a pointer.

    Raises:
        ValueError: it does not.
    """
    held = layout.words(layout.own(id(target), target.__sizeof__()))
    return held.index(value, 2) * WORD
