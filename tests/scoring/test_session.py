"""An answer counts once, for the request that it was given to."""

import socket
from types import SimpleNamespace

import pytest

from autograder.errors import SubmissionEnded
from autograder.model import Limits, Status
from autograder.scoring.session import Session
from autograder.scoring.usage import Usage
from autograder.wall.frames import NONCE_BYTES, FrameStream

ANSWER = b"the answer"


class Talk(Session):
    """A conversation whose other end the test holds."""

    def __init__(self, ours: socket.socket):
        self.child, self.limits, self.deadline = FrameStream(ours, 1000), Limits(), float("inf")
        self.usage = None

    def end(self, gone: bool = False, idle: bool = True) -> Usage:
        return Usage(Status.COMPLETED, "", 0.0, 0.0, 0.0, True)


@pytest.fixture
def talk(monkeypatch):
    """Return a conversation, its other end, and the nonces that requests get in turn."""
    nonces = [bytes([n]) * NONCE_BYTES for n in range(1, 5)]
    taken = iter(nonces)
    stand_in = SimpleNamespace(token_bytes=lambda size: next(taken))
    monkeypatch.setattr("autograder.scoring.session.secrets", stand_in)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Talk(ours), FrameStream(theirs, 1000), nonces


def test_an_answer_to_the_request_counts(talk):
    session, other, nonces = talk
    for nonce in nonces:
        other.send(nonce + ANSWER)
        assert session._ask(b"?", 1.0) == (ANSWER, False)


@pytest.mark.parametrize("answers", [
    [b"\0" * NONCE_BYTES], [b"\1" * (NONCE_BYTES - 1)], [b""], [b"\1" * NONCE_BYTES] * 2,
    [b"\2" * NONCE_BYTES, b"\1" * NONCE_BYTES], [b"\1" * (NONCE_BYTES - 1) + b"\2"],
], ids=["in advance", "cut off", "empty", "twice", "to the next one", "nearly right"])  # fmt: skip
def test_any_other_answer_ends_the_submission(talk, answers):
    session, other, _ = talk
    for nonce in answers:
        other.send(nonce + (ANSWER if nonce else b""))
    with pytest.raises(SubmissionEnded, match="a request that was never made") as caught:
        for _ in answers:
            session._ask(b"?", 1.0)
    assert caught.value.status is Status.PROTOCOL


def test_no_nonce_comes_twice(monkeypatch):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        session, seen = Talk(ours), set[bytes]()

        def exchange(request, timeout_s):
            seen.add(request[:NONCE_BYTES])
            return request[:NONCE_BYTES] + ANSWER, False

        monkeypatch.setattr(session, "_exchange", exchange)
        for _ in range(1000):
            session._ask(b"?", 1.0)
    assert len(seen) == 1000 and NONCE_BYTES >= 8
