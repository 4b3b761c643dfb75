"""The walk through a notebook: run a cell, then the tests of the question that it answers.

Otter's order holds: a question's tests run right after its cell (again, if the cell stands there
twice; the last outcome counts), and at the end for questions whose cell is gone. Where a cell or a
test ends the student's process, the notebook is replayed in a new one without that cell, so that
one bad answer doesn't take the others along.
"""

import random
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from autograder.errors import OutOfTime, SandboxError, SubmissionEnded
from autograder.intake.upload import CHECK
from autograder.languages import said_of_end
from autograder.model import CellOutput, Limits, Status, Submission
from autograder.scoring import causes
from autograder.scoring.assignment import Assignment
from autograder.scoring.formats import QuestionTests
from autograder.scoring.remote import RemoteNamespace, names_of
from autograder.scoring.session import Session
from autograder.scoring.surroundings import in_loop, silence
from autograder.scoring.usage import Usage
from autograder.scoring.whereabouts import TESTING
from autograder.wall import decimals, printing
from autograder.wall.evidence import CapturedError, Drawing
from autograder.wall.frames import FrameStream

MAX_RESTARTS = 3
SHORTEST_S = 1.0  # of time left: in less a new process is not worth its start


@dataclass
class Walk:
    """What one walk found; plain facts for :mod:`autograder.scoring.results`."""

    tests: dict[str, QuestionTests] = field(default_factory=dict)
    outputs: list[CellOutput] = field(default_factory=list)
    curves: dict[str, list[Drawing]] = field(default_factory=dict)
    errors: dict[str, list[CapturedError]] = field(default_factory=dict)
    status: Status = Status.COMPLETED
    reason: str = ""
    trace: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    memory_mib: float = 0.0
    usages: list[Usage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # the cells run so far
    reported: set[str] = field(default_factory=set)  # test cases, see TestCaseOutcome
    answered: set[str] = field(default_factory=set)


class Walker:
    """Walks one submission.

    Args:
        stream: frames to and from a warm worker.
        seed: shifts the random inputs of the tests; marks are always given with 0.
        deadline: when the submission's time is used up, by the monotonic clock; default: after
            ``limits.wall_s`` from now.
    """

    def __init__(
        self,
        submission: Submission,
        assignment: Assignment,
        stream: FrameStream,
        limits: Limits,
        seed: int = 0,
        deadline: float | None = None,
    ):
        self.seed = assignment.draw_seed(submission.digest, seed)
        self.submission = submission
        self.assignment = assignment
        self.stream = stream
        self.limits = limits
        self.deadline = time.monotonic() + limits.wall_s if deadline is None else deadline
        self.walk = Walk(outputs=[CellOutput()] * len(submission.cells))
        self.fatal: set[int] = set()
        self.sources = [""]
        self.session: Session
        self.counted: Session | None = None  # the last session whose usage was added
        self.restarts = 0

    def run(self) -> Walk:
        """Run every cell and every test, as far as time and memory go.

        Raises:
            SandboxError: the sandbox failed; no mark can be given.
        """
        try:
            self._walk()
        except SubmissionEnded as ended:  # by the scorer's clock, whatever was under way
            if not hasattr(self, "session"):  # not one cell could begin: it is no student's doing
                raise SandboxError(f"the sandbox did not start: {ended}") from None
            self._stop(ended)
        except MemoryError:
            self._stop(SubmissionEnded(Status.MEMORY_LIMIT, "its answers take too much memory"))
        except SandboxError as error:
            error.ran = len(self.sources) > 1
            raise
        return self.walk

    def _walk(self) -> None:
        self._open()
        for index, cell in enumerate(self.submission.cells):
            self._run_cell(index)
            if self.submission.is_script and self.walk.outputs[index].error:
                break
            for question in cell.tests:
                if question in self.assignment.sources:
                    self._sow(question in CHECK.findall(cell.source))
                    self._test(question, index + 1)
        for question in self.assignment.questions:
            if question not in self.walk.tests:
                self._sow(True)
                self._test(question, len(self.submission.cells))
        self._close()

    def _stop(self, ended: SubmissionEnded) -> None:
        """End the walk where it is: what was answered before keeps its points, the rest has none.

        The sandbox may have been interrupted in the middle of a message. Then its worker is of no
        more use, and the next submission finds that out.
        """
        self._blame(ended)
        for question in self.assignment.questions:
            if question not in self.walk.tests:
                tests = self.assignment.tests(question, self.submission.language)
                tests.fail_all(said_of_end(ended, self.submission.language))
                self.walk.tests[question] = tests
        with suppress(SandboxError):
            self._close()

    def _blame(self, ended: SubmissionEnded) -> None:
        """Give the walk the status of what ended it first."""
        if self.walk.status in (Status.COMPLETED, Status.OUTPUT_LIMIT):
            self.walk.status, self.walk.reason = ended.status, str(ended)

    def _run_cell(self, index: int) -> None:
        cell = self.submission.cells[index]
        source = cell.source
        self.sources.append(source)
        try:
            output, dropped = self._run(index)
        except SubmissionEnded as ended:
            self.walk.outputs[index] = CellOutput(error=str(ended))
            self.fatal.add(index)
            self._restart(index, ended)
            return
        if output.error:
            output = replace(output, lost=self._lost(source))
        self.walk.outputs[index] = output
        if dropped and self.walk.status is Status.COMPLETED:
            self.walk.status = Status.OUTPUT_LIMIT
            self.walk.reason = f"only the first {self.limits.output_kib} KiB of output were kept"

    def _run(self, index: int) -> tuple[CellOutput, bool]:
        """Run a cell; the parts of a script are one cell to Otter, which seeds it once."""
        cells, is_script = self.submission.cells, self.submission.is_script
        following = cells[index + 1 : index + 2]
        along = following[0].source if following and following[0].tests and not is_script else ""
        return self.session.run_cell(cells[index].source, not (is_script and index), along)

    def _lost(self, source: str) -> tuple[str, ...]:
        """Return the names that a cell that failed was to define and that are missing now."""
        bound = causes.bound_names(source)
        with _answering():
            known = names_of(self.session) if bound else []
            return tuple(name for name in bound if name not in known)
        return ()

    def _test(self, question: str, cells_run: int) -> None:
        tests = self.assignment.tests(question, self.submission.language)
        self.assignment.at.note(TESTING, question)
        self.session.curves, self.session.errors, self.session.fetched = [], [], []
        with ExitStack() as stack:
            stack.enter_context(self.assignment.beside_files())
            self.session.workplace = self.assignment.workplace
            stack.enter_context(printing.usual())
            stack.enter_context(decimals.counted())
            stack.enter_context(self.session.seeds.watched())
            stack.enter_context(silence())
            if self.assignment.is_foreign:
                stack.enter_context(in_loop())
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")  # torch's advice to whoever writes tests
            walk = self.walk
            tests.run(RemoteNamespace(self.session, self.sources, walk.reported, walk.answered))
        self.walk.tests[question] = tests
        self.walk.curves[question] = self.session.curves
        self.walk.errors[question] = self.session.errors
        self.walk.sources = self.sources
        if self.session.usage is not None:
            usage = self.session.usage
            self._restart(cells_run, SubmissionEnded(usage.status, usage.detail))

    def _sow(self, goes_on: bool) -> None:
        """Seed this side before a question's tests; for a zip of elsewhere both, and alike.

        Args:
            goes_on: the tests run in no cell of their own, before which stock Otter would seed.
        """
        _seed_scorer(self.seed)
        if self.assignment.is_foreign and self.assignment.seed is not None:
            with _answering():
                if not goes_on:
                    self.session.request("sow")
                self.session.seeds.join()

    def _open(self) -> None:
        limits = replace(
            self.limits,
            wall_s=self.deadline - time.monotonic(),
            disk_mib=self.limits.disk_mib + self.assignment.room_mib,
        )
        assignment = self.assignment
        self.session = Session(
            self.stream, limits, assignment.seed, assignment.seed_variable, assignment.is_foreign
        )
        self.session.lay(self.assignment.files)

    def _close(self) -> None:
        usage = self.session.end()
        if self.session is self.counted:
            return
        self.counted = self.session
        self.walk.usages.append(usage)
        self.walk.cpu_s += usage.cpu_s
        self.walk.wall_s += usage.wall_s
        self.walk.memory_mib = max(self.walk.memory_mib, usage.memory_mib)

    def _restart(self, cells_run: int, ended: SubmissionEnded) -> None:
        """Go on in a new process that has run the cells so far, without the fatal ones."""
        self._blame(ended)
        while True:
            self._close()
            if self.restarts >= MAX_RESTARTS or self.deadline - time.monotonic() <= SHORTEST_S:
                return  # the ended session answers every further question with its end
            self.restarts += 1
            self._open()
            try:
                for index in range(cells_run):
                    if index not in self.fatal:
                        self._run(index)
                return
            except SubmissionEnded:
                self.fatal.add(index)


@contextmanager
def _answering() -> Iterator[None]:
    """Go on behind a request that the notebook's process fails, whatever it raises instead.

    Raises:
        SandboxError, OutOfTime: our fault, and the end of all.
    """
    try:
        yield
    except (SandboxError, OutOfTime):
        raise
    except Exception:
        return


def _seed_scorer(seed: int) -> None:
    """Give every question of a submission the same random inputs in every run."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)
