"""What a test hands to student code and stays the test's: functions, objects, lists and tables.

A function is called back while the request runs that it went along with, and so is an object asked
(:mod:`autograder.scoring.lent`). What it raises comes back as the very same error, where student
code lets it pass.
"""

import inspect
import io
import os
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from functools import partial
from typing import Any

import torch

from autograder.errors import AutograderError, EvidenceError
from autograder.scoring.answering import Walks
from autograder.scoring.bounds import disturbed
from autograder.scoring.conversation import Conversation
from autograder.scoring.ending import check_own
from autograder.scoring.lent import do, what_it_does
from autograder.wall import codec, fitted
from autograder.wall.codec.recipes import COPIED, is_copied
from autograder.wall.leaves import Leaves, inputs_in
from autograder.wall.oracles import Answers, Oracle
from autograder.wall.sharing import Shared

MOST_FUNCTIONS = 20_000  # and objects
MOST_CALLS = 20_000  # of one request
MOST_PRINTED = 100_000  # characters, by one of them
FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, partial, type)
MOST_DOC = 10_000  # characters of a function's docstring


class Lending:
    """What one session has lent to its sandbox.

    Args:
        sharing: whether what may change is one on both sides; else each side has copies.
    """

    def __init__(self, session: Conversation, sharing: bool):
        self.sharing = sharing
        self.session = session
        self.shared, self.leaves = Shared(1), Leaves(weak=True)
        self.shared.leaves = self.leaves
        self.written: list[list[Any]] = []  # into leaves, before the last clearing
        self.before: list[Any] | None = None  # changes from before the last clearing
        self.functions: dict[int, Oracle] = {}  # by their numbers
        self.numbers: dict[Any, int] = {}  # by what tells functions and objects apart
        self.errors: dict[int, BaseException] = {}
        self.raised_so_far = 0
        self.walks = Walks()
        self.owner = os.getpid()
        self.answering = 0  # calls by student code that are under way

    def begin_case(self) -> None:
        """Let go of shared values; what has changed of them is told with the next request."""
        if self.shared.values or self.shared.copies.values:
            changes = codec.pack_changes(self.shared, self.lend)
            self.before = [*(self.before or []), *changes]
            self.shared.clear(self.shared.rest())
        told = self.leaves.told()
        self.written += [
            one for one in told if one[0] > 0 and one[1:3] != [None, False] or one[4] is not None
        ]
        self.leaves.clear()
        self.errors.clear()
        self.walks.clear()

    def pack(self, message: dict[str, Any], sharing: bool) -> bytes:
        """Encode a message to the sandbox.

        Raises:
            EvidenceError: it holds what cannot cross.
            AssertionError: this is a copy of the process, whose answers would go to another.
        """
        check_own(self.owner)
        self.shared.open = sharing and self.sharing
        self.shared.copies.between = bool(self.answering)
        if self.shared.open and not torch.is_grad_enabled():
            message = {**message, "quiet": True}
        if self.sharing and self.leaves.used:
            message = {**message, "leaves": [*self.written, *self.leaves.told()]}
            self.written = []
        before, self.before = self.before, None
        lend = self.lend if sharing else None
        own = self._own_leaf if self.sharing else None
        told = None if before is None else {"before": before, "resting": [*self.shared.resting]}
        return codec.pack(message, None, own, self.shared, lend, told)

    def unpack(self, data: bytes, adopt: Callable[..., Any]) -> Any:
        """Decode a message from the sandbox.

        Raises:
            EvidenceError: it is malformed.
        """
        value = codec.unpack(data, adopt=adopt, shared=self.shared)
        if self.shared.received or self.shared.copies.fresh:
            codec.settle(self.shared, None, self._own_leaf, self.lend)
        if self.sharing and type(value) is dict and "leaves" in value:
            self.leaves.take(value["leaves"])
        if self.sharing and type(value) is dict and "fitted" in value:
            fitted.take(value["fitted"], self.lent)
        return value

    def _own_leaf(self, tensor: torch.Tensor) -> dict[str, Any]:
        """Return what a tensor's record tells of one that the test has graphs of."""
        if (place := self.walks.place_of(tensor)) is not None:
            return {"linked": place}
        known = self.leaves.number_of(tensor)
        if known is not None and known not in self.leaves.fresh:
            return {"own": known, "known": True}
        asked = tensor.is_leaf and (tensor.requires_grad or type(tensor) is torch.nn.Parameter)
        number = self.leaves.own_number(tensor) if asked else None
        return {} if number is None else {"own": number}

    def lend(self, function: Any) -> Oracle:
        """Return what crosses in place of a function or an object, the same each time.

        Raises:
            EvidenceError: there are too many, or nothing can be asked of it.
        """
        key = _identity(function)
        number = self.numbers.get(key)
        if number is None:
            if len(self.functions) >= MOST_FUNCTIONS:
                raise EvidenceError(f"a test hands over more than {MOST_FUNCTIONS} functions")
            oracle = self._new(function)
            self.functions[oracle.id] = oracle
            number = self.numbers[key] = oracle.id
        return self.functions[number]

    def _new(self, value: Any) -> Oracle:
        if self.sharing and is_copied(value):
            return Oracle(value, _name(type(value)), does=(COPIED,))
        does = what_it_does(value, self.session.workplace) if self.sharing else ()
        if not callable(value) or hasattr(type(value), "cursor"):  # a database's connection
            if not does:
                raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox")
            return Oracle(value, _name(type(value)), does=does)
        name = _name(type(value) if does and not isinstance(value, type) else value)
        does = (*does, "call") if does else ()
        return Oracle(value, name, takes=parameters_of(value), does=does, doc=_doc(value))

    def lent(self, number: Any) -> Any:
        """Return the function or object that a number stands for.

        Raises:
            EvidenceError: it stands for none.
        """
        if type(number) is not int or number not in self.functions:
            raise EvidenceError("a function that nobody lent")
        return self.functions[number].function

    def call(self, asked: Any, answers: Answers) -> bytes:
        """Call a test's function as the sandbox asks; returns the packed reply.

        Raises:
            EvidenceError: the question is malformed.
            AutograderError: our fault, or the end of all.
        """
        answers.calls += 1
        if not isinstance(asked, dict):
            raise EvidenceError("a malformed call of a test's function")
        function, args, kwargs = (
            self.lent(asked.get("function")),
            asked.get("args"),
            asked.get("kwargs"),
        )
        if type(args) is not tuple or type(kwargs) is not dict:
            raise EvidenceError("a malformed call of a test's function")
        operation = asked.get("operation")
        if (
            operation not in ("call", "walk")
            and operation not in self.functions[asked["function"]].does
        ):
            raise EvidenceError("a test's object is asked for what it does not do")
        printed = io.StringIO()  # in its turn between what student code prints
        try:
            if answers.calls > MOST_CALLS:
                raise RuntimeError(f"a test's function is called more than {MOST_CALLS} times")
            self.session.seeds.take(asked.get("random"))
            quiet = torch.no_grad() if asked.get("quiet") is True else nullcontext()
            output = redirect_stdout(printed) if self.sharing else nullcontext()
            with disturbed(), quiet, output, self._answering():
                reply = self._reply(function, asked, args, kwargs)
            return self.pack({"ok": True, **reply, **self._done(printed)}, True)
        except EvidenceError as error:
            return self.pack({"ok": False, "error": TypeError(str(error))}, True)
        except AutograderError:
            raise
        except BaseException as error:
            self.raised_so_far += 1
            self.errors[self.raised_so_far] = error
            reply = {"ok": False, "error": error, "number": self.raised_so_far}
            return self.pack({**reply, **self._done(printed)}, True)
        finally:
            self.walks.outputs = []

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Let it be known, while open, that what runs is called by student code."""
        self.answering += 1
        try:
            yield
        finally:
            self.answering -= 1

    def _reply(self, function: Any, asked: Any, args: Any, kwargs: Any) -> dict[str, Any]:
        """Return what a test's function or object gives, and what walks back through it need."""
        operation = asked["operation"]
        if operation == "walk":
            return self.walks.walk(asked)
        inputs = inputs_in((args, kwargs)) if torch.is_grad_enabled() else []
        value = function(*args, **kwargs) if operation == "call" else do(function, operation, args)
        return {"value": value, **self.walks.remember(asked, value, inputs)}

    def _done(self, printed: io.StringIO) -> dict[str, Any]:
        """Return what else a test's function did: what it printed, and drew at random."""
        states = self.session.seeds.states() if self.sharing else {}
        done = {"random": states, "printed": printed.getvalue()[:MOST_PRINTED]}
        return {name: one for name, one in done.items() if one}

    def raised(self, reply: dict[str, Any]) -> Any:
        """Return the error of a reply: the test's own one where it is that."""
        number = reply.get("number")
        own = self.errors.get(number) if type(number) is int else None
        return reply.get("error") if own is None else own


def _name(value: Any) -> str:
    name = getattr(value, "__name__", "")
    return name if isinstance(name, str) and name.isidentifier() else "f"


def _doc(value: Any) -> str | None:
    doc = value.__doc__ if isinstance(value, types.FunctionType) else None
    return doc[:MOST_DOC] if type(doc) is str else None


def _identity(value: Any) -> Any:
    """Return what tells a function or an object apart; a method is made anew with each look."""
    if isinstance(value, types.MethodType):
        return id(value.__self__), id(value.__func__)
    if isinstance(value, types.BuiltinMethodType) and value.__self__ is not None:
        return id(value.__self__), value.__name__
    return id(value)


def parameters_of(function: Any) -> list[list[Any]]:
    """Return name, kind and whether there is a default of each parameter.

    Of an object that is called it is its class that is looked at: ``inspect`` would ask the object
    whether it equals this and that.
    """
    if not isinstance(function, FUNCTIONS):
        function = types.MethodType(type(function).__call__, function)
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return [["args", int(inspect.Parameter.VAR_POSITIONAL), False]]
    return [[one.name, int(one.kind), one.default is not one.empty] for one in found]
