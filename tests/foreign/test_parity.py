"""Other people's courses get here, test by test, what stock Otter gives them, in both directions.

``reasons.toml`` says where a test that passes in stock Otter may fail here; nothing may pass here
only. A case that passes nowhere or everywhere in stock Otter would show nothing.
"""

import shutil
from pathlib import Path

import pytest

from autograder.engines.docker import DockerEngine
from autograder.engines.local import LocalEngine
from autograder.model import Job, Limits, Provenance
from autograder.proving.parity.commands import texts_of
from autograder.proving.parity.comparison import Parity, compare, load_causes
from autograder.proving.parity.stock import StockRun, run_stock
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment
from tests.foreign.courses import HERE, Course, load_courses

LIMITS = Limits(cell_s=60, wall_s=240)  # a machine may be busy: time is not what is compared
COURSES = load_courses()


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("courses")
    return {course.name: course.write(folder / course.name) for course in COURSES}


@pytest.fixture(scope="module")
def stock(written) -> dict[tuple[str, str], StockRun]:
    keys = [(name, path) for name, (_, uploads) in written.items()
            for path in sorted(uploads.iterdir())]  # fmt: skip
    runs = run_stock([(written[name][0], path) for name, path in keys])
    return {(name, path.name): run for (name, path), run in zip(keys, runs)}


def grade_course(engine, course: Course, written, stock) -> Parity:
    grading_zip, uploads = written[course.name]
    assignment = load_assignment(grading_zip)
    found, causes = Parity(), load_causes([HERE / "reasons.toml"])
    for path in sorted(uploads.iterdir()):
        job = Job(path.stem, path, path.name)
        gradation = pipeline.score(job, assignment, engine, LIMITS, Provenance())
        run = stock[course.name, path.name]
        compare(gradation, run, causes, texts_of(assignment), found)
    return found


def check_parity(found: Parity) -> None:
    assert not found.without_stock
    assert not found.unexplained
    assert found.only_here == 0
    assert found.percent >= 95


@pytest.fixture(scope="module")
def engine():
    with LocalEngine() as entered:
        yield entered


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
def test_a_course_gets_what_stock_otter_gives(engine, course, written, stock):
    check_parity(grade_course(engine, course, written, stock))


def test_a_course_gets_it_in_containers_too(docker_engine, written, stock):
    course = next(course for course in COURSES if course.name == "tables")
    with DockerEngine(docker_engine, LIMITS) as engine:
        check_parity(grade_course(engine, course, written, stock))


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
def test_each_test_can_pass_and_fail_in_stock_otter(course, stock):
    outcomes: dict[str, set[bool]] = {}
    for (name, _), run in stock.items():
        for cases in (run.cases or {}).values() if name == course.name else ():
            for case in cases:
                outcomes.setdefault(case.name, set()).add(case.passed)
    one_sided = {name for name, found in outcomes.items() if found != {True, False}}
    assert one_sided == set(course.plain.get("one_sided", []))


def test_nothing_of_a_hidden_test_is_in_what_students_see(engine, written):
    for course in COURSES:
        grading_zip, uploads = written[course.name]
        assignment = load_assignment(grading_zip)
        path = shutil.copy(next(iter(sorted(uploads.glob("wrong*")))), grading_zip.parent)
        job = Job("wrong", Path(path), Path(path).name)
        gradation = pipeline.score(job, assignment, engine, LIMITS, Provenance())
        said = "\n".join(case.message for q in gradation.questions for case in q.cases)
        assert ">>>" not in said and "Expected" not in said
