"""The student's namespace as Otter's tests see it: local copies and stand-ins."""

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

import torch

from autograder.errors import EvidenceError
from autograder.scoring.conversation import Conversation
from autograder.scoring.crossing import of_a_graph
from autograder.scoring.libraries import library
from autograder.scoring.local_classes import make_member, make_subclass
from autograder.scoring.local_errors import error_class, make_error
from autograder.scoring.standing import stand_in
from autograder.wall.codec.families import texts_in


class RemoteNamespace(dict):
    """Mapping of names to values, fetched when a test asks for them.

    Args:
        session: the conversation with the sandbox.
        sources: the cells run so far; the value of ``In``, which the scorer knows itself.
        reported: takes the names of test cases that rest on what the sandbox alone can tell.
        answered: takes the names of those that rest on what an object says of itself.
    """

    def __init__(
        self,
        session: Conversation,
        sources: list[str],
        reported: set[str] | None = None,
        answered: set[str] | None = None,
    ) -> None:
        super().__init__()
        self.answered = set() if answered is None else answered
        self.reported = set() if reported is None else reported
        self.session = session
        self.sources = sources
        session.names = self

    def __missing__(self, name: str) -> Any:
        value = self.get(name, _MISSING)
        if value is _MISSING:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, or ``default`` where the notebook does not define it."""
        return self.fetch([name]).get(name, default)

    def fetch(self, names: list[str]) -> dict[str, Any]:
        """Return the values of several names with one question; undefined ones are left out."""
        asked = [name for name in names if name != "In"]
        values = self.session.values(asked) if asked else {}
        self.session.case.classes |= {id(one) for one in values.values() if isinstance(one, type)}
        found = {name: values[name] for name in asked if name in values}
        return found if len(asked) == len(names) else {**found, "In": list(self.sources)}

    def __setitem__(self, name: str, value: Any) -> None:
        """Give the notebook's name a value, as in one process; ours have a copy of their own."""
        if not self.session.lending.sharing:
            super().__setitem__(name, value)
            return
        self.session.request("set", name=str(name), value=value)

    def __delitem__(self, name: str) -> None:
        if name not in self or not self._do("unset", str(name)):
            raise KeyError(name)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a name away from the notebook, and return its value.

        Raises:
            KeyError: it is not defined, and there is no default.
        """
        value = self.get(name, _MISSING)
        if value is _MISSING and default:
            return default[0]
        del self[name]
        return value

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *given: Any, **more: Any) -> None:
        """Give several names values; a copy of the names puts back what it was made of."""
        old = given[0] if given and type(given[0]) is Names else None
        new = {name: one for name, one in dict(*given).items() if old is None or old.is_new(name)}
        if old is not None:
            self._do("restore", old.number)
            for name in [one for one in old.was if one not in old and one in self]:
                del self[name]
        for name, value in {**new, **more}.items():
            self[name] = value

    def clear(self) -> None:
        """Take all names away from the notebook."""
        self._do("clear")

    def _do(self, act: str, about: Any = None) -> Any:
        if not self.session.lending.sharing:
            raise TypeError("the notebook's names are not changed by this course's tests")
        return self.session.request("space", act=act, about=about).get("value")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name, _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """Return the names that the notebook defines."""
        return dict.fromkeys(names_of(self.session)).keys()

    def copy(self) -> dict[str, Any]:
        """Return everything that the notebook defines, as it is now."""
        found = self.fetch(list(self.keys()))
        return Names(found, self._do("keep")) if self.session.lending.sharing else found

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        return self.fetch(list(self.keys())).values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        return self.fetch(list(self.keys())).items()


class Names(dict):
    """A copy of the notebook's names, which the notebook keeps too: it can be put back.

    Args:
        number: of what is kept there.
    """

    def __init__(self, found: dict[str, Any], number: Any):
        super().__init__(found)
        self.was, self.number = found, number

    def is_new(self, name: str) -> bool:
        """Tell whether the test gave a name another value in this copy."""
        return name not in self.was or self[name] is not self.was[name]


_MISSING = object()


def names_of(session: Conversation) -> list[str]:
    """Return the names that the notebook defines.

    Raises:
        As :meth:`autograder.scoring.session.Session.request`.
    """
    names = session.request("names").get("value")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


class Adopter:
    """Turns received records into stand-ins, and collects the tensors that join a graph."""

    def __init__(self, session: Conversation):
        self.session = session
        self.linked: dict[int, torch.Tensor] = {}

    def adopt(self, kind: str, plain: dict[str, Any], value: Any) -> Any:
        """Return what a test sees in place of a tensor, an error or any other object."""
        if kind == "lent":
            return self.session.lending.lent(value)
        if kind == "leaf":
            return self.session.lending.leaves.find(plain["own"])
        self._note(kind, plain)
        if kind == "object":
            if "classes" in plain:
                return error_class(self.session, plain["classes"])
            found = (
                library(plain.get("name")) if plain["bases"][:1] == ["builtins.module"] else None
            )
            return stand_in(self.session, plain) if found is None else found
        if kind == "error" and "classes" in plain:
            value = make_error(self.session, plain, str(value))
        if kind in ("subclass", "member"):
            return self._make(kind, plain, value)
        handle = plain.get("id")
        if type(handle) is not int:
            raise EvidenceError("a handle is missing")
        if kind == "tensor":
            index, leaves = plain.get("linked"), self.session.lending.leaves
            value._autograder_node = plain.get("node")
            own = leaves.held.get(plain["own"]) if type(plain.get("own")) is int else None
            if own is not None and (mine := own.found()) is not None:
                return mine
            if type(index) is int:
                self.linked[index] = value
            elif value.requires_grad and plain.get("leaf") is False:
                value = of_a_graph(self.session, value, handle)
            elif value.requires_grad and self.session.lending.sharing:
                value = leaves.adopt(handle, value)
        value._autograder_session = self.session
        value._autograder_id = handle
        return value

    def _note(self, kind: str, plain: dict[str, Any]) -> None:
        """Note what a message could repeat: texts and names that the student's process made."""
        if kind == "error":
            self.session.case.said.add(str(plain.get("message")))
            self.session.case.said |= texts_in([*plain.get("args", ()), *plain.get("notes", ())])
        for name in plain.get("bases", ()):
            self.session.case.said |= {str(name), str(name).rpartition(".")[2]}

    def _make(self, kind: str, plain: dict[str, Any], value: Any) -> Any:
        """Return a local object of a student's class, or a stand-in where none can be made."""
        try:
            if kind == "subclass":
                return make_subclass(self.session, plain, value)
            return make_member(self.session, plain, *value)
        except (TypeError, ValueError, AttributeError):  # e.g. a field named like a keyword
            return stand_in(self.session, {**plain, "callable": False, "has": []})
