"""Laws of marks, whatever students hand in and whenever: none is lost, moved or a zero unearned.

Classes are made up: students, attempts, attachments, broken files, files that vanish, points by
hand, runs that are stopped half-way. What grades is a stand-in that reads the points from the
notebook; all else is the real thing, from the folder to the platforms' files. One class goes the
same way with real sandboxes, on both engines.
"""

import csv
import io
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from autograder.engines.choice import EngineChoice
from autograder.errors import SubmissionError
from autograder.gradebook import Gradebook
from autograder.intake.submission import digest_file, load_submission
from autograder.lms.commands import export
from autograder.model import Gradation, Limits, QuestionResult, Status
from autograder.run.grading import Means, Order, Summary, grade_folder
from autograder.run.workers import grade_all
from tests.running import assignment, test_file

ASSIGNMENT = SimpleNamespace(
    name="demo",
    called=frozenset({"demo"}),
    digest="0" * 64,
    tests_digest="1" * 64,
    manifest={},
    questions=("q1",),
)
STUDENTS = {"Ann Lee": "2023001", "Ann_Lee": "2023002", "[b]Bo[/]": "2023003", "张三": "2023004"}
LAYOUTS = {
    "canvas": "{letters}_{id}_{upload}_a.{kind}",
    "moodle": "{name}_{id}_assignsubmission_file_/a{number}.{kind}",
    "blackboard": "Demo_{id}_attempt_2025-03-{number:02}-10-00-00_a.{kind}",
    "gradescope": "submission_{id}/a{number}.{kind}",
    "a folder each": "{id} {letters}/a{number}.{kind}",
    "side by side": "{id}-{letters}-{number}.{kind}",
}
BESIDE = {
    "pdf": b"%PDF-1.4",
    "png": b"\x89PNG",
    "html": b"<p>my comment</p>",
    "zip": b"PK\x03\x04 and no more",
    "ipynb": b'{"cells": [',
}


class Killed(BaseException):
    """The run ends here."""


# Each test case is worth a quarter, and the notebook says how many it passes.
QUARTERS = [f"def case_{n}(points):\n    assert points >= {25 * n}" for n in range(1, 5)]
REAL = assignment(q1=test_file("q1", *QUARTERS).replace("points=1", "points=25"))


def notebook(points: int) -> bytes:
    source = f"{points}; points = {points}; import otter; grader = otter.Notebook()"
    cells = [{"cell_type": "code", "metadata": {}, "source": f"{source}\ngrader.check('q1')"},
             {"cell_type": "code", "metadata": {}, "source": 'grader.check("q1")'}]  # fmt: skip
    metadata = {"autograder": {"assignment": "demo"}}
    plain = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    return json.dumps(plain).encode()


def stand_in(after: int | None):
    """Return what grades in place of sandboxes; after so many outcomes it is killed."""

    def grade(jobs, task, choice, scorers) -> Iterator:
        for number, job in enumerate(jobs):
            if number == after:
                raise Killed
            try:
                source = load_submission(job.path, job.name).cells[0].source
                points, status, reason = float(source.split(";")[0]), Status.COMPLETED, ""
            except SubmissionError as error:
                points, status, reason = 0.0, Status.UNREADABLE, str(error)
            questions = (QuestionResult("q1", points, 100.0),)
            yield task.finish(job, Gradation(
                job.name, job.file, digest_file(job.path), "demo", status, reason,
                questions=questions, graded_by=task.by))  # fmt: skip

    return grade


