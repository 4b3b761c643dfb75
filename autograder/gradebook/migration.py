"""How gradebooks of earlier versions become one of this version, without losing anything.

Schema 1 knew a submission by its name alone, and a file that came later could take over the name
of another one, with its history and its points by hand. Schema 2 keeps which file has which name.
"""

import json
import sqlite3
import zlib
from pathlib import Path

from autograder.intake.collection import submission_name

FILES = """
CREATE TABLE files (file TEXT PRIMARY KEY, submission TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE attachments (
    file TEXT PRIMARY KEY, beside TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE changes (
    gradation INTEGER NOT NULL REFERENCES gradations, question TEXT NOT NULL,
    before REAL, after REAL, cause TEXT NOT NULL, kept INTEGER NOT NULL, run TEXT NOT NULL,
    PRIMARY KEY (gradation, question)) WITHOUT ROWID;
"""


def to_version_2(connection: sqlite3.Connection) -> None:
    """Give every file the first name it had; part files that shared one, with all that is theirs.

    Points by hand go to the file that had the name when they were given. Runs in the caller's
    transaction.
    """
    for statement in filter(str.strip, FILES.split(";")):
        connection.execute(statement)
    rows = connection.execute(
        "SELECT id, submission, file, graded_at FROM gradations ORDER BY id"
    ).fetchall()
    names = _names([(name, file) for _, name, file, _ in rows])
    connection.executemany("INSERT INTO files VALUES (?, ?)", names.items())
    members = {name for (name,) in connection.execute("SELECT submission FROM members")}
    holders: dict[str, list[tuple[str, str]]] = {}  # by old name: since when, which file
    for number, name, file, graded_at in rows:
        holders.setdefault(name, []).append((graded_at, file))
        if names[file] != name:
            _rename(connection, number, names[file])
    for number, name, made_at in connection.execute(
        "SELECT id, submission, made_at FROM overrides"
    ).fetchall():
        if name in holders:
            before = [file for since, file in holders[name] if since <= made_at]
            owner = names[(before or [holders[name][0][1]])[-1]]
            connection.execute("UPDATE overrides SET submission = ? WHERE id = ?", (owner, number))
    if any(names[file] != name for _, name, file, _ in rows):
        connection.execute("DELETE FROM members")
        connection.executemany(
            "INSERT OR IGNORE INTO members VALUES (?)",
            ((names[holders[name][-1][1]] if name in holders else name,) for name in members),
        )
    # Pages of before may show another file's marks under a name.
    connection.execute(
        "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
    )
    connection.execute("DELETE FROM settings WHERE name = 'pages'")
    connection.execute("INSERT OR REPLACE INTO settings VALUES ('stale', 'yes')")


def _names(used: list[tuple[str, str]]) -> dict[str, str]:
    """Return a name per file, given who used which name, oldest first."""
    names: dict[str, str] = {}
    for name, file in used:
        if file not in names and name not in names.values():
            names[file] = name
    taken = {name.casefold() for name, _ in used}
    for _, file in used:
        if file not in names:
            names[file] = submission_name(Path(file), taken)
    return names


def _rename(connection: sqlite3.Connection, number: int, name: str) -> None:
    """Give a gradation to another submission."""
    (facts,) = connection.execute("SELECT facts FROM gradations WHERE id = ?", (number,)).fetchone()
    plain = {**json.loads(zlib.decompress(facts)), "submission": name}
    packed = zlib.compress(json.dumps(plain, ensure_ascii=True).encode(), 3)
    connection.execute(
        "UPDATE gradations SET submission = ?, facts = ? WHERE id = ?", (name, packed, number)
    )
