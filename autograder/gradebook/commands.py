"""How commands on a finished run open its gradebook."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from autograder.errors import UsageError
from autograder.gradebook.book import Gradebook
from autograder.gradebook.lock import hold

PATH = click.Path(path_type=Path)
OUT = click.argument("out", type=PATH)


@contextmanager
def open_gradebook(out: Path) -> Iterator[Gradebook]:
    """Open a run's gradebook, and keep other commands from it meanwhile.

    Raises:
        UsageError: the folder holds none, or another command is at work there.
    """
    path = out / "gradebook.sqlite"
    if not path.is_file():
        raise UsageError(f"{out}: no gradebook.sqlite there; name the OUT folder of a graded run")
    with hold(out), Gradebook(path) as gradebook:
        yield gradebook
