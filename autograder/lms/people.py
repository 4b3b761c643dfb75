"""Whose a file is: by a list of owners, a platform's number, an id, a group, a person's name.

The numbers that a platform puts into its names are its own. They are compared with what the roster
says of that platform, for somebody else may have one of them as student number.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.intake.layouts import (
    Owner,
    owner_named,
    tokens_in,
    told_of_upload,
    written_by_platform,
)
from autograder.intake.tables import original
from autograder.intake.times import number_of
from autograder.lms.names import orders, squeeze
from autograder.lms.student import Student

Keys = Callable[[Student], set[str]]
Index = dict[str, set[Student]]

MANY, NOBODY = "names more than one: {}", "names nobody on the roster"
# By platform, what a roster calls the number that stands in names.
NUMBERS: dict[str, Keys] = {
    "canvas": lambda one: {one.canvas_id} - {""},
    "moodle": lambda one: {number_of(one.upload_id)} - {""},
    "gradescope": lambda one: {number_of(one.upload_id)} - {""},
}
WORDS = re.compile(r"[\W_]+")
MAX_WORDS = 8  # of a person's name


class People:
    """Finds whose a file is.

    Args:
        owners: by file, the id or e-mail address of whose it is.
        uploads: by folder of a download, ids and e-mail addresses of all whose it is.
    """

    def __init__(
        self, roster: list[Student], owners: Mapping[str, str], uploads: Mapping[str, list[str]]
    ):
        self.owners, self.uploads = owners, uploads
        self.by_key = _indexed(roster, lambda one: one.keys)
        self.by_group = _indexed(roster, lambda one: one.groups)
        self.by_name = _indexed(roster, lambda one: one.spellings)
        self.by_order = _indexed(roster, lambda one: one.spellings | orders(one.name))
        self.by_number = {name: _indexed(roster, keys) for name, keys in NUMBERS.items()}

    def of(self, file: str, submission: str) -> tuple[set[Student], str]:
        """Return whose a file is; where that is doubtful nobody's, and why."""
        for name in (file, submission, Path(file).name):
            if name in self.owners:
                named = self.by_key.get(self.owners[name], set())
                return named, "is given to somebody who is not on the roster"
        told = told_of_upload(original(file), self.uploads) or ()
        if members := {student for key in told for student in self.by_key.get(key, ())}:
            return members, ""
        names = people_named_in(file)
        for name in names:
            if name in self.by_group and name not in self.by_name:
                return self.by_group[name], ""
        students = self._by_number(file)
        if not students:
            called = self._by_name(names, file) or self._by_words(file)
            named = {one for one in called if not _has_another_number(one, file)}
            by_id = self._by_id(file, submission)
            keys = {key for one in by_id for key in one.keys & tokens_in(file)}
            is_in_name = bool(keys) and any(keys <= _words_of(one) for one in named)
            students = named if is_in_name or not by_id else by_id
        if len(students) == 1 or _is_group(students):
            return students, ""
        if students:
            return set(), MANY.format("; ".join(sorted(one.shown for one in students)))
        return set(), NOBODY

    def _by_number(self, file: str) -> set[Student]:
        """Look up what a platform itself writes into its names."""
        owner = owner_named(file)
        if owner is None:
            return set()
        if owner.key[0] == "blackboard":  # the user's name is what a title and "_" stand before
            words = owner.key[1].casefold().split("_")
            names = ("_".join(words[number:]) for number in range(len(words)))
            return next((self.by_key[name] for name in names if name in self.by_key), set())
        index = self.by_key if owner.key[0] == "sakai" else self.by_number.get(owner.key[0], {})
        return index.get(owner.number.casefold(), set())

    def _by_id(self, file: str, submission: str) -> set[Student]:
        """Look up ids: those that a platform wrote, or else what the student called the file.

        The latter never makes a file somebody else's than whom the platform names.
        """
        owner, own = owner_named(file), written_by_platform(file)
        if owner is None or own == file:
            return self._with_ids(tokens_in(file) | tokens_in(submission), owner)
        tokens = tokens_in(own) - owner.numbers
        if owner.number and not self.by_number.get(owner.key[0]):
            tokens.add(owner.number.casefold())  # the roster may call it otherwise
        if found := self._with_ids(tokens, owner):
            return found
        chosen = self._with_ids(tokens_in(file) - owner.numbers, owner)
        named = self._by_name(people_named_in(file), file) if owner.name else set()
        return chosen & named if named else chosen

    def _with_ids(self, tokens: set[str], owner: Owner | None) -> set[Student]:
        keys = {key for key in tokens if key in self.by_key}
        if owner and len(words := _split(owner.name)) > 1:
            keys -= words  # of a whole name that a platform writes none is somebody's id
        whole = {key for key in keys if not any(key != other and key in other for other in keys)}
        found = {student for key in whole for student in self.by_key[key]}
        return {one for one in found if not (owner and _is_another(one, owner, whole))}

    def _by_name(self, names: list[str], file: str) -> set[Student]:
        """Look up names; what a platform or a comma puts first may be the family name."""
        owner = owner_named(file)
        known = bool(owner and owner.name) or "," in file
        index = self.by_order if known else self.by_name
        return next((index[name] for name in names if name in index), set())

    def _by_words(self, file: str) -> set[Student]:
        """Look for names among a file's words: whole ones, the longest that somebody has.

        One plain word alone tells nobody: it may be a month, a place, somebody else's first name.
        """
        text = unicodedata.normalize("NFC", _without_suffix(original(file)))
        words = [squeeze(word) for word in WORDS.split(text)]
        for length in range(min(MAX_WORDS, len(words)), 0, -1):
            runs = [words[n : n + length] for n in range(len(words) - length + 1)]
            told = {"".join(run) for run in runs if length > 1 or not run[0].isascii()}
            if found := {one for name in told for one in self.by_name.get(name, ())}:
                return found
        return set()


