"""What submissions tell of whose they are, where no roster decides it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.intake.layouts import Owner, owners_of, told_of_upload
from autograder.intake.tables import original
from autograder.lms.names import squeeze

Key = tuple[str, ...]
NAMED = "named"  # the kind of a key that is only a name
# Platforms that write a student number or a login, and those that number their users.
IDS, NUMBERED = ("number", "blackboard", "sakai"), ("canvas", "brightspace")
_ENDING = re.compile(r"(?:\.(?:ipynb|zip|py|txt|json))+$", re.IGNORECASE)
_COPY = re.compile(r"(?:[ _-]*\(\d+\)|[ _-]+copy\d*|[ _-]*副本)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """What a submission tells of whose it is.

    Attributes:
        keys: each is one person's only, in all assignments; its kind stands first.
        name: for people; "" where none is told.
    """

    keys: frozenset[Key]
    name: str = ""


def claims_of(
    files: Mapping[str, str],
    assignment: str,
    students: Mapping[str, Sequence[tuple[str, Sequence[str]]]],
    uploads: Mapping[str, Sequence[str]],
) -> dict[str, tuple[Claim, ...]]:
    """Return what is told of whose each submission of a run is; what knows most is asked first.

    Args:
        files: each submission's file.
        students: by submission, name and ids of each student, as a roster told.
        uploads: by folder of a download, ids and e-mail addresses, as the platform told.
    """
    owners, found = owners_of(files.values()), {}
    named: dict[str, set[str]] = {}  # in which folders somebody of that name has a file
    for file, owner in owners.items():
        if not owner.certain:
            folder, name = _named(file, owner, assignment)
            named.setdefault(squeeze(name), set()).add(folder)
    for submission, file in files.items():
        told = told_of_upload(original(file), uploads)
        if students.get(submission):
            found[submission] = tuple(Claim(_ids(ids), name) for name, ids in students[submission])
        elif told:
            found[submission] = tuple(Claim(_ids([key]), key) for key in dict.fromkeys(told))
        elif owners[file].certain:
            found[submission] = (_claim_of(owners[file], assignment),)
        else:
            folder, name = _named(file, owners[file], assignment)
            plain = squeeze(name) or name
            many = len(named[squeeze(name)]) > 1
            found[submission] = (Claim(frozenset({(NAMED, folder * many, plain)}), name),)
    return found


def _ids(ids: Iterable[str]) -> frozenset[Key]:
    return frozenset(("id", key.casefold()) for key in ids)


def _claim_of(owner: Owner, assignment: str) -> Claim:
    """Return what a platform's own name for somebody tells."""
    kind, user = owner.key[0], owner.number.casefold() or owner.key[1].casefold()
    name = owner.name if owner.name.casefold() != user else ""
    if kind in IDS:
        return Claim(_ids([user]), name)
    if kind in NUMBERED:
        return Claim(frozenset({(kind, user)}), name)
    # Moodle and Gradescope number anew for each assignment.
    return Claim(frozenset({(f"{kind} in {assignment}", *owner.key[1:])}), name)


def _named(file: str, owner: Owner, assignment: str) -> tuple[str, str]:
    """Return the folder in which somebody's files lie, and how file or folder name them."""
    folder, _, name = owner.key[-1].rpartition("/")
    if owner.key[0] == "folder":
        return folder, _plain(name, assignment)
    return folder, _plain(_ENDING.sub("", file.rpartition("/")[2]), assignment)


def _plain(name: str, assignment: str) -> str:
    """Return a file's or folder's name without the assignment's and without what copies add."""
    shown = _COPY.sub("", name.strip()) or name
    words = r"[\W_]+".join(map(re.escape, re.split(r"[\W_]+", assignment)))
    without = re.sub(rf"(?:^|[\W_]+){words}(?=$|[\W_])", " ", shown, flags=re.IGNORECASE)
    return " ".join(without.strip(" _-.").split()) or shown
