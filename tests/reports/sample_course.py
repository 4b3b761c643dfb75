"""Courses of any size for tests: marks in memory, or runs with gradebooks in a folder."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.gradebook import Gradebook
from autograder.lms.claims import claims_of
from autograder.lms.course import CourseRun, Handed
from autograder.lms.roster import GradedSubmission, Rules
from autograder.reports.course_statistics import Part
from autograder.reports.exercises import Exercise
from tests.reports.sample_gradations import HOSTILE, sample_gradations

NAMES = ("data", "linear-algebra", "calculus", "autodiff", "probability", "documentation")
SLIPS = ("accumulated-gradient", "degrees", "shifted-grid")
TITLES = {
    f"q{n}": Exercise((f"Exercise {n} <b>", f"练习 {n}")) for n in range(1, 6)
}  # fmt: skip


def handed(
    file: str,
    score: float | None = 5.0,
    possible: float = 10.0,
    late: bool = False,
    readable: bool = True,
) -> Handed:
    """Return one submission with a question's points."""
    name = file.replace("/", "_")
    entry = GradedSubmission(name, file, score, possible, late=late, readable=readable)
    return Handed(entry, (), {} if score is None else {"q1": (score, possible)})


def run_of(
    name: str,
    submissions: Sequence[Handed],
    students: Mapping | None = None,
    uploads: Mapping | None = None,
) -> CourseRun:
    """Return a run whose submissions claim what their files tell."""
    files = {one.entry.submission: one.entry.file for one in submissions}
    claims = claims_of(files, name, students or {}, uploads or {})
    own = tuple(replace(one, claims=claims[one.entry.submission]) for one in submissions)
    return CourseRun(
        name, Path("out") / name, own, {"q1": 10.0} if own else {}, Rules(people=uploads or {})
    )


def sample_parts(students: int, seed: int = 5, folder: Path = Path("out")) -> list[Part]:
    """Return six assignments of a class in which some are missing, fall, or are hostile."""
    parts = []
    for place, name in enumerate(NAMES):
        random_ = random.Random(seed + place)
        submissions = [
            one for number in range(students)
            if (one := _submission(random_, number, place)) is not None
        ]  # fmt: skip
        files = {one.entry.submission: one.entry.file for one in submissions}
        claims = claims_of(files, name, {}, {})
        own = tuple(replace(one, claims=claims[one.entry.submission]) for one in submissions)
        questions = {f"q{n}": 5.0 for n in range(1, 6)}
        run = CourseRun(name, folder / name, own, questions)
        parts.append(Part(run, name.replace("-", " ").capitalize(), TITLES))
    return parts


def _submission(random_: random.Random, number: int, place: int) -> Handed | None:
    skill = (number * 37 % 100) / 100
    file = f"{_name(number)}/a.ipynb"
    if random_.random() > 0.82 + skill / 5:
        return None
    chance = skill * 0.5 + 0.65 - place * 0.05 - 0.4 * (number % 17 == 3 and place > 3)
    marks = {f"q{n}": (float(sum(random_.random() < chance - 0.04 * n for _ in range(5))), 5.0)
             for n in range(1, 6)}  # fmt: skip
    score: float | None = sum(points for points, _ in marks.values())
    if number % 41 == 7 and place == 2:
        score, marks = None, {}
    slips = tuple(
        (slip, "q2") for slip in SLIPS if marks and marks["q2"][0] < 3 and random_.random() < 0.4
    )
    entry = GradedSubmission(f"s{number}-{place}", file, score, 25.0, None, random_.random() < 0.05)
    return Handed(entry, (), marks, slips)


def _name(number: int) -> str:
    if number < len(HOSTILE):
        return HOSTILE[number].replace("/", "∕")
    return ("Lee, Ann", "王芳", "José Ñandú", "Ōe Ken")[number % 4] + f" {number}"


def write_runs(out: Path, classes: Mapping[str, Sequence[str]], seed: int = 3) -> None:
    """Write a gradebook per assignment, with a submission for each file."""
    for place, (name, files) in enumerate(classes.items()):
        (out / name).mkdir(parents=True)
        with Gradebook(out / name / "gradebook.sqlite") as book:
            names = book.name_submissions(files)
            book.begin_run(name, names.values())
            made = sample_gradations(len(files), seed + place, hostile=False)
            for file, gradation in zip(files, made):
                book.add(replace(gradation, submission=names[file], file=file, assignment=name))
