"""Whatever goes wrong with one submission is that submission's verdict, and the run goes on."""

import itertools
import json
import os
import pickle
import pkgutil
import signal
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import errors
from autograder.engines.choice import EngineChoice
from autograder.engines.local import ForkedEngine
from autograder.model import Job, Limits, Provenance, Status
from autograder.run.grading import Finish
from autograder.run.workers import grade_all
from autograder.scoring import bounds, supervision
from autograder.scoring.results import conclude
from autograder.scoring.scorer import Scorer
from autograder.scoring.supervision import Supervisor
from autograder.scoring.task import Task, as_it_is
from autograder.scoring.walk import Walk
from autograder.wall.evidence import Drawing
from tests.conversations import Silent
from tests.running import assignment, submission, test_file

TESTS = assignment(
    q1=test_file("q1", "def case(a):\n    assert a == 1"),
    q2=test_file("q2", "def case(b):\n    assert b == 2"),
)
LIMITS = Limits(cell_s=10, wall_s=30)
RIGHT = [("a = 1", "q1"), ("b = 2", "q2")]

# Where one submission meets the scorer: from the reading of its file to its page.
SEAMS = (
    "autograder.scoring.pipeline.load_submission",
    "autograder.scoring.pipeline.check_assignment",
    "autograder.scoring.pipeline.conclude",
    "autograder.scoring.walk.Walker._run_cell",
    "autograder.scoring.walk.Walker._test",
    "autograder.scoring.walk.Session",
    "autograder.scoring.session.Session.run_cell",
    "autograder.scoring.session.Session.values",
    "autograder.scoring.session.Session.request",
    "autograder.scoring.session.Session.end",
    "autograder.scoring.session.codec.pack",
    "autograder.scoring.session.codec.unpack",
    "autograder.scoring.results.GradingResults",
    "autograder.scoring.results._question",
    "autograder.run.grading.entry_of",
    "autograder.run.grading.results_json",
    "autograder.run.grading.feedback_page",
)
RAISED = (
    Exception("?"), TypeError("not iterable"), KeyError("x"), ValueError(""), OSError(5, "io"),
    RecursionError("deep"), MemoryError(), AssertionError("no"), StopIteration(), SystemExit(3),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), errors.EvidenceError("bad"),
    errors.SandboxError("gone"), errors.SubmissionError("unread"),
    errors.SubmissionEnded(Status.PROTOCOL, "ended"), errors.OutOfTime(Status.TIMEOUT, "late"),
)  # fmt: skip


def notebook(folder: Path, name: str, *cells: tuple[str, ...]) -> Job:
    """Write a notebook; a cell is its source and the questions whose tests follow it."""
    made = [
        {"cell_type": "code", "source": source, "metadata": {"otter": {"tests": tests}},
         "outputs": [], "execution_count": None}
        for source, *tests in cells
    ]  # fmt: skip
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return Job(name, path, path.name)


def task(finish=None, **changes) -> Task:
    made = Task(TESTS, LIMITS, Provenance(), finish or Finish(False, "Demo", {}))
    return replace(made, **changes)


class Forked:
    """An engine choice that forks each worker from here, which takes little time.

    The first is forked before anything is patched here, the next when that has had its effect.
    """

    def __init__(self):
        self.engines = [ForkedEngine()]
        self.engines[0].start()

    def open(self, limits):
        return self.engines.pop() if self.engines else ForkedEngine()

    def close(self):
        for engine in self.engines:
            engine.close()


def raise_once(error: BaseException, after: int):
    """Return what raises an error at one of its calls and does nothing else."""
    calls = iter(range(1000))

    def stand_in(function):
        def call(*args, **kwargs):
            if next(calls) == after:
                raise error
            return function(*args, **kwargs)

        return call

    return stand_in


@settings(max_examples=10, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(seam=st.sampled_from(SEAMS), error=st.sampled_from(RAISED), after=st.integers(0, 1))
def test_whatever_is_raised_at_any_seam_is_one_submissions_verdict(seam, error, after, tmp_path):
    job = notebook(tmp_path, "ada", *RIGHT)
    owner, _, name = seam.rpartition(".")
    target = pkgutil.resolve_name(owner)
    wrapped = raise_once(error, after)(getattr(target, name))
    engines = Forked()
    scorer = Scorer(task(), engines)
    try:
        with mock.patch.object(target, name, wrapped):
            outcome = scorer.outcome(job)
        assert outcome.submission == "ada" and json.loads(outcome.results) and outcome.page
        assert outcome.trace or outcome.status is not Status.NOT_GRADED
        untouched = scorer.outcome(job)
        assert untouched.status is Status.COMPLETED and untouched.entry.row[7] == 2
    finally:
        scorer.close()
        engines.close()


@pytest.mark.parametrize("error", [e for e in RAISED if isinstance(e, errors.AutograderError)])
def test_errors_of_ours_cross_between_processes_with_all_their_fields(error):
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error) and str(twin) == str(error) and vars(twin) == vars(error)


