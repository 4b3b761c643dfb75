"""An answer counts once, for the request that it was given to."""

import socket
import time
from types import SimpleNamespace

import pytest

from autograder.errors import SubmissionEnded
from autograder.model import Limits, Status
from autograder.scoring.exchange import Exchange
from autograder.scoring.session import MAX_ERROR_TEXT, Session
from autograder.scoring.usage import Usage
from autograder.wall.frames import NONCE_BYTES, FrameStream

ANSWER = b"the answer"


class Line(Exchange):
    """A way to a child whose other end the test holds."""

    def __init__(self, ours: socket.socket):
        self.child, self.limits, self.deadline = FrameStream(ours, 1000), Limits(), float("inf")
        self.usage = None

    def end(self, gone: bool = False, idle: bool = True) -> Usage:
        return Usage(Status.COMPLETED, "", 0.0, 0.0, 0.0, True)


class Talk(Session):
    """A conversation over such a line, that has only begun."""

    def __init__(self, line: Line):
        self.exchange, self.limits = line, Limits(output_kib=1)
        self.printed, self.ran_along, self.answered = 0, None, False


def unasked(question: bytes) -> bytes:
    raise AssertionError("the child asks nothing")


@pytest.fixture
def talk(monkeypatch):
    """Return a line, its other end, and the nonces that requests get in turn."""
    nonces = [bytes([n]) * NONCE_BYTES for n in range(1, 5)]
    taken = iter(nonces)
    stand_in = SimpleNamespace(token_bytes=lambda size: next(taken))
    monkeypatch.setattr("autograder.scoring.exchange.secrets", stand_in)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Line(ours), FrameStream(theirs, 1000), nonces


def test_an_answer_to_the_request_counts(talk):
    line, other, nonces = talk
    for nonce in nonces:
        other.send(nonce + ANSWER)
        assert line.ask(b"?", 1.0, unasked) == (ANSWER, False)


@pytest.mark.parametrize("answers", [
    [b"\0" * NONCE_BYTES], [b"\1" * (NONCE_BYTES - 1)], [b""], [b"\1" * NONCE_BYTES] * 2,
    [b"\2" * NONCE_BYTES, b"\1" * NONCE_BYTES], [b"\1" * (NONCE_BYTES - 1) + b"\2"],
], ids=["in advance", "cut off", "empty", "twice", "to the next one", "nearly right"])  # fmt: skip
def test_any_other_answer_ends_the_submission(talk, answers):
    line, other, _ = talk
    for nonce in answers:
        other.send(nonce + (ANSWER if nonce else b""))
    with pytest.raises(SubmissionEnded, match="a request that was never made") as caught:
        for _ in answers:
            line.ask(b"?", 1.0, unasked)
    assert caught.value.status is Status.PROTOCOL


def test_no_nonce_comes_twice(monkeypatch):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line, seen = Line(ours), set[bytes]()

        def exchange(request, timeout_s, answer):
            seen.add(request[:NONCE_BYTES])
            return request[:NONCE_BYTES] + ANSWER, False

        monkeypatch.setattr(line, "_exchange", exchange)
        for _ in range(1000):
            line.ask(b"?", 1.0, unasked)
    assert len(seen) == 1000 and NONCE_BYTES >= 8


def test_nothing_is_asked_when_the_time_is_used_up(talk):
    line, other, _ = talk
    line.deadline = time.monotonic() - 0.1
    with pytest.raises(SubmissionEnded, match="used up") as caught:
        Talk(line).request_alone("get", names=("x",))
    assert caught.value.status is Status.TIMEOUT and not other.wait(0.0)


def test_what_a_sandbox_says_that_cells_printed_is_cut_here_too(talk, monkeypatch):
    session = Talk(talk[0])
    reply = {"text": "x" * 800, "error": "E: " + "y" * 10_000}
    monkeypatch.setattr(session, "request", lambda op, **fields: reply)
    found = [session.run_cell("print()") for _ in range(3)]
    assert [(len(output.text), dropped) for output, dropped in found] == [
        (800, False), (224, True), (0, True),
    ]  # fmt: skip
    assert all(len(output.error) == MAX_ERROR_TEXT for output, _ in found)


@pytest.mark.parametrize(
    "reply", [{"text": 3}, {}, {"text": "a", "error": 1}, {"text": b"a"}, {"text": None}]
)
def test_a_malformed_answer_to_a_cell_ends_the_submission(talk, monkeypatch, reply):
    session = Talk(talk[0])
    monkeypatch.setattr(session, "request", lambda op, **fields: reply)
    with pytest.raises(SubmissionEnded, match="malformed") as caught:
        session.run_cell("print()")
    assert caught.value.status is Status.PROTOCOL
