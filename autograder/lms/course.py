"""Who is who over the assignments of a course, and which submission of theirs counts in each.

With a roster its rules decide (:func:`autograder.lms.roster.match`). Without one, submissions say
themselves whose they are: by a roster that was there when they were graded, by what a platform
calls its user, by a file's or folder's name. A name alone joins two only where it is nobody else's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from autograder.intake.collection import Attachment
from autograder.lms.claims import NUMBERED, Claim, Key
from autograder.lms.names import spellings
from autograder.lms.roster import (
    GradedSubmission,
    Matching,
    Rules,
    Student,
    latest_of,
    match,
    reason_for,
)


@dataclass(frozen=True)
class Handed:
    """A submission as a course needs it.

    Attributes:
        claims: whose it is; several for a group's.
        questions: by name, points earned and possible.
        slips: recognised misconceptions, each with its question.
    """

    entry: GradedSubmission
    claims: tuple[Claim, ...] = ()
    questions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    slips: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CourseRun:
    """The run of one assignment.

    Attributes:
        folder: the run's output folder.
        questions: by name, the points that could be earned, written ones included.
        attachments: files that are not graded.
    """

    name: str
    folder: Path
    handed: tuple[Handed, ...] = ()
    questions: Mapping[str, float] = field(default_factory=dict)
    rules: Rules = Rules()
    attachments: tuple[Attachment, ...] = ()

    @property
    def possible(self) -> float:
        """Points that could be earned."""
        return sum(self.questions.values())


@dataclass(frozen=True)
class Attendee:
    """Somebody in the course.

    Attributes:
        listed: is on the roster, or there is none.
        handed: per assignment what counts, None where nothing came.
        others: what does not count: assignment, file, why.
    """

    name: str
    id: str = ""
    email: str = ""
    section: str = ""
    listed: bool = True
    handed: tuple[Handed | None, ...] = ()
    others: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Attendance:
    """Who is in the course.

    Attributes:
        matchings: per assignment, what a roster says; none without one.
        doubtful: names that more than one have, and nothing tells which of theirs belong together.
    """

    attendees: tuple[Attendee, ...]
    matchings: tuple[Matching, ...] = ()
    doubtful: tuple[str, ...] = ()


def attend(runs: Sequence[CourseRun], roster: list[Student] | None = None) -> Attendance:
    """Return who is in the course, in the order of their names."""
    if roster is None:
        told, doubtful = _by_claims(runs)
        return Attendance(tuple(sorted(told, key=_order)), (), tuple(sorted(doubtful)))
    matchings = tuple(match(roster, [h.entry for h in run.handed], rules=run.rules) for run in runs)
    strange = [_only(run, one.unmatched) for run, one in zip(runs, matchings)]
    roster = [student for student in roster if student.keys]
    told, doubtful = _by_claims(strange)
    found = _by_roster(runs, roster, matchings) + [replace(one, listed=False) for one in told]
    return Attendance(tuple(sorted(found, key=_order)), matchings, tuple(sorted(doubtful)))


def total_of(runs: Sequence[CourseRun], attendance: Attendance) -> Matching:
    """Return what counts for whom in the whole course, in the form in which exports take it.

    The sum of a student's points; none where something of theirs was not graded, for that is no
    zero. Who handed in nothing at all is missing.
    """
    whole, theirs = Matching(), dict[Student, list[tuple[str, GradedSubmission]]]()
    for run, matching in zip(runs, attendance.matchings):
        for student, entry in matching.chosen:
            theirs.setdefault(student, []).append((run.name, entry))
        whole.unmatched += [(_within(run, entry), why) for entry, why in matching.unmatched]
        whole.duplicates += [
            (student, _within(run, kept), _within(run, other))
            for student, kept, other in matching.duplicates
        ]
    students = {one for matching in attendance.matchings for one in matching.missing}
    whole.missing = sorted(students - set(theirs), key=lambda one: one.shown)
    possible = sum(run.possible for run in runs)
    whole.chosen = [(student, _sum(entries, possible)) for student, entries in theirs.items()]
    return whole


def _sum(entries: list[tuple[str, GradedSubmission]], possible: float) -> GradedSubmission:
    scores = [entry.score for _, entry in entries]
    times = [entry.submitted_at for _, entry in entries if entry.submitted_at]
    return GradedSubmission(
        submission="; ".join(f"{run}/{entry.submission}" for run, entry in entries),
        file="; ".join(f"{run}/{entry.file}" for run, entry in entries),
        score=None if None in scores else sum(score for score in scores if score is not None),
        possible=possible,
        submitted_at=max(times, default=None),
        late=any(entry.late for _, entry in entries),
        readable=any(entry.readable for _, entry in entries),
        noticed="; ".join(f"{run}: {entry.noticed}" for run, entry in entries if entry.noticed),
    )


def _within(run: CourseRun, entry: GradedSubmission) -> GradedSubmission:
    return replace(entry, file=f"{run.name}/{entry.file}")


def _by_roster(
    runs: Sequence[CourseRun], roster: list[Student], matchings: Sequence[Matching]
) -> list[Attendee]:
    chosen: list[dict[Student, Handed]] = []
    others: dict[Student, list[tuple[str, str, str]]] = {}
    for run, matching in zip(runs, matchings):
        handed = {one.entry.submission: one for one in run.handed}
        chosen.append(
            {who: replace(handed[entry.submission], entry=entry) for who, entry in matching.chosen}
        )
        for who, kept, other in matching.duplicates:
            others.setdefault(who, []).append((run.name, other.file, _why(kept, other)))
    return [
        Attendee(
            who.shown, who.sis_id or who.login or who.canvas_id, who.email, who.section, True,
            tuple(one.get(who) for one in chosen), tuple(others.get(who, ())),
        )
        for who in roster
    ]  # fmt: skip


def _why(kept: GradedSubmission, other: GradedSubmission) -> str:
    return f"{kept.file} counts: {reason_for(kept, other)}"


def _only(run: CourseRun, unmatched: Iterable[tuple[GradedSubmission, str]]) -> CourseRun:
    """Return a run with those submissions alone that belong to nobody on the roster."""
    wanted = {entry.submission for entry, _ in unmatched}
    return replace(run, handed=tuple(h for h in run.handed if h.entry.submission in wanted))


@dataclass(eq=False)
class _Person:
    """All that seems to be one person's; ``into`` is set once it has become part of another."""

    keys: set[Key] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)
    handed: dict[int, list[Handed]] = field(default_factory=dict)
    into: "_Person | None" = None

    @property
    def now(self) -> "_Person":
        """What this has become part of."""
        person = self
        while person.into:
            person = person.into
        return person

    @property
    def kinds(self) -> set[str]:
        """The kinds of keys by which the person is known all over the course."""
        return {key[0] for key in self.keys} & {"id", *NUMBERED}

    def take(self, other: "_Person") -> None:
        """Take over all that another one is known by."""
        self.keys |= other.keys
        self.names += other.names
        for run, handed in other.handed.items():
            self.handed.setdefault(run, []).extend(handed)
        other.into = self

    def is_another(self, other: "_Person") -> bool:
        """Tell whether both handed in the same assignment, or have different ids of one kind."""
        return bool(self.handed.keys() & other.handed.keys() or self.kinds & other.kinds)


