"""Where a student stands in a course: points, what is missing, and what speaks for a talk."""

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.lms.course import Attendee, CourseRun, Handed

LOW = 0.5  # of the points so far
FALL = 0.25  # below what one was used to, as a share, beside the class
MISSED = 3  # one in so many assignments
REASONS = ("missing", "low", "falling", "unread")  # what speaks for a talk, the worst first


@dataclass(frozen=True)
class Standing:
    """A student's way through the course in numbers.

    Attributes:
        shares: per assignment the share of points, None where nothing was handed in or graded.
        missing, ungraded, unread: places of assignments without a submission where others have
            one, with one that was not graded through a fault of ours, and with one that cannot be
            read.
        earned, possible: points; of assignments that count: what is missing does, as nothing
            earned, what was not graded does not.
        reasons: out of ``REASONS``; none where all is well.
    """

    shares: tuple[float | None, ...]
    missing: tuple[int, ...]
    ungraded: tuple[int, ...]
    unread: tuple[int, ...]
    earned: float
    possible: float
    reasons: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """The share of the points that count; None where none do."""
        return self.earned / self.possible if self.possible else None

    @property
    def total(self) -> float | None:
        """The points of the whole course; None where something was not graded yet."""
        return None if self.ungraded else self.earned


def standings_of(runs: Sequence[CourseRun], attendees: Sequence[Attendee]) -> list[Standing]:
    """Return where each student stands, in the order given."""
    plain = [_standing(runs, one) for one in attendees]
    means = [_mean([one.shares[place] for one in plain]) for place in range(len(runs))]
    begun = sum(bool(run.handed) for run in runs)
    return [_with_reasons(one, means, begun) for one in plain]


def _standing(runs: Sequence[CourseRun], attendee: Attendee) -> Standing:
    places = list(enumerate(attendee.handed))
    missing = tuple(place for place, one in places if one is None and runs[place].handed)
    ungraded = tuple(place for place, one in places if one and one.entry.score is None)
    return Standing(
        shares=tuple(_share(run, one) for run, one in zip(runs, attendee.handed)),
        missing=missing,
        ungraded=ungraded,
        unread=tuple(place for place, one in places if one and not one.entry.readable),
        earned=sum(one.entry.score or 0.0 for _, one in places if one),
        possible=sum(runs[place].possible for place, _ in places if place not in ungraded),
    )


def _share(run: CourseRun, handed: Handed | None) -> float | None:
    if handed is None or handed.entry.score is None or not handed.entry.readable:
        return None
    return handed.entry.score / run.possible if run.possible else None


def _with_reasons(one: Standing, means: Sequence[float | None], begun: int) -> Standing:
    told = {
        "missing": len(one.missing) * MISSED >= begun and bool(one.missing),
        "low": one.share is not None and one.share < LOW,
        "falling": _falls(one.shares, means),
        "unread": bool(one.unread),
    }
    reasons = tuple(reason for reason in REASONS if told[reason])
    return Standing(**{**vars(one), "reasons": reasons})


def _falls(shares: Sequence[float | None], means: Sequence[float | None]) -> bool:
    """Tell whether the latest work is far below the two or more before it, beside the class's."""
    beside = [share - mean for share, mean in zip(shares, means)
              if share is not None and mean is not None]  # fmt: skip
    if len(beside) < 3:
        return False
    before = sum(beside[:-1]) / (len(beside) - 1)
    return beside[-1] <= before - FALL


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
