"""One submission's conversation with its sandbox, seen from the scorer."""

import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from time import monotonic
from typing import Any

import msgpack

from autograder import probes
from autograder.errors import EvidenceError, OutOfTime, SandboxError, SubmissionEnded
from autograder.model import CellOutput, Limits, Status
from autograder.scoring import bounds, remote
from autograder.scoring.hearing import Hearing
from autograder.scoring.lending import Lending
from autograder.scoring.mirrors import Mirrors
from autograder.scoring.patches import replaced
from autograder.scoring.usage import Usage
from autograder.wall import codec, oracles, printing
from autograder.wall.evidence import CapturedError, Drawing, errors_in
from autograder.wall.frames import NONCE_BYTES, FrameStream, FrameTimeout, StreamEnded
from autograder.wall.seeds import OURS, Seeds

WORKER_PATIENCE_S = 60.0  # beyond every limit that the worker holds itself
MAX_ERROR_TEXT = 4000  # of a cell; the sandbox keeps less
GRACE_S = 1.5  # between the request to stop and the end
PART_BYTES = 8 * 2**20  # of a file, in one request
SHARING = ("get", "call", "operate", "pyplot")  # in which values stay one on both sides
TRANSFER_S = 20.0  # for an answer that has begun, or a request that is not taken


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
        self.stream = stream
        self.limits = limits
        self.usage: Usage | None = None
        self.said: set[str] = set()  # texts of the student's process, since they were last cleared
        self.turn = threading.RLock()  # a test may call student code from several threads
        self.exchanges = 0  # that are under way
        self.testing = False  # whether a test case runs, which may catch whatever is raised
        self.items = 0  # that a test case took from iterators, one by one
        self.answered = False  # whether an object was asked about itself
        self.reported = False  # whether a test asked what the sandbox alone can tell
        self.curves: list[Drawing] = []
        self.errors: list[CapturedError] = []
        self.fetched: list[Any] = []  # values of the notebook's names, as tests got them
        self.types: dict[Any, Any] = {}  # of stand-ins and of values, by what they stand for
        self.standing: dict[int, Any] = {}  # stand-ins by their numbers
        self.tested = set[int]()  # classes that a test case names or derives, by id
        self.lending = Lending(self, as_in_otter)
        self.mirrors = Mirrors(self)
        self.desk: Any = None  # the files that a test case and the notebook both write, if any
        self.fault: SandboxError | None = None
        self.refused: Exception | None = None  # the first operation that no stand-in may answer
        sown = OURS if as_in_otter and seed is not None and seed_variable is None else ()
        self.seeds = Seeds(as_in_otter, self.request, sown)
        self.hearing = Hearing()
        self.workplace = ""  # where tests find the assignment's files
        self.printed = 0  # characters of output so far
        self.ran_along: str | None = None  # the next cell, where it ran with the one before it
        self.deadline = monotonic() + limits.wall_s
        start = {"limits": asdict(limits), "seed": seed, "seed_variable": seed_variable}
        self._send({"op": "start", "sharing": as_in_otter, **start})
        channel = self._receive_channel()
        if channel is None:
            detail = self.usage.detail if self.usage else "no reason is given"
            raise SandboxError(f"the sandbox did not start: {detail}")
        self.child = FrameStream(channel, codec.MAX_FRAME_BYTES + NONCE_BYTES)

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
            raise self._broken("a malformed answer to a cell")
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
                    raise self._fault(
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
        self.reported = self.reported or not probes.REPORTING.isdisjoint(asked)
        value = self.request("probe", name=name, args=tuple(args), kwargs=kwargs).get("value")
        for found in value if isinstance(value, list) else [value]:
            if isinstance(found, Drawing):
                self.curves.append(found)
            elif isinstance(found, CapturedError) and self._is_captured(name, args):
                self.errors.append(found)
        for error in errors_in(value):
            self.said |= {error.message, error.type, error.type.rpartition(".")[2], *error.notes}
            self.said |= {text for f in error.frames for text in (f.file, f.function, f.text)}
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
        if self.usage is not None:
            raise SubmissionEnded(self.usage.status, self.usage.detail)
        self.answered = self.answered or op in ("operate", "pyplot")
        left_s = self.deadline - monotonic()
        if left_s <= 0:
            raise self._ended(Status.TIMEOUT, "the time is used up")
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
            with bounds.undisturbed() if self.testing else nullcontext():
                data, interrupted = self._ask(payload, timeout)
                reply = self._read(data, adopter)
        finally:
            self.exchanges -= 1
        if not isinstance(reply, dict):
            raise self._broken("a malformed answer")
        self.hearing.hear(reply if self.testing else {})
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
        if isinstance(raised, BaseException if self.testing else Exception):
            raise raised
        if isinstance(raised, BaseException):
            raise self._refusal(f"the code raised {type(raised).__name__}: {raised}")
        raise self._refusal(f"the value cannot be looked at: {reply.get('limit')}")

    def _refusal(self, said: str) -> AssertionError:
        """Return the error of what is not done here; a test that catches it fails all the same."""
        error = AssertionError(said)
        self.refused = self.refused or error
        return error

    def _draw_on(self, states: object) -> None:
        """Let this side's generators go on from where the notebook's stand."""
        try:
            self.seeds.take(states if self.lending.sharing else None)
        except EvidenceError as error:
            raise self._broken(str(error)) from None

    def _read(self, data: bytes, adopter: remote.Adopter) -> Any:
        """Return what the child's message says."""
        try:
            return self.lending.unpack(data, adopter.adopt)
        except EvidenceError as error:
            raise self._broken(str(error)) from None
        except (OutOfTime, SandboxError, SubmissionEnded):
            raise
        except RecursionError:
            raise self._refusal("the test itself calls too deep ‖ 测试本身的调用层数太多") from None
        except Exception as error:  # whatever reading an answer meets is the answer's doing
            raise self._broken(f"an unreadable answer ({type(error).__name__})") from None

    def begin_case(self, words: Iterable[str] = ()) -> None:
        """Forget what belongs to the test case before, once no thread of its asks any more.

        Args:
            words: the names in the test.
        """
        with self.turn:
            self.hearing.begin(words)
            self.seeds.forget()
            self.lending.begin_case()
            self.mirrors.clear()

    def end(self, gone: bool = False, idle: bool = True) -> Usage:
        """Kill the child, wipe its folder and return what it used.

        Args:
            gone: the child's end of the channel is closed.
            idle: it waits for a request.
        """
        if self.usage is None:
            try:  # the channel stays open: the worker looks at the child before it is gone
                self._send({"op": "end", "gone": gone, "idle": idle})
                while self._receive()["op"] != "ended":
                    continue
            finally:
                self.child.channel.close()
        assert self.usage is not None, "the end brings it"
        return self.usage

    def _ask(self, payload: bytes, timeout_s: float) -> tuple[bytes, bool]:
        """Return what the child answers, and whether the step had to be interrupted."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data, interrupted = self._exchange(nonce + payload, timeout_s)
        if data[:NONCE_BYTES] != nonce:
            raise self._broken("an answer to a request that was never made")
        return data[NONCE_BYTES:], interrupted

    def _exchange(self, request: bytes, timeout_s: float) -> tuple[bytes, bool]:
        answers, until = oracles.Answers(), monotonic() + timeout_s
        transfer_s = min(TRANSFER_S, self.deadline - monotonic() + GRACE_S)
        try:
            self.child.send(request, transfer_s)
            while self.child.wait(max(0.0, until - monotonic())):
                data = self.child.receive(transfer_s)
                if not _is_question(data, request):
                    return data, False
                self._answer(answers, data)
            self._send({"op": "interrupt"})
            until = monotonic() + GRACE_S
            while _is_question(data := self.child.receive(until - monotonic()), request):
                self._answer(answers, data)
            return data, True
        except FrameTimeout:
            detail = "a step took too long and could not be stopped"
            raise self._ended(Status.TIMEOUT, detail) from None
        except EvidenceError:
            raise self._broken("an oversized answer") from None
        except StreamEnded:
            usage = self.end(gone=True)
            raise SubmissionEnded(usage.status, usage.detail) from None

    def _answer(self, answers: oracles.Answers, question: bytes) -> None:
        """Answer what the child asks about a test's function while a request runs."""
        if question[NONCE_BYTES:].startswith(codec.CALL):
            called = self._read(question[NONCE_BYTES + len(codec.CALL) :], remote.Adopter(self))
            try:
                answer = codec.CALL + self.lending.call(called, answers)
            except EvidenceError as error:
                raise self._broken(str(error)) from None
            self.child.send(question[:NONCE_BYTES] + answer, TRANSFER_S)
            return
        try:
            answer = answers.answer(question[NONCE_BYTES:])
        except EvidenceError as error:
            raise self._broken(str(error)) from None
        except OutOfTime:
            raise
        except Exception as error:  # whatever a question meets is the question's doing
            raise self._broken(f"a question without an answer ({type(error).__name__})") from None
        self.child.send(question[:NONCE_BYTES] + answer, TRANSFER_S)

    def _fault(self, what: str) -> SandboxError:
        self.fault = SandboxError(what)
        return self.fault

    def raise_fault(self) -> None:
        """Raise our own fault again: a runner of tests takes it for the test's failure."""
        if self.fault is not None:
            raise self.fault

    def _broken(self, what: str) -> SubmissionEnded:
        return self._ended(Status.PROTOCOL, what)

    def _ended(self, status: Status, detail: str) -> SubmissionEnded:
        self.usage = replace(self.end(idle=False), status=status, detail=detail)
        return SubmissionEnded(status, detail)

    def _send(self, message: dict) -> None:
        try:
            self.stream.send(msgpack.packb(message))
        except StreamEnded:
            raise self._fault("the sandbox worker is gone") from None

    def _receive(self) -> dict:
        return self._read_control(lambda patience_s: (self.stream.receive(patience_s), None))[0]

    def _receive_channel(self) -> socket.socket | None:
        """Return the child's own channel, or None when no child was started."""
        return self._read_control(self.stream.receive_with_socket)[1]

    def _read_control(
        self, read: Callable[[float], tuple[bytes, socket.socket | None]]
    ) -> tuple[dict, socket.socket | None]:
        try:
            data, passed = read(self.limits.cell_s + WORKER_PATIENCE_S)
        except (StreamEnded, FrameTimeout, EvidenceError) as error:
            raise self._fault(f"the sandbox worker failed ({type(error).__name__})") from None
        try:
            message = msgpack.unpackb(data)
            if message["op"] == "ended":
                del message["op"]
                self.usage = Usage(**{**message, "status": Status(message["status"])})
                message = {"op": "ended"}
        except (ValueError, KeyError, TypeError, msgpack.UnpackException) as error:
            raise self._fault(f"the sandbox worker is confused ({error!r})") from None
        return message, passed


def _is_question(data: bytes, request: bytes) -> bool:
    mark = data[NONCE_BYTES : NONCE_BYTES + len(oracles.MARK)]
    return mark == oracles.MARK and data[:NONCE_BYTES] == request[:NONCE_BYTES]
