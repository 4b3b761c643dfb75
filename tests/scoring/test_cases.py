"""One test case: whatever it does to the process's clocks, the submission's goes on."""

import signal
import threading
import time

import pytest

from autograder.model import Limits
from autograder.scoring.assignment import Assignment
from autograder.scoring.bounds import bounded
from autograder.scoring.cases import one_case
from tests.conversations import Silent
from tests.running import HEAD, grade, messages, outcomes


def set_alarm(handler, seconds: int) -> None:
    signal.signal(signal.SIGALRM, handler)
    signal.alarm(seconds)


ALARMS = {
    "set and off": lambda: (set_alarm(lambda *_: None, 30), signal.alarm(0)),
    "left on": lambda: set_alarm(lambda *_: None, 30),
    "off": lambda: signal.alarm(0),
    "ignored": lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
    "untouched": lambda: None,
}


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize("alarm", ALARMS)
def test_the_clock_goes_on_after_a_test_that_sets_an_alarm(alarm, raises):
    session = Silent()
    with bounded(40.0, 1024):
        handler, (left, again) = signal.getsignal(signal.SIGALRM), clock()
        try:
            with one_case(session):
                ALARMS[alarm]()
                time.sleep(0.02)
                if raises:
                    raise AssertionError("no")
        except AssertionError:
            assert raises
        assert signal.getsignal(signal.SIGALRM) is handler
        assert left - 1 < clock()[0] < left and clock()[1] == again


SLOW = """
import time
def slow(seconds):
    time.sleep(seconds)
    return seconds
def apply(f):
    return f()
"""
ALARMED = """
import signal, time
class TooSlow(Exception): pass
def ring(*_): raise TooSlow
def hurry(f, *args):
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        return f(*args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

@test_case(points=1)
def too_slow(slow):
    assert hurry(slow, 0.6) == 0.6

@test_case(points=1)
def caught(slow):
    try:
        hurry(slow, 0.6)
    except TooSlow:
        pass
    else:
        raise AssertionError("no alarm")

@test_case(points=1)
def called_back(apply):
    def endless():
        while True:
            pass
    try:
        hurry(apply, endless)
    except TooSlow:
        pass

@test_case(points=1)
def afterwards(slow):
    assert slow(0.01) == 0.01 and hurry(slow, 0.0) == 0.0
"""
ALARM_FILE = HEAD.format(name="q1") + ALARMED


def test_an_alarm_of_a_tests_own_rings_between_two_messages(engine):
    """In one process it would ring in the midst of the call; here that ends first."""
    tests = Assignment("demo", "digest", {"show_hidden": True}, {"q1": ALARM_FILE}, {},
                       is_foreign=True)  # fmt: skip
    ended = threading.Event()
    threading.Thread(target=ended.wait).start()  # to which the system may give the signal
    try:
        found = grade(engine, tests, (SLOW, "q1"))
    finally:
        ended.set()
    assert outcomes(found) == [False, True, True, True], messages(found)
    assert found.status.value == "completed"


SLEEPY = (
    HEAD.format(name="q1")
    + """
import queue, time
@test_case(points=1)
def sleeps():
    time.sleep(600)

@test_case(points=1)
def sleeps_and_catches():
    try:
        queue.Queue().get()
    except Exception:
        pass

@test_case(points=1)
def waits_for_the_notebook(slow):
    assert [slow(0.9) for _ in range(4)] == [0.9] * 4
"""
)


def test_a_test_that_waits_for_nothing_ends_alone(engine):
    tests = Assignment("demo", "digest", {"show_hidden": True}, {"q1": SLEEPY}, {},
                       is_foreign=True)  # fmt: skip
    began = time.monotonic()
    found = grade(engine, tests, (SLOW, "q1"), limits=Limits(cell_s=2, wall_s=60))
    assert outcomes(found) == [False, False, True], messages(found)
    assert found.status.value == "completed" and time.monotonic() - began < 40
    assert messages(found).count("the test itself did not end within 2 s") == 2


def clock() -> tuple[float, float]:
    return signal.getitimer(signal.ITIMER_REAL)
