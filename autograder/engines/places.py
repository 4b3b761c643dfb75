"""Where engines keep their folders and sockets: a place that submissions' own uids can reach."""

import os
import tempfile
from pathlib import Path

from autograder.errors import EngineError

OTHERS = ("/tmp", "/var/tmp")


def passable_folder() -> str:
    """Return a temporary folder that other users may pass through, or any one for a normal user.

    Some systems give everybody a TMPDIR of mode 700: there no submission's own uid could reach
    the folder that is made for it.

    Raises:
        EngineError: there is none.
    """
    wanted = tempfile.gettempdir()
    if os.geteuid():
        return wanted
    for folder in (wanted, *OTHERS):
        if os.access(folder, os.W_OK) and is_passable(Path(folder)):
            return folder
    raise EngineError(
        f"submissions with uids of their own cannot reach {wanted}, nor {' or '.join(OTHERS)}; set "
        "TMPDIR to a folder that other users may pass through (chmod o+x, its parents too)"
    )


def is_passable(folder: Path) -> bool:
    """Tell whether every user may pass through a folder and all above it."""
    path = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))