def hang(job: Job, gradation) -> None:
    """Hang in a call into C for one submission, where no signal is looked at."""
    if job.name == "hangs":
        sum(itertools.repeat(0))
    return gradation


def crash(job: Job, gradation):
    if job.name == "crashes":
        os.kill(os.getpid(), signal.SIGKILL)
    return gradation


def hog(job: Job, gradation):
    if job.name == "hogs":
        raise MemoryError
    return gradation


@pytest.fixture
def short(monkeypatch):
    """Make the supervisor impatient."""
    monkeypatch.setattr(supervision, "GRACE_S", 1.0)
    return Limits(cell_s=2, wall_s=8)


@pytest.mark.parametrize(
    ("finish", "name", "status"),
    [(hang, "hangs", Status.TIMEOUT), (crash, "crashes", Status.NOT_GRADED),
     (hog, "hogs", Status.MEMORY_LIMIT)],
)  # fmt: skip
def test_a_scorer_is_ended_or_lost_with_one_submission_alone(finish, name, status, short, tmp_path):
    if name == "hogs":
        finish = hog
    jobs = [notebook(tmp_path, job, *RIGHT) for job in ("a", "b", name, "y", "z")]
    found = {}
    for gradation in grade_all(jobs, task(Once(finish), limits=short), EngineChoice("local"), 2):
        found[gradation.submission] = gradation
    assert found.pop(name).status is status
    assert {g.status for g in found.values()} == {Status.COMPLETED} and len(found) == 4


@pytest.mark.parametrize("end", [hang, crash])
def test_a_scorer_leaves_no_temporary_file_however_it_ends(end, short, tmp_path, monkeypatch):
    def litter(job, gradation):
        Path(tempfile.mkdtemp(prefix="of-a-test-"), "left").touch()
        return end(job, gradation)

    names = ("a", "hangs", "crashes")
    jobs = [notebook(tmp_path, name, ("a = 1", "q1")) for name in names]
    places = tmp_path / "temporary"
    places.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(places))
    found = list(grade_all(jobs, task(Once(litter), limits=short), EngineChoice("local"), 2))
    assert len(found) == len(names) and not list(places.iterdir())


class Once:
    """Does something terrible to gradations with a mark, none to those without."""

    def __init__(self, finish):
        self.finish = finish

    def __call__(self, job, gradation):
        return self.finish(job, gradation) if gradation.status is Status.COMPLETED else gradation


def test_on_its_own_a_submission_is_blamed_for_what_breaks_whenever_it_runs(short, tmp_path):
    made = task(Once(crash), limits=short, blames=True)
    supervisor = Supervisor(made, EngineChoice("local"))
    try:
        gradation = supervisor.outcome(notebook(tmp_path, "crashes", *RIGHT))
    finally:
        supervisor.close()
    assert gradation.status is Status.PROTOCOL and gradation.score == 0
    assert gradation.possible == 2 and "twice" in gradation.reason


@pytest.mark.parametrize("seconds", [0.2])
def test_the_clock_ends_what_runs_in_python_and_memory_has_an_end(seconds, monkeypatch):
    monkeypatch.setattr(bounds, "LATE_S", 0.0)
    with pytest.raises(errors.OutOfTime), bounds.bounded(seconds, 256):
        while True:
            pass
    with pytest.raises(MemoryError), bounds.bounded(30.0, 256):
        bytearray(1 << 30)
    bytearray(1 << 29)  # and is over afterwards


def test_forged_output_is_kept_to_the_limit_on_the_scorers_side(tmp_path):
    forge = (
        "import sys\n"
        "from autograder.model import CellOutput\n"
        "shells = sys.modules.get('autograder.sandbox.shell')\n"
        "if shells is not None:\n"
        "    shells.run_cell = lambda *a, **k: CellOutput('x' * 3_000_000, 'y' * 3_000_000)\n"
    )
    cells = [(forge,), *[("pass",)] * 5, *RIGHT]
    engines = Forked()
    scorer = Scorer(task(as_it_is), engines)
    try:
        gradation = scorer.score(notebook(tmp_path, "ada", *cells))
    finally:
        scorer.close()
        engines.close()
    assert sum(len(output.text) for output in gradation.outputs) <= LIMITS.output_kib * 1024
    assert all(len(output.error or "") <= 4000 for output in gradation.outputs)


@pytest.mark.parametrize("record", [Drawing(axes=5, title=""), Drawing(axes=(5,), title="")])
def test_a_record_that_cannot_be_told_costs_no_points(record):
    walk = Walk(curves={"q1": [record]})
    for question in TESTS.questions:
        walk.tests[question] = TESTS.tests(question, "en")
        walk.tests[question].run(Values(a=1, b=2))
    gradation = conclude(submission("a = 1"), TESTS, walk, Provenance())
    assert gradation.status is Status.PROTOCOL and gradation.score == 2 and gradation.trace


class Values(dict):
    """A namespace whose values are here."""

    session = Silent()

    def fetch(self, names):
        return {name: self[name] for name in names}
