"""Who is in the class: which file has which name for ever, who is graded now, what lies beside."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from autograder.errors import UsageError
from autograder.gradebook.entry import storable
from autograder.gradebook.settings import Settings
from autograder.intake.collection import Attachment, submission_name

NAMES = """
SELECT submission FROM files UNION SELECT submission FROM gradations
UNION SELECT submission FROM overrides
"""


class Roll(Settings):
    """The submissions of a gradebook's file.

    A submission is known by its path within the folder of submissions. The name that it gets at
    first, under which marks, points by hand and pages are kept, stays its own: no file that comes
    later gets it, not even when the first one is gone.
    """

    def name_submissions(self, files: Iterable[str]) -> dict[str, str]:
        """Return each file's name, and keep the names that are new."""
        names: dict[str, str] = {}
        with self._transaction() as write:
            known = dict(write.execute("SELECT file, submission FROM files").fetchall())
            taken = {name.casefold() for (name,) in write.execute(NAMES)}
            for file in files:
                text = storable(file)
                names[file] = known.get(text) or submission_name(Path(file), taken)
                write.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (text, names[file]))
        return names

    def begin_run(
        self, assignment: str, submissions: Iterable[str], beside: Iterable[Attachment] = ()
    ) -> None:
        """Say which submissions the class consists of now; ``latest`` yields only these.

        Args:
            beside: files that are not graded, and the submissions that they lie beside.

        Raises:
            UsageError: the gradebook belongs to another assignment.
        """
        with self._transaction() as write:
            held = write.execute("SELECT DISTINCT assignment FROM gradations LIMIT 1").fetchone()
            if held and held[0] != assignment:
                raise UsageError(
                    f"{self.path}: holds the marks of '{held[0]}', not '{assignment}'; "
                    "choose another OUT=<folder>"
                )
            _replace(write, "run", [(assignment, now("microseconds"))])
            _replace(write, "members", [(name,) for name in dict.fromkeys(submissions)])
            _replace(
                write,
                "attachments",
                [(storable(other.file), storable(other.beside), other.why) for other in beside],
            )

    def begun_at(self) -> str:
        """Return when the latest run began, or ""."""
        row: tuple[str] | None = self._read("SELECT begun_at FROM run").fetchone()
        return row[0] if row else ""

    def attachments(self) -> list[Attachment]:
        """Return the files of the class that are not graded, as another one counts."""
        rows = self._read("SELECT file, beside, why FROM attachments ORDER BY file").fetchall()
        return [Attachment(*row) for row in rows]

    def files(self) -> dict[str, str]:
        """Return every name that was ever given, by file."""
        return dict(self._read("SELECT file, submission FROM files ORDER BY file").fetchall())

    def known_files(self) -> dict[str, str]:
        """Return the names of all submissions that have a gradation, by file."""
        query = "SELECT file, submission FROM gradations ORDER BY id"
        return dict(self._read(query).fetchall())

    def members(self) -> list[str]:
        """Return the names of the submissions of the class, sorted."""
        rows = self._read("SELECT submission FROM members ORDER BY submission").fetchall()
        return [name for (name,) in rows]


def _replace(write: sqlite3.Connection, table: str, rows: list[tuple[str, ...]]) -> None:
    """Put rows in the place of all that a table holds."""
    write.execute(f"DELETE FROM {table}")
    for row in rows:
        write.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def now(timespec: str = "seconds") -> str:
    """Return the time as the gradebook keeps it."""
    return datetime.now(timezone.utc).isoformat(timespec=timespec)