def _words_of(student: Student) -> set[str]:
    """Return the words of a student's name."""
    return _split(f"{student.name} {student.first} {student.last}")


def _split(name: str) -> set[str]:
    return {word for word in WORDS.split(name.casefold()) if word}


def _is_another(student: Student, owner: Owner, keys: set[str]) -> bool:
    """Tell whether a platform's number is a student's, and the name beside it is not."""
    by_number = keys & student.keys == {owner.number.casefold()}
    known = squeeze(student.name + student.first + student.last)
    return bool(by_number and known and owner.name) and not (
        (student.spellings | orders(student.name)) & set(_spelled(owner.name))
    )


def _has_another_number(student: Student, file: str) -> bool:
    """Tell whether a student number stands beside the name, and it is not this student's."""
    owner = owner_named(file)
    return bool(
        owner
        and owner.key[0] == "number"
        and student.sis_id.isdecimal()
        and owner.key[1] not in student.keys
    )


def _indexed(roster: list[Student], keys: Keys) -> Index:
    found: Index = {}
    for student in roster:
        for key in keys(student):
            found.setdefault(key.casefold(), set()).add(student)
    return found


def people_named_in(file: str) -> list[str]:
    """Return what may be a name of a person or group in a file's path, squeezed."""
    owner = owner_named(file)
    if owner and owner.name:
        return _spelled(owner.name)
    parts = _without_suffix(original(file)).split("/")
    return [squeeze(part) for part in parts if len(squeeze(part)) > 1]


def _spelled(name: str) -> list[str]:
    group, _, person = name.rpartition("-")  # Moodle puts a group before a member
    return [squeeze(one) for one in (name, person if group else "") if squeeze(one)]


def _without_suffix(file: str) -> str:
    return re.sub(r"(?:\.[A-Za-z]\w{0,6})+$", "", file)


def _is_group(students: set[Student]) -> bool:
    """Tell whether the roster itself gives all of them the same upload."""
    uploads = {student.upload_id for student in students}
    return len(uploads) == 1 and uploads != {""}