@dataclass
class Course:
    """A class as it is, and what its marks must be."""

    place: Path
    layout: str
    notebooks: dict[str, dict[str, int]] = field(default_factory=dict)  # student: file: points
    beside: dict[str, set[str]] = field(default_factory=dict)
    by_hand: dict[str, int] = field(default_factory=dict)
    number: int = 8
    choice: EngineChoice | None = None  # real sandboxes instead of the stand-in

    @property
    def folder(self) -> Path:
        return self.place / "class"

    @property
    def out(self) -> Path:
        return self.folder / "out"  # the hardest place: among the submissions

    def hand_in(self, student: str, kind: str, data: bytes) -> str:
        self.number += 1
        letters = "".join(c for c in student if c.isalnum()).lower()
        file = LAYOUTS[self.layout].format(
            letters=letters, name=student, id=STUDENTS[student], kind=kind, number=self.number,
            upload=self.number + 9_999_990,
        )  # fmt: skip
        (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_bytes(data)
        return file

    def run(self, after: int | None = None) -> Summary:
        if self.choice:
            means = Means(self.choice, Limits(), 1, grade_all)
            return grade_folder(Order(REAL, self.folder, self.out), means)
        means = Means(EngineChoice("local"), Limits(), 1, stand_in(after))
        return grade_folder(Order(ASSIGNMENT, self.folder, self.out), means)

    def export(self) -> dict[str, dict[str, str]]:
        """Return the marks of every platform's file by student number."""
        roster = self.place / "roster.csv"
        rows = "".join(f"{number},{name}\n" for name, number in STUDENTS.items())
        roster.write_text("SID,Name\n" + rows, encoding="utf-8")
        told = CliRunner().invoke(export, [str(self.out), "--roster", str(roster)])
        assert told.exit_code == 0, (told.output, told.exception)
        return {path.stem: marks(path) for path in sorted((self.out / "lms").glob("*.csv"))
                if path.stem not in ("attention",)}  # fmt: skip

    def expected(self) -> dict[str, float]:
        """Return the mark of every student who handed something in."""
        found = {}
        for student, number in STUDENTS.items():
            if files := self.notebooks.get(student):
                latest = list(files)[-1]
                found[number] = self.by_hand.get(latest, files[latest])
            elif self.beside.get(student):
                found[number] = 0
        return found


def marks(path: Path) -> dict[str, float]:
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    point = next(n for n, cell in enumerate(head) if cell.startswith(("demo", "Total Score")))
    return {
        next(cell.lstrip("#") for cell in row if cell.lstrip("#") in STUDENTS.values()): float(
            row[point]
        )
        for row in rows
        if row[point] and any(cell.lstrip("#") in STUDENTS.values() for cell in row)
    }


WHO = st.sampled_from(list(STUDENTS))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("notebook"), WHO, st.integers(1, 100)),
        st.tuples(st.just("beside"), WHO, st.sampled_from(list(BESIDE))),
        st.tuples(st.just("by hand"), WHO, st.integers(0, 100)),
        st.tuples(st.just("vanishes"), WHO, st.none()),
        st.tuples(st.just("killed"), WHO, st.integers(0, 3)),
        st.tuples(st.just("page lost"), WHO, st.none()),
        st.tuples(st.just("run"), WHO, st.none()),
    ),
    min_size=3,
    max_size=14,
)
BOUNDED = settings(max_examples=8, deadline=None, derandomize=True,
                   phases=(Phase.explicit, Phase.generate),  # a run takes too long to shrink one
                   suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@BOUNDED
@given(steps=STEPS)
def test_no_mark_is_lost_or_changes_hands_or_falls_as_a_file_arrives(layout, steps):
    with tempfile.TemporaryDirectory() as place:
        course = Course(Path(place), layout)
        for step, student, value in (("notebook", "Ann_Lee", 50), ("run", "", None), *steps):
            take(course, step, student, value)
        before = course.export() if course.out.exists() and course.run() else {}
        assert all(found == course.expected() for found in before.values())
        assert before, "platforms' files were written"
        check_names_and_points(course)
        check_second_run(course)
        for student in STUDENTS:
            for kind, data in BESIDE.items():
                file = course.hand_in(student, kind, data)
                course.beside.setdefault(student, set()).add(file)
        course.run()
        after = course.export()
        for platform, found in before.items():
            assert {who: after[platform][who] for who in found} == found


def take(course: Course, step: str, student: str, value: object) -> None:
    files = course.notebooks.setdefault(student, {})
    if step == "notebook":
        files[course.hand_in(student, "ipynb", notebook(int(value)))] = int(value)
    elif step == "beside":
        file = course.hand_in(student, str(value), BESIDE[str(value)])
        course.beside.setdefault(student, set()).add(file)
    elif step == "vanishes" and len(files) > 1:
        file = next(iter(files))
        (course.folder / file).unlink()
        del files[file]
    elif step == "killed":
        try:
            course.run(after=int(value))
        except Killed:
            pass
    elif step == "run":
        course.run()
    elif step == "by hand" and files:
        course.run()
        file = list(files)[-1]
        with Gradebook(course.out / "gradebook.sqlite") as book:
            book.override(book.files()[file], "q1", float(value), "seen")
        course.by_hand[file] = int(value)
    elif step == "page lost":
        for page in sorted((course.out / "feedback").glob("*.html"))[:1]:
            page.unlink()


def check_names_and_points(course: Course) -> None:
    """Every file has a name, a page and a result of its own, and its own points by hand."""
    with Gradebook(course.out / "gradebook.sqlite") as book:
        names = book.files()
        assert len(set(names.values())) == len(names)
        for file, points in course.by_hand.items():
            assert book.active_overrides()[names[file]]["q1"].points == points
        for gradation in book.latest():
            assert names[gradation.file] == gradation.submission
            page = (course.out / "feedback" / f"{gradation.submission}.html").read_text("utf-8")
            assert f"{gradation.score:g} <small>/ 100" in page
            assert (course.out / "results" / gradation.submission / "results.json").is_file()


def check_second_run(course: Course) -> None:
    """A run over the same folder changes nothing that people read."""
    before = everything(course.out)
    assert course.run().graded == 0
    assert everything(course.out) == before


def everything(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "gradebook"))
    }


