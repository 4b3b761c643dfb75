"""Frames on a socket: whole or not at all, within their limit and their time."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall.frames import HEADER, FrameStream, FrameTimeout, StreamEnded


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield FrameStream(ours, 1000), theirs


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(1, 40), max_size=40))
def test_frames_arrive_whole_however_they_are_cut(payloads, cuts):
    data = b"".join(HEADER.pack(len(one)) + one for one in payloads)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream, start, found = FrameStream(ours, 1000), 0, []
        for size in [*cuts, len(data)]:
            theirs.sendall(data[start : start + size])
            start += size
        while len(found) < len(payloads):
            found.append(stream.receive(1.0))
        assert found == payloads and not stream.wait(0.0)


@pytest.mark.parametrize("size", [1001, 2**31, 2**32 - 1])
def test_a_frame_over_the_limit_is_refused_as_it_is_announced(ends, size):
    stream, other = ends
    other.sendall(HEADER.pack(size))
    with pytest.raises(EvidenceError, match=f"a frame of {size} bytes is over the limit"):
        stream.receive(1.0)


def test_a_frame_of_the_very_limit_is_taken(ends):
    stream, other = ends
    other.sendall(HEADER.pack(1000) + bytes(1000))
    assert stream.receive(1.0) == bytes(1000)


@pytest.mark.parametrize("sent", [b"", b"\5", HEADER.pack(5), HEADER.pack(5) + b"four"])
def test_half_a_frame_is_waited_for_as_long_as_was_said(ends, sent):
    stream, other = ends
    other.sendall(sent)
    began = time.monotonic()
    with pytest.raises(FrameTimeout):
        stream.receive(0.1)
    assert time.monotonic() - began >= 0.09


@pytest.mark.parametrize("sent", [b"", b"\5", HEADER.pack(5) + b"four"])
def test_an_end_in_the_midst_of_a_frame_is_one(ends, sent):
    stream, other = ends
    other.sendall(sent)
    other.close()
    with pytest.raises(StreamEnded):
        stream.receive(1.0)


def test_who_takes_nothing_is_not_waited_for(ends):
    stream, _ = ends
    stream.channel.setblocking(False)
    with pytest.raises(FrameTimeout):
        stream.send(bytes(2**24), 0.1)


def test_a_socket_comes_along_and_with_a_second_frame_none(ends):
    stream, other = ends
    one, two = socket.socketpair()
    with one, two:
        sender = FrameStream(other, 1000)
        sender.send_with_socket(b"here", one)
        data, passed = stream.receive_with_socket(1.0)
        assert data == b"here" and passed is not None
        with passed:
            two.sendall(b"x")
            assert passed.recv(1) == b"x"
    sender.send(b"more")
    assert stream.receive_with_socket(1.0) == (b"more", None)
