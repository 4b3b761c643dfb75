"""The gradebook's file: its tables, its transactions, and what is kept by name.

Each gradation is committed as it arrives, so a killed run loses nothing.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from autograder.errors import UsageError
from autograder.gradebook.entry import storable
from autograder.gradebook.migration import FILES, to_version_2

File = TypeVar("File", bound="GradebookFile")

APPLICATION_ID = 0x41474742  # "AGGB": tells our files from other people's databases
SCHEMA_VERSION = 2
BUSY_TIMEOUT_S = 30.0
AGAIN = "run the same command again; what was graded is kept"

SCHEMA = """
CREATE TABLE run (assignment TEXT NOT NULL, begun_at TEXT NOT NULL);
CREATE TABLE members (submission TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE gradations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    submission TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    assignment TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, language TEXT NOT NULL,
    score REAL NOT NULL, possible REAL NOT NULL,
    wall_s REAL NOT NULL, cpu_s REAL NOT NULL, memory_mib REAL NOT NULL,
    submitted_at TEXT, graded_at TEXT NOT NULL, graded_by TEXT NOT NULL, facts BLOB NOT NULL);
CREATE INDEX gradations_by_submission ON gradations (submission, id);
CREATE TABLE questions (
    gradation INTEGER NOT NULL REFERENCES gradations, name TEXT NOT NULL,
    score REAL NOT NULL, possible REAL NOT NULL, PRIMARY KEY (gradation, name)) WITHOUT ROWID;
CREATE TABLE test_cases (
    gradation INTEGER NOT NULL REFERENCES gradations, question TEXT NOT NULL,
    number INTEGER NOT NULL, name TEXT NOT NULL, passed INTEGER NOT NULL, hidden INTEGER NOT NULL,
    points REAL NOT NULL, slip TEXT, PRIMARY KEY (gradation, question, number)) WITHOUT ROWID;
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY AUTOINCREMENT, submission TEXT NOT NULL, question TEXT NOT NULL,
    points REAL, reason TEXT NOT NULL, made_at TEXT NOT NULL);
"""

# Came later than the other tables, so it is made where it is missing.
SETTINGS = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)"


class GradebookFile:
    """One SQLite file of ours.

    Raises (from every method):
        UsageError: the file is no gradebook, is damaged, newer than this program, or locked,
            or its disk is full.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        try:
            self._prepare()
        except BaseException as error:
            self.close()
            if isinstance(error, sqlite3.Error):
                raise self._unusable(error) from None
            raise

    def __enter__(self: File) -> File:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):  # damage may show only when rows are fetched
            raise self._unusable(error) from None

    def close(self) -> None:
        """Close the file; everything is already committed."""
        self._connection.close()

    def _prepare(self) -> None:
        """Make the tables of a new file, bring an older one up to date, refuse what is not ours.

        All in one transaction: another command that opens the file meanwhile waits, and finds
        it made.
        """
        run = self._connection.execute
        self._patiently("BEGIN")  # one look at the file, not several while others make it
        version = self._refuse_others()
        run("COMMIT")
        self._patiently("PRAGMA journal_mode = WAL")  # where it cannot be had, the journal stays
        run("PRAGMA synchronous = NORMAL")  # in WAL mode only a power cut can lose the last commits
        run("PRAGMA foreign_keys = ON")
        if version < SCHEMA_VERSION:
            self._make()
        run(SETTINGS)

    def _make(self) -> None:
        with self._transaction() as write:
            version = self._refuse_others()
            if version == 0:
                for statement in filter(str.strip, (SCHEMA + FILES).split(";")):
                    write.execute(statement)
            elif version == 1:
                write.execute(SETTINGS)
                to_version_2(write)
            write.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            write.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _refuse_others(self) -> int:
        """Return the schema's version, 0 for an empty file.

        Raises:
            UsageError: the file is no gradebook, or newer than this program.
        """
        run = self._connection.execute
        mark = run("PRAGMA application_id").fetchone()[0]
        version = int(run("PRAGMA user_version").fetchone()[0])
        if mark == APPLICATION_ID:
            if not 1 <= version <= SCHEMA_VERSION:
                raise UsageError(
                    f"{self.path}: written by a newer version of this program (schema {version}, "
                    f"this one has {SCHEMA_VERSION}); use that one or choose another OUT=<folder>"
                )
            run("SELECT COUNT(*) FROM members").fetchone()
            return version
        if run("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            raise UsageError(f"{self.path}: is no gradebook; choose another OUT=<folder>")
        return 0

    def _patiently(self, statement: str) -> None:
        """Run a statement that SQLite refuses at once, without waiting, while others write."""
        until = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                self._connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(0.02)

    def _keep(self, name: str, value: str) -> None:
        with self._transaction() as write:
            write.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, storable(value)))

    def _kept(self, name: str) -> str:
        row = self._read("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _read(self, query: str, values: tuple = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(query, values)
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection, self._unusable)

    def _unusable(self, error: Exception) -> UsageError:
        if "locked" in str(error):
            repair = "another run uses it; wait for its end, or choose another OUT=<folder>"
        elif "full" in str(error):
            repair = f"make room there, then {AGAIN}"
        elif "disk I/O" in str(error):
            repair = f"see to that disk, then {AGAIN}"
        elif "unable to open" in str(error) or "readonly" in str(error):
            repair = "it cannot be opened for writing; choose another OUT=<folder>"
        else:
            repair = "it is damaged or no gradebook; move it away or choose another OUT=<folder>"
        return UsageError(f"{self.path}: {error}: {repair}")


class _Transaction:
    """A write that is there as a whole or not at all."""

    def __init__(self, connection: sqlite3.Connection, explain: Callable[[Exception], UsageError]):
        self._connection = connection
        self._explain = explain

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._explain(error) from None
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        except sqlite3.Error as failure:  # after a full disk nothing is left to roll back
            raise self._explain(error if isinstance(error, sqlite3.Error) else failure) from None
        if isinstance(error, sqlite3.Error):
            raise self._explain(error) from None