REAL_STEPS = (
    ("notebook", "Ann Lee", 50), ("notebook", "Ann_Lee", 75), ("beside", "张三", "ipynb"),
    ("by hand", "Ann_Lee", 60), ("notebook", "Ann Lee", 25),
    ("beside", "Ann Lee", "zip"), ("vanishes", "Ann Lee", None), ("notebook", "张三", 100),
    ("page lost", "", None), ("run", "", None),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["local", "docker"])
def test_the_laws_hold_with_real_sandboxes(kind, tmp_path, request):
    image = request.getfixturevalue("docker_engine") if kind == "docker" else ""
    course = Course(tmp_path, "moodle", choice=EngineChoice(kind, image))
    for step, student, value in REAL_STEPS:
        take(course, step, student, value)
    found = course.export()
    assert found and all(marks == course.expected() for marks in found.values())
    assert found["moodle"] == {"2023001": 25, "2023002": 60, "2023004": 100}
    check_names_and_points(course)
    check_second_run(course)


def test_a_stopped_run_ends_as_a_whole_one(tmp_path):
    whole, stopped = Course(tmp_path / "a", "moodle"), Course(tmp_path / "b", "moodle")
    for course in (whole, stopped):
        for points, student in enumerate(STUDENTS):
            course.hand_in(student, "ipynb", notebook(points))
    whole.run()
    for after in (0, 1, 1):
        with pytest.raises(Killed):
            stopped.run(after)
        shutil.rmtree(stopped.out / "feedback", ignore_errors=True)
    stopped.run()
    assert everything(stopped.out) == everything(whole.out)


def test_an_interrupt_while_a_result_is_stored_keeps_all_that_were_made(tmp_path):
    course = Course(tmp_path, "moodle")
    for points, student in enumerate(STUDENTS):
        course.hand_in(student, "ipynb", notebook(points))

    def grade(jobs, task, choice, scorers):
        found = list(stand_in(None)(jobs, task, choice, scorers))
        try:
            yield found.pop()
            raise AssertionError("nobody stopped it")
        except KeyboardInterrupt:
            yield from found[:2]  # what was made by then
            raise

    stops = [signal.SIGINT]

    def stop(status):
        while stops:
            os.kill(os.getpid(), stops.pop())

    with pytest.raises(KeyboardInterrupt):
        order = Order(ASSIGNMENT, course.folder, course.out)
        means = Means(EngineChoice("local"), Limits(), 1, grade)
        grade_folder(order, means, on_result=stop)
    with Gradebook(course.out / "gradebook.sqlite") as book:
        assert len(list(book.latest())) == 3
    assert course.run().graded == 1
