"""What one submission may cost its scorer: time and memory on the trusted side.

The sandbox has limits of its own; these hold where values of a submission's are read and judged.
The clock here reaches what runs in Python. A call into C that never returns is ended with its
process, by :mod:`autograder.scoring.supervision`.
"""

import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, process_time  # a test may patch the module
from types import FrameType

from autograder.errors import OutOfTime
from autograder.model import Status

LEAST_MIB = 256  # which an ordinary notebook with pictures may take to be read
LATE_S = 5.0  # after the submission's time: by then the session has ended it, if it could
TOO_LONG = "the test itself did not end within {:g} s ‖ 测试本身在 {:g} 秒内没有结束"
Handler = Callable[[int, FrameType | None], object]
DEEPER = 500  # calls that a request may take beyond those that a test may
AGAIN_S = 1.0  # a hidden test may take the exception for its own


@contextmanager
def bounded(wall_s: float, memory_mib: int) -> Iterator[None]:
    """Hold the block to a submission's time and to a growth in memory.

    Raises:
        OutOfTime: the time was used up (in a process's main thread).
        MemoryError: so was the memory.
    """
    with _memory(max(memory_mib, LEAST_MIB)), _clock(wall_s + LATE_S):
        yield


@contextmanager
def _clock(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1), AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class TestTooLong(Exception):
    """A test case that does not end by itself; no fault of the student's code."""

    __test__ = False  # pytest: not a test class


@contextmanager
def patient(
    cpu_s: float, busy: Callable[[], bool], tell: Callable[[TestTooLong], object]
) -> Iterator[None]:
    """Hold a test case to this process's CPU time, in a process's main thread.

    What it waits for the sandbox costs it nothing; that has limits of its own.

    Args:
        busy: whether a message is under way, which may not be cut.
        tell: gets the exception before it is raised: a test may catch it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        if not busy():
            error = TestTooLong(TOO_LONG.format(cpu_s, cpu_s))
            tell(error)
            raise error

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, cpu_s, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def awake(
    idle_s: float, busy: Callable[[], bool], tell: Callable[[TestTooLong], object]
) -> Iterator[None]:
    """Hold a test case to the time in which it neither computes nor waits for the sandbox.

    Within :func:`kept_clock`, whose clock it takes over and rings on time; a test that sets an
    alarm of its own takes it over in its turn.

    Args:
        busy, tell: as in :func:`patient`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGALRM, _Awake(idle_s, busy, tell))
    signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
    yield  # the clock that is kept puts back what was


class _Awake:
    """The handler of that alarm; by itself it lets a message be read whole."""

    def __init__(
        self, idle_s: float, busy: Callable[[], bool], tell: Callable[[TestTooLong], object]
    ):
        self.idle_s, self.busy, self.tell = idle_s, busy, tell
        self.handler = signal.getsignal(signal.SIGALRM)
        self.left, _ = signal.getitimer(signal.ITIMER_REAL)
        self.began = self.seen = monotonic()
        self.computed, self.idle = process_time(), 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now, cpu = monotonic(), process_time()
        if not self.busy():
            self.idle += max(0.0, now - self.seen - (cpu - self.computed))
        self.seen, self.computed = now, cpu
        if self.left and now - self.began >= self.left and callable(self.handler):
            self.handler(number, frame)
        if self.idle > self.idle_s and not self.busy():
            error = TestTooLong(TOO_LONG.format(self.idle_s, self.idle_s))
            self.tell(error)
            raise error


@contextmanager
def kept_clock() -> Iterator[None]:
    """Give the submission's clock back after a test that sets an alarm of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler, began = signal.getsignal(signal.SIGALRM), monotonic()
    left, again = signal.getitimer(signal.ITIMER_REAL)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, handler)
        if left:
            left = max(left - (monotonic() - began), AGAIN_S)
        signal.setitimer(signal.ITIMER_REAL, left, again)


@contextmanager
def deeper() -> Iterator[None]:
    """Let what is begun here be ended, however deep the test is that asks for it."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(usual + DEEPER)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


class _Held:
    """In the place of a test's own handler: notes an alarm that may not ring yet.

    The signal itself is not blocked: blocked in one thread, it goes to another.
    """

    def __init__(self, handler: Handler):
        self.handler = handler
        self.rung: tuple[int, FrameType | None] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.rung = number, frame

    def ring(self) -> None:
        """Let it ring now, if it was to."""
        rung, self.rung = self.rung, None
        if rung is not None:
            self.handler(*rung)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let an alarm of a test's own ring once a message is read whole, not in the midst of it."""
    handler = signal.getsignal(signal.SIGALRM)
    inside = threading.current_thread() is not threading.main_thread()
    ours = handler is _ring or isinstance(handler, (_Awake, _Held))
    if inside or ours or not callable(handler):
        yield
        return
    held = _Held(handler)
    signal.signal(signal.SIGALRM, held)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, held.handler)
        held.ring()


@contextmanager
def disturbed() -> Iterator[None]:
    """Let it ring, while a test's function runs that student code calls."""
    held = signal.getsignal(signal.SIGALRM)
    if not isinstance(held, _Held):
        yield
        return
    signal.signal(signal.SIGALRM, held.handler)
    try:
        held.ring()
        yield
    finally:
        handler = signal.getsignal(signal.SIGALRM)
        held.handler = handler if callable(handler) else _nothing
        signal.signal(signal.SIGALRM, held)


def _nothing(number: int, frame: FrameType | None) -> None:
    return None


def _ring(number: int, frame: FrameType | None) -> None:
    raise OutOfTime(Status.TIMEOUT, "looking at its answers took too long")


@contextmanager
def _memory(mib: int) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = held_bytes() + mib * 2**20
    if most != resource.RLIM_INFINITY:
        allowed = min(allowed, most)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def held_bytes() -> int:
    """Return the bytes of private writable memory that this process holds (VmData)."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
