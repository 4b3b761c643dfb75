"""What tests need from the machine: a Docker engine, a browser, Poppler's PDF tools.

Where one is missing the test is skipped; where ``AUTOGRADER_REQUIRE=docker,chromium,poppler`` names
it, as in CI, the test fails, and so does a run in which anything at all was skipped (see suite.py).
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import otter  # noqa: F401 - whole, before a command under test takes its scoring classes alone
import pytest

pytest_plugins = ["tests.suite"]
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# A suite that a script started in the background ignores Ctrl-C, and so would what it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def give_up(need: str, reason: str):
    """Skip the test, or fail it where the need is required."""
    from tests.suite import REQUIRED

    if need in REQUIRED:
        pytest.fail(f"{reason}, and {need} is required here", pytrace=False)
    pytest.skip(reason)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case made of many bytes by its place: an archive's hold the time of its making."""
    return argname if isinstance(val, bytes) and len(val) > 80 else None


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder of the test's own that every user may pass through.

    pytest's own are closed to others, anew whenever any pytest starts.
    """
    with tempfile.TemporaryDirectory(prefix="suite-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(autouse=True)
def stays_in_its_namespaces():
    """Fail the test that leaves this process in another network or mount tree than it was in."""
    before = _namespaces()
    yield
    assert _namespaces() == before


def _namespaces() -> list[str]:
    folder = "/proc/self/ns"
    return [os.readlink(f"{folder}/{name}") for name in ("net", "mnt") if os.path.exists(folder)]


@pytest.fixture(scope="session")
def docker_engine() -> str:
    """Return the grading image's tag; the engine answers and the image is built."""
    from autograder.engines.docker import is_available
    from autograder.engines.image import ensure_image

    if not is_available():
        give_up("docker", "no Docker engine answers")
    return ensure_image()


@pytest.fixture(scope="module")
def chromium():
    """Yield a running headless Chromium as Playwright's browser object.

    Not for longer than a module: while it runs, Playwright's event loop runs in this thread, and
    a cell with an ``await`` cannot.
    """
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        give_up("chromium", "no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pdf_text() -> Callable[[Path], str]:
    """Return a function that reads the text of a PDF."""
    if not shutil.which("pdftotext"):
        give_up("poppler", "pdftotext is not installed")

    def read(path: Path) -> str:
        command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    return read


@contextmanager
def _once_in_this_run(done: Path) -> Iterator[bool]:
    """Tell whether something is still to be done, and let the run's other processes wait for it.

    Args:
        done: exists from then on; in a folder that only this run's processes use.
    """
    with open(done.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Return ``dist/`` with every assignment built; what is already built and unchanged is kept."""
    from autograder.build.assign import build_assignment
    from autograder.course import ROOT, assignment_names

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all processes of this run
    with _once_in_this_run(shared / "built") as wanted:
        for name in assignment_names() if wanted else ():
            build_assignment(ROOT / "assignments" / name, ROOT / "dist")
    return ROOT / "dist"
