"""Compile what submissions may import, by the sandbox's lock file: they may write nothing there.

    .venv/bin/python .ci/compile.py autograder/sandbox/requirements.lock

Everything else is compiled when it is first imported, which for most of it is never.
"""

import re
import sys
from compileall import compile_file
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

UNLOCKED = "torch"  # comes from an index of its own
# Hardly a notebook gets to these: own tests of packages, torch's compiler, debuggers, fonts' files.
LEFT_OUT = re.compile(
    r"(^|/)(tests?|testing|torch/_inductor|torch/_dynamo|debugpy|fontTools|setuptools|lexers)/"
)


def main(lock: Path) -> int:
    """Compile the packages of a lock file that are installed; returns the exit status."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    files = [path for name in {UNLOCKED, *pinned} for path in sources(name)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_compile, files, chunksize=50))
    return 0


def sources(package: str) -> list[str]:
    """Return the paths of an installed package's sources, none where it is not installed."""
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:  # for another system
        return []
    kept = (file for file in files if file.suffix == ".py" and not LEFT_OUT.search(str(file)))
    return [str(file.locate()) for file in kept]


def _compile(path: str) -> None:
    compile_file(path, quiet=2)  # says nothing of a file for a newer Python


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