def _by_claims(runs: Sequence[CourseRun]) -> tuple[list[Attendee], set[str]]:
    """Return who is in the course as submissions tell, and names that remain doubtful."""
    by_key: dict[Key, _Person] = {}
    people: list[_Person] = []
    for number, run in enumerate(runs):
        for handed in run.handed:
            for claim in handed.claims:
                person = _Person(set(claim.keys), Counter([claim.name] * bool(claim.name)))
                person.handed[number] = [handed]
                people.append(person)
                for known in {by_key[key].now for key in claim.keys if key in by_key}:
                    if known is not person:
                        person.take(known)
                by_key.update(dict.fromkeys(person.keys, person))
    doubtful = _join_by_name([one for one in people if one.into is None])
    return [_attendee(one, runs) for one in people if one.into is None], doubtful


def _join_by_name(people: list[_Person]) -> set[str]:
    """Join who has the same name, where it is one person's; returns names where that is open."""
    by_name: dict[str, list[_Person]] = {}
    for person in people:
        told = [name for name in person.names if _is_whole(name)]
        for spelling in {one for name in told for one in spellings(name, "", "")}:
            by_name.setdefault(spelling, []).append(person)
    doubtful: set[str] = set()
    for same in by_name.values():
        alike = list(dict.fromkeys(one.now for one in same))
        if any(one.is_another(other) for one, other in combinations(alike, 2)):
            if not all(one.kinds for one in alike):
                doubtful.add(alike[0].names.most_common(1)[0][0])
            continue
        for other in alike[1:]:
            alike[0].take(other)
    return doubtful


def _is_whole(name: str) -> bool:
    """Tell whether a name is more than one plain word, which may be a first name of several."""
    return not name.isascii() or len(re.findall(r"\w+", name.replace("_", " "))) > 1


def _attendee(person: _Person, runs: Sequence[CourseRun]) -> Attendee:
    chosen: list[Handed | None] = []
    others = []
    for number, run in enumerate(runs):
        handed = {one.entry.submission: one for one in person.handed.get(number, ())}
        if not handed:
            chosen.append(None)
            continue
        kept = latest_of([one.entry for one in handed.values()])
        chosen.append(handed[kept.submission])
        others += [
            (run.name, one.entry.file, _why(kept, one.entry))
            for name, one in handed.items() if name != kept.submission
        ]  # fmt: skip
    ids = sorted(key[-1] for key in person.keys if key[0] == "id")
    email = next((one for one in ids if "@" in one), "")
    names = [name for name, _ in person.names.most_common() if name != email]
    plain = next((one for one in ids if "@" not in one), "")
    name = names[0] if names else email or plain or _file_of(chosen)
    return Attendee(name, plain, email, "", True, tuple(chosen), tuple(others))


def _file_of(handed: Iterable[Handed | None]) -> str:
    return next((one.entry.file for one in handed if one), "")


def _order(attendee: Attendee) -> tuple[str, str, str, str]:
    return attendee.name.casefold(), attendee.name, attendee.id, attendee.email
