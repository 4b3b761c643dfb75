"""A submission by any of the names that people see: of the file, of the student, of its page."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import PurePosixPath

from autograder.errors import UsageError
from autograder.lms.names import spellings, squeeze
from autograder.lms.people import people_named_in

MAX_SHOWN = 5


def find_submission(asked: str, files: Mapping[str, str]) -> str:
    """Return the name of the submission that somebody asked for.

    Args:
        asked: a submission's name, its file with or without folder and suffix, or the student's
            name as the file or folder tells it.
        files: the submissions' names, by file.

    Raises:
        UsageError: nothing is called so, or more than one; the message names what is near.
    """
    names = dict.fromkeys(files.values())
    if asked in names:
        return asked
    for alike in (
        lambda file: asked == file,
        lambda file: asked == PurePosixPath(file).name,
        lambda file: asked.casefold() in (file.casefold(), PurePosixPath(file).stem.casefold()),
        lambda file: bool(spellings(asked, "", "") & set(people_named_in(file))),
    ):
        found = {name: file for file, name in files.items() if alike(file)}
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise UsageError(f"'{asked}' may be {_listed(found.values())}; name one of them whole")
    raise UsageError(f"no submission '{asked}'{_near(asked, files)}")


def _near(asked: str, files: Mapping[str, str]) -> str:
    """Return which files are called nearly so, as the end of a sentence."""
    spelled: dict[str, str] = {}
    for file, name in files.items():
        for text in (file, PurePosixPath(file).stem, name, *people_named_in(file)):
            spelled.setdefault(squeeze(text), file)
    near = get_close_matches(squeeze(asked), spelled, MAX_SHOWN, 0.6)
    shown = _listed(dict.fromkeys(spelled[text] for text in near))
    return f"; is it {shown}?" if near else "; name a file as grades.csv does"


def _listed(files: Iterable[str]) -> str:
    shown = [f"'{file}'" for file in files]
    return " or ".join(shown[:MAX_SHOWN]) + (" or others" if len(shown) > MAX_SHOWN else "")
