"""One test case: whatever it does to the process's clocks, the submission's goes on."""

import signal
import time
from types import SimpleNamespace

import pytest

from autograder.scoring.bounds import bounded
from autograder.scoring.cases import one_case


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
    session = SimpleNamespace()
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


def clock() -> tuple[float, float]:
    return signal.getitimer(signal.ITIMER_REAL)
