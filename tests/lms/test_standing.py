"""Whom the report of a course proposes to talk to."""

from types import SimpleNamespace

import pytest

from autograder.lms.standing import FALL, LOW, standings_of


def run(handed=True, possible=10.0):
    return SimpleNamespace(handed=handed, possible=possible)


def student(*scores):
    """Return one with these points; None: nothing handed in, "?": not graded, "!": unreadable."""
    handed = [
        one if one is None else SimpleNamespace(entry=SimpleNamespace(
            score=None if one == "?" else 0.0 if one == "!" else one, readable=one != "!"
        )) for one in scores
    ]  # fmt: skip
    return SimpleNamespace(handed=handed)


def reasons(*students):
    found = standings_of([run()] * len(students[0].handed), students)
    return [one.reasons for one in found]


def test_half_of_the_points_is_not_few():
    assert reasons(student(10 * LOW), student(10 * LOW - 0.1)) == [(), ("low",)]


def test_who_falls_behind_the_class_after_two_others_is_told():
    steady = [student(9, 9, 9)] * 9
    assert reasons(student(9, 9, 9 - 20 * FALL), *steady)[0] == ("falling",)
    assert reasons(student(9, 9, 8), *steady)[0] == ()
    two = [student(9, 9)] * 9
    assert reasons(student(9, 5), *two)[0] == ()  # one is no habit


def test_a_fall_of_the_whole_class_is_nobodys():
    assert reasons(*[student(9, 9, 5)] * 5) == [()] * 5


@pytest.mark.parametrize(("scores", "expected"), [
    ((9, None, 9), ("missing",)), ((9, 9, 9, None), ()), ((9, "!", 9), ("unread",)),
    ((9, "?", 9), ()),
])  # fmt: skip
def test_what_is_missing_or_unread_is_told(scores, expected):
    others = [student(*[9] * len(scores))] * 5
    assert reasons(student(*scores), *others)[0] == expected
