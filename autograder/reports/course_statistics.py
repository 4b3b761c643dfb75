"""What a course's marks say: of each assignment, each exercise and each misconception."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.lms.course import Attendee, CourseRun, Handed
from autograder.lms.standing import Standing
from autograder.reports.exercises import Exercises, Pair, title_of
from autograder.reports.statistics import Item, quantile


@dataclass(frozen=True)
class Part:
    """An assignment of a course, as pages show it."""

    run: CourseRun
    title: str
    exercises: Exercises = field(default_factory=dict)


@dataclass(frozen=True)
class PartFigures:
    """How the class did in one assignment.

    Attributes:
        shares: of the points, sorted, one per student with a mark; without unreadable files.
        handed, missing, late, ungraded, unread: students.
    """

    part: Part
    shares: tuple[float, ...]
    handed: int
    missing: int
    late: int
    ungraded: int
    unread: int

    @property
    def mean(self) -> float | None:
        """The mean share of the points; None where there is none."""
        return sum(self.shares) / len(self.shares) if self.shares else None

    @property
    def full(self) -> int:
        """How many have full marks."""
        return sum(share >= 1 - 1e-9 for share in self.shares)

    @property
    def below_half(self) -> int:
        """How many have less than half of the points."""
        return sum(share < 0.5 for share in self.shares)

    def quantile(self, share: float) -> float | None:
        """Return a quantile of the shares; None where there is none."""
        return quantile(list(self.shares), share) if self.shares else None


@dataclass(frozen=True)
class QuestionFigures:
    """How hard a question was; ``number`` counts the questions of its assignment from 1."""

    place: int
    name: str
    number: int
    title: Pair | None
    item: Item


@dataclass(frozen=True)
class SlipFigures:
    """A misconception: how many students had it, and in which questions of which assignment."""

    name: str
    students: int
    places: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class CourseStatistics:
    """Everything that the course report shows, but for the rows of its table.

    Attributes:
        questions: the hardest first.
        slips: the commonest first.
    """

    parts: tuple[PartFigures, ...]
    questions: tuple[QuestionFigures, ...]
    slips: tuple[SlipFigures, ...]


def measure(
    parts: Sequence[Part], attendees: Sequence[Attendee], standings: Sequence[Standing]
) -> CourseStatistics:
    """Return what the marks of a course say; only what counts for a student is counted."""
    return CourseStatistics(
        tuple(_part(place, part, attendees, standings) for place, part in enumerate(parts)),
        tuple(_questions(parts, attendees)),
        tuple(_slips(attendees)),
    )


def _part(
    place: int, part: Part, attendees: Sequence[Attendee], standings: Sequence[Standing]
) -> PartFigures:
    shares = [share for one in standings if (share := one.shares[place]) is not None]
    handed = [own for one in attendees if (own := one.handed[place]) is not None]
    return PartFigures(
        part,
        tuple(sorted(shares)),
        handed=len(handed),
        missing=sum(place in one.missing for one in standings),
        late=sum(one.entry.late for one in handed),
        ungraded=sum(place in one.ungraded for one in standings),
        unread=sum(place in one.unread for one in standings),
    )


def _questions(parts: Sequence[Part], attendees: Sequence[Attendee]) -> list[QuestionFigures]:
    found: dict[tuple[int, str], QuestionFigures] = {}
    for place, part in enumerate(parts):
        for number, name in enumerate(sorted(part.run.questions), start=1):
            item = Item(part.run.questions[name])
            title = title_of(part.exercises, name)
            found[place, name] = QuestionFigures(place, name, number, title, item)
    for attendee in attendees:
        _add(found, attendee.handed)
    counted = [one for one in found.values() if one.item.count]
    return sorted(counted, key=lambda one: (one.item.difficulty, one.place, one.number))


def _add(found: dict[tuple[int, str], QuestionFigures], handed: Sequence[Handed | None]) -> None:
    """Count one student's marks, each beside the share of points that they have elsewhere."""
    marks = {
        (place, name): mark
        for place, one in enumerate(handed) if one and one.entry.readable
        for name, mark in one.questions.items()
    }  # fmt: skip
    earned, possible = (sum(mark[n] for mark in marks.values()) for n in (0, 1))
    for key, (points, most) in marks.items():
        if key in found and most:
            rest = (earned - points) / (possible - most) if possible > most else 0.0
            found[key].item.add(points, most, rest)
    for place, one in enumerate(handed):
        for slip, question in one.slips if one else ():
            if (place, question) in found:
                found[place, question].item.slips[slip] += 1


def _slips(attendees: Sequence[Attendee]) -> list[SlipFigures]:
    students, places = Counter[str](), dict[str, set[tuple[int, str]]]()
    for attendee in attendees:
        told = {
            (slip, place, question)
            for place, one in enumerate(attendee.handed) if one
            for slip, question in one.slips
        }  # fmt: skip
        students.update({slip for slip, _, _ in told})
        for slip, place, question in told:
            places.setdefault(slip, set()).add((place, question))
    ranked = sorted(students.items(), key=lambda entry: (-entry[1], entry[0]))
    return [SlipFigures(name, count, tuple(sorted(places[name]))) for name, count in ranked]
