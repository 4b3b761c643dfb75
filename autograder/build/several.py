"""Assignments built side by side, each in a process of its own: Otter changes folders and logs.

``python -m autograder.build.several FOLDER DIST NICENESS`` is such a process; ``--no-verify`` and
``--urgent`` as for :class:`Builds`.
"""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event, Lock
from types import TracebackType
from typing import IO

from autograder.course import ROOT, assignment_folder
from autograder.engines.shipment import PACKAGE, package_files
from autograder.errors import AutograderError, BuildError
from autograder.files import alone
from autograder.scoring.cores import own_cores

NICER = 10  # each next build, in the system's measure
# What builds nothing and ships nothing; a change there makes no built assignment old.
ASIDE = {"proving", "lms", "gradebook", "cluster"}


def outdated(names: Sequence[str], dist: Path) -> list[str]:
    """Return the assignments that are not built, or from older files than those there now."""
    code = _newest(
        path for path in package_files() if path.relative_to(PACKAGE).parts[0] not in ASIDE
    )
    return [name for name in names if _is_older(assignment_folder(name), dist, code)]


def _is_older(folder: Path, dist: Path, code: float) -> bool:
    built = dist / folder.name / "autograder.zip"
    sources = (path for path in folder.glob("*") if path.is_file())
    return not built.is_file() or built.stat().st_mtime < max(code, _newest(sources))


def _newest(paths: Iterator[Path]) -> float:
    return max((path.stat().st_mtime for path in paths), default=0.0)


class Builds:
    """Assignments that are being built: as many at a time as there are cores.

    Each is nicer to the machine than those before it, so that the first is soon ready.

    Args:
        verify: grade the solutions and blank notebooks.
        urgent: for a command that goes on with the first: this one has the machine to itself, none
            is graded in stock Otter, and what another process has built in the meantime is kept.
    """

    def __init__(
        self, names: Sequence[str], dist: Path, verify: bool = True, urgent: bool = False
    ) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = Lock()
        self._ended = False
        self._urgent, self._first_is_done = urgent, Event()
        self._pool = ThreadPoolExecutor(len(own_cores()) or 1)
        chosen = {"--no-verify": not verify, "--urgent": urgent}
        options = [option for option, wanted in chosen.items() if wanted]
        self._futures: dict[str, Future[str]] = {
            name: self._pool.submit(self._build, place, assignment_folder(name), dist, options)
            for place, name in enumerate(names)
        }

    @property
    def names(self) -> list[str]:
        """The assignments that are built."""
        return list(self._futures)

    def wait(self, name: str) -> str:
        """Wait for one of them and return what to say of it; "" where it is not built here.

        Raises:
            BuildError: it cannot be built.
        """
        return self._futures[name].result() if name in self._futures else ""

    def said(self) -> Iterator[str]:
        """Yield what to say of each, as they are ready.

        Raises:
            BuildError: one cannot be built.
        """
        for future in as_completed(self._futures.values()):
            yield future.result()

    def __enter__(self) -> "Builds":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._guard:
            self._ended = True
            for process in self._running:
                process.terminate()
        self._pool.shutdown(cancel_futures=True)

    def _build(self, place: int, folder: Path, dist: Path, options: list[str]) -> str:
        if self._urgent and place:
            self._first_is_done.wait()
        try:
            return self._run(folder, dist, [str(min(place * NICER, 19)), *options])
        finally:
            self._first_is_done.set()

    def _run(self, folder: Path, dist: Path, options: list[str]) -> str:
        command = [sys.executable, "-m", "autograder.build.several", str(folder), str(dist)]
        # Files: a pipe would be waited for until the last process that the build started is gone.
        with _written() as said, _written() as errors:
            with self._guard:
                if self._ended:
                    raise BuildError(f"{folder.name}: stopped")
                process = subprocess.Popen(
                    [*command, *options], env={**os.environ, "PYTHONPATH": _search_path()},
                    stdin=subprocess.DEVNULL, stdout=said, stderr=errors,
                )  # fmt: skip
                self._running.add(process)
            status = process.wait()
            with self._guard:
                self._running.discard(process)
            said.seek(0)
            errors.seek(0)
            if status:
                lines = errors.read().strip().splitlines()
                raise BuildError(lines[-1] if lines else f"{folder.name}: the build was ended")
            return said.read().strip()


def _written() -> IO[str]:
    return tempfile.TemporaryFile("w+", errors="replace")


def _search_path() -> str:
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))


def main(arguments: list[str]) -> int:
    """Build one assignment; prints what to say of it, or why it cannot be built."""
    folder, dist = map(Path, arguments[:2])
    os.nice(int(arguments[2]))
    try:
        target = os.fsencode((dist / folder.name).resolve())
        with alone(f"build-{hashlib.sha256(target).hexdigest()[:16]}"):
            urgent = "--urgent" in arguments
            if urgent and not outdated([folder.name], dist):
                return 0
            from autograder.build.assign import build_assignment

            built = build_assignment(folder, dist, "--no-verify" not in arguments, not urgent)
    except AutograderError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        place = error.filename or dist / folder.name
        print(f"{place}: {error.strerror or error}; make room, or let this user write there",
              file=sys.stderr)  # fmt: skip
        return 2
    print(f"{folder.name}: {built.describe()}")
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a lock and folders are removed
    sys.exit(main(sys.argv[1:]))
