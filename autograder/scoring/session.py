"""One submission's conversation with its sandbox, seen from the scorer."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from autograder import probes
from autograder.errors import EvidenceError, OutOfTime, SandboxError, SubmissionEnded
from autograder.model import CellOutput, Limits
from autograder.scoring import bounds, remote
from autograder.scoring.case_run import CaseRun
from autograder.scoring.exchange import Exchange
from autograder.scoring.hearing import Hearing
from autograder.scoring.lending import Lending
from autograder.scoring.mirrors import Mirrors
from autograder.scoring.patches import replaced
from autograder.scoring.usage import Usage
from autograder.wall import codec, oracles, printing
from autograder.wall.evidence import CapturedError, Drawing, errors_in
from autograder.wall.frames import FrameStream
from autograder.wall.requests import SHARING
from autograder.wall.seeds import OURS, Seeds

MAX_ERROR_TEXT = 4000  # of a cell; the sandbox keeps less
PART_BYTES = 8 * 2**20  # of a file, in one request


class StudentTimeout(AssertionError):
    """A step of the student's took too long and was interrupted."""


class Session:
    """Requests to one child.

    Args:
        stream: frames to and from the warm worker.
        limits: what the submission may use.
        seed: Otter's seed between cells, or None.
        seed_variable: the name of the notebook's that it is given to, or None: the generators.
        as_in_otter: what tests hand over may change in place; else the sandbox has copies.

    Raises:
        SandboxError: the worker is gone or does not answer: our fault.
    """

    def __init__(
        self,
        stream: FrameStream,
        limits: Limits,
        seed: int | None = None,
        seed_variable: str | None = None,
        as_in_otter: bool = True,
    ):
        self.limits = limits
        self.case = CaseRun()  # the test case that runs or ran last
        self.turn = threading.RLock()  # a test may call student code from several threads
        self.exchanges = 0  # that are under way
        self.curves: list[Drawing] = []
        self.errors: list[CapturedError] = []
        self.fetched: list[Any] = []  # values of the notebook's names, as tests got them
        self.types: dict[Any, Any] = {}  # of stand-ins and of values, by what they stand for
        self.standing: dict[int, Any] = {}  # stand-ins by their numbers
        self.lending = Lending(self, as_in_otter)
        self.mirrors = Mirrors(self)
        self.desk: Any = None  # the files that a test case and the notebook both write, if any
        sown = OURS if as_in_otter and seed is not None and seed_variable is None else ()
        self.seeds = Seeds(as_in_otter, self.request, sown)
        self.hearing = Hearing()
        self.figures: Any = OrderedDict()  # what tests have drawn, as pyplot keeps it
        self.workplace = ""  # where tests find the assignment's files
        self.names: Any = None
        self.printed = 0  # characters of output so far
        self.ran_along: str | None = None  # the next cell, where it ran with the one before it
        start = {"sharing": as_in_otter, "seed": seed, "seed_variable": seed_variable}
        self.exchange = Exchange(stream, limits, start)

    def run_cell(
        self, source: str, seeded: bool = True, following: str = ""
    ) -> tuple[CellOutput, bool]:
        """Run a cell; returns its output and whether output was dropped.

        Args:
            seeded: whether Otter's seed is set before it, where there is one.
            following: the next cell, which runs along where it only asks for a check.

        Raises:
            SubmissionEnded: the child is gone.
        """
        ran, self.ran_along = self.ran_along, None
        if ran == source:
            return CellOutput(), False
        try:
            reply = self.request("cell", source=source, seeded=seeded, following=following)
        except StudentTimeout as timeout:
            return CellOutput(error=str(timeout)), False
        except Exception as error:
            if isinstance(error, (SubmissionEnded, SandboxError)):
                raise
            return CellOutput(error=f"{type(error).__name__}: {error}"), False
        text, raised = reply.get("text"), reply.get("error")
        if type(text) is not str or not (raised is None or type(raised) is str):
            raise self.exchange.broken("a malformed answer to a cell")
        self.ran_along = following if reply.get("along") is True else None
        room = self.limits.output_kib * 1024 - self.printed  # the child keeps to it, if it is ours
        self.printed += min(len(text), room)
        dropped = reply.get("dropped") is True or len(text) > room
        return CellOutput(text[:room], raised and raised[:MAX_ERROR_TEXT]), dropped

    def lay(self, files: dict[str, bytes]) -> None:
        """Lay the assignment's files into the work folder; before the first cell.

        Raises:
            SandboxError: there is no room for them.
        """
        for path, content in files.items():
            for start in range(0, max(len(content), 1), PART_BYTES):
                try:
                    self.request("lay", path=path, data=content[start : start + PART_BYTES])
                except (AssertionError, OSError, SubmissionEnded) as error:
                    raise self.exchange.failed(
                        f"the assignment's file {path} cannot be laid ({error})"
                    ) from None

    def values(self, names: list[str]) -> dict:
        """Return the values of names of the notebook; undefined ones are left out.

        Raises:
            As :meth:`request`; EvidenceError: the answer is malformed.
        """
        reply = self.request("get", names=tuple(names))
        values = reply.get("values")
        if type(values) is not dict:
            raise EvidenceError("malformed values")
        printing.take_over(reply.get("printing"))
        self.hearing.count(reply.get("decimals"))
        self.fetched += values.values()
        return values

    def probe(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Ask a probe where the student's objects live."""
        asked = {question[0] for question in args[0]} if name == "_answers" else {name}
        self.case.reported |= not probes.REPORTING.isdisjoint(asked)
        value = self.request("probe", name=name, args=tuple(args), kwargs=kwargs).get("value")
        for found in value if isinstance(value, list) else [value]:
            if isinstance(found, Drawing):
                self.curves.append(found)
            elif isinstance(found, CapturedError) and self._is_captured(name, args):
                self.errors.append(found)
        said = self.case.said
        for error in errors_in(value):
            said |= {error.message, error.type, error.type.rpartition(".")[2], *error.notes}
            said |= {text for f in error.frames for text in (f.file, f.function, f.text)}
        return value

    def _is_captured(self, probe: str, args: Sequence[Any]) -> bool:
        """Tell whether a probe was asked about an error that the notebook itself keeps.

        What a test's own call raised or returned is none that the student captured.
        """
        return probe == "captured" and any(one is args[0] for one in self.fetched)

    def request(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return the decoded reply.

        Raises:
            SubmissionEnded: the child is gone.
            AssertionError: an answer broke a limit, or took too long.
            Exception: what the student's code raised, rebuilt from its type's name and message.
        """
        with self.turn, nullcontext() if self.exchanges else bounds.deeper():
            if op not in SHARING:
                return self.request_alone(op, **fields)
            with self.mirrors.kept(), self.desk.kept() if self.desk else nullcontext():
                return self.request_alone(op, **fields)

    def request_alone(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send one request with nothing around it that keeps both sides one."""
        left_s = self.exchange.left_s()
        self.case.answered |= op in ("operate", "pyplot")
        if states := self.seeds.states():
            fields["random"] = states
        if op in SHARING and self.lending.sharing:
            fields |= {"noted": [*self.seeds.sent]} if self.seeds.sent else {}
            fields |= {"replaced": found} if (found := replaced()) else {}
            fields |= self.hearing.wanted()
            fields |= {"paths": paths[::-1]} if (paths := self.lending.shared.paths) else {}
        try:
            payload = self.lending.pack({"op": op, **fields}, op in SHARING)
        except EvidenceError as error:
            raise self._refusal(str(error)) from None
        timeout = min(self.limits.cell_s, left_s)
        adopter = remote.Adopter(self)
        self.exchanges += 1  # until the answer is read: a test that takes too long ends behind it
        try:
            with bounds.undisturbed() if self.case.running else nullcontext():
                answer = partial(self._answer, oracles.Answers())
                data, interrupted = self.exchange.ask(payload, timeout, answer)
                reply = self._read(data, adopter)
        finally:
            self.exchanges -= 1
        if not isinstance(reply, dict):
            raise self.exchange.broken("a malformed answer")
        self.hearing.hear(reply if self.case.running else {})
        self._draw_on(reply.get("random"))
        if interrupted and reply.get("ok") is not True:
            raise StudentTimeout(
                f"stopped after {timeout:.0f} s: this step did not end ‖ "
                f"{timeout:.0f} 秒后被终止：这一步没有结束"
            )
        if reply.get("ok") is True:
            reply["_linked"] = adopter.linked
            return reply
        raised = self.lending.raised(reply)
        if isinstance(raised, BaseException if self.case.running else Exception):
            raise raised
        if isinstance(raised, BaseException):
            raise self._refusal(f"the code raised {type(raised).__name__}: {raised}")
        raise self._refusal(f"the value cannot be looked at: {reply.get('limit')}")

    def _refusal(self, said: str) -> AssertionError:
        """Return the error of what is not done here; a test that catches it fails all the same."""
        return self.case.refuse(AssertionError(said))

    def _draw_on(self, states: object) -> None:
        """Let this side's generators go on from where the notebook's stand."""
        try:
            self.seeds.take(states if self.lending.sharing else None)
        except EvidenceError as error:
            raise self.exchange.broken(str(error)) from None

    def _read(self, data: bytes, adopter: remote.Adopter) -> Any:
        """Return what the child's message says."""
        try:
            return self.lending.unpack(data, adopter.adopt)
        except EvidenceError as error:
            raise self.exchange.broken(str(error)) from None
        except (OutOfTime, SandboxError, SubmissionEnded):
            raise
        except RecursionError:
            raise self._refusal("the test itself calls too deep ‖ 测试本身的调用层数太多") from None
        except Exception as error:  # whatever reading an answer meets is the answer's doing
            raise self.exchange.broken(f"an unreadable answer ({type(error).__name__})") from None

    def begin_case(self, words: Iterable[str] = ()) -> None:
        """Forget what belongs to the test case before, once no thread of its asks any more.

        Args:
            words: the names in the test.
        """
        with self.turn:
            self.case = CaseRun(frozenset(words))
            self.hearing.begin(self.case.words)
            self.seeds.forget()
            self.lending.begin_case()
            self.mirrors.clear()

    def end(self) -> Usage:
        """Kill the child, wipe its folder and return what it used."""
        return self.exchange.end()

    @property
    def channels(self) -> tuple[int, ...]:
        """The descriptors that it is held over."""
        return self.exchange.stream.channel.fileno(), self.exchange.child.channel.fileno()

    @property
    def usage(self) -> Usage | None:
        """What the child used, once it is gone."""
        return self.exchange.usage

    def _answer(self, answers: oracles.Answers, question: bytes) -> bytes:
        """Answer what the child asks about a test's function while a request runs."""
        broken = self.exchange.broken
        try:
            if question.startswith(codec.CALL):
                called = self._read(question[len(codec.CALL) :], remote.Adopter(self))
                return codec.CALL + self.lending.call(called, answers)
        except EvidenceError as error:
            raise broken(str(error)) from None
        try:
            return answers.answer(question)
        except EvidenceError as error:
            raise broken(str(error)) from None
        except OutOfTime:
            raise
        except Exception as error:  # whatever a question meets is the question's doing
            raise broken(f"a question without an answer ({type(error).__name__})") from None

    def raise_fault(self) -> None:
        """Raise our own fault again; see :class:`autograder.scoring.conversation.Conversation`."""
        if self.exchange.fault is not None:
            raise self.exchange.fault
