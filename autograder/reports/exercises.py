"""What pages know of the exercises beside the results, and of the people: plain data, all of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markupsafe import Markup, escape

from autograder.reports import printing
from autograder.reports.inert import inert

MAX_CODE = 12_000  # letters that are shown of an answer
Pair = tuple[str, str]  # English, Chinese
_FORMULA = re.compile(r"\$([^\s$\\](?:[^$\\]*[^\s$\\])?)\$")

_NUMBER = re.compile(r"^\d+[.、]\s*(?=\S)")


@dataclass(frozen=True)
class Check:
    """What a test case asks, for people.

    Attributes:
        passed, failed: what is said of it when it passes and when it fails.
        names: what it asks the notebook for.
        about: what its author calls it in the code; for instructors only.
        source: the test's code; for instructors only.
    """

    passed: Pair = ("", "")
    failed: Pair = ("", "")
    source: str = ""
    names: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Exercise:
    """One question as students read it.

    Attributes:
        text: Markdown.
        links: pairs of words (Markdown of one line) and an address, by language.
        checks: by the test case's name.
    """

    title: Pair = ("", "")
    text: Pair = ("", "")
    links: tuple[tuple[Pair, ...], tuple[Pair, ...]] = ((), ())
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Who handed in a submission, and when, as far as that is known.

    Attributes:
        name: for people.
        key: equal for the submissions of one person only; "" where nobody is sure.
        handed_in, graded: dates, ISO 8601.
    """

    name: str = ""
    key: str = ""
    handed_in: str = ""
    graded: str = ""


Exercises = Mapping[str, Exercise]
UNKNOWN = Exercise()


def title_of(exercises: Exercises, question: str, numbered: bool = False) -> Pair | None:
    """Return a question's title, formulas in it as plain text, or None.

    Args:
        numbered: with its number; elsewhere it stands beside the question's name, which says it.
    """
    english, chinese = (
        _FORMULA.sub(r"\1", title if numbered else _NUMBER.sub("", title))
        for title in exercises.get(question, UNKNOWN).title
    )
    return _filled((english, chinese))


def text_of(exercises: Exercises, question: str) -> tuple[Markup, Markup] | None:
    """Return a question's text as markup, or None."""
    found = _filled(exercises.get(question, UNKNOWN).text)
    return (_markdown(found[0]), _markdown(found[1])) if found else None


def links_of(exercises: Exercises, question: str) -> list[list[tuple[Markup, str]]]:
    """Return what to read for a question, by language: what a link says, and its address."""
    return [
        [(_inline(words), address) for words, address in links]
        for links in exercises.get(question, UNKNOWN).links
    ]


def check_of(exercises: Exercises, question: str, case: str) -> Check | None:
    """Return what a test case asks, or None."""
    return exercises.get(question, UNKNOWN).checks.get(case)


@lru_cache(maxsize=4096)
def code_of(code: str) -> Markup | None:
    """Return a student's code as coloured text: inert, nothing of it is markup; None for none."""
    if not code.strip():
        return None
    return Markup(printing.code(inert(code, MAX_CODE)))


def without_tests(exercises: Exercises) -> dict[str, Exercise]:
    """Return exercises without the code of their tests, which students never see."""
    return {
        name: replace(
            one,
            checks={
                case: replace(check, source="", about="") for case, check in one.checks.items()
            },
        )
        for name, one in exercises.items()
    }


def _filled(pair: Pair) -> Pair | None:
    """Return a pair in which a language that is missing is told in the other; None for nothing."""
    english, chinese = pair
    return (english or chinese, chinese or english) if english or chinese else None


@lru_cache(maxsize=256)
def _markdown(text: str) -> Markup:
    made = printing.markdown(text)
    made = re.sub(r' style="[^"]*"', "", made)  # the page's policy allows none
    return Markup(made.replace("<a href=", '<a rel="noreferrer" href='))


@lru_cache(maxsize=256)
def _inline(words: str) -> Markup:
    """Return the words of a link: code and emphasis are all that they hold."""
    text = str(escape(words))
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return Markup(re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text))
