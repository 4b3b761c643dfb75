"""Many answers to single questions through the isolated scorer, in parallel."""

import json
import multiprocessing
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from otter.test_files.abstract_test import TestCaseResult

from autograder.engines.local import LocalEngine
from autograder.engines.warm import WarmEngine
from autograder.model import Cell, Limits, Status, Submission
from autograder.proving.audit.answers import CELL_BREAK
from autograder.scoring.assignment import Assignment
from autograder.scoring.ending import die_with_parent
from autograder.scoring.noticed import find_noticed
from autograder.scoring.walk import Walk, Walker

LIMITS = Limits(wall_s=90, cell_s=12, cpu_s=30)
STOPPED = ("this step did not end", "KeyboardInterrupt")  # a call, or a cell, that is stopped


@dataclass(frozen=True)
class Trial:
    """One answer to one question.

    Attributes:
        key: names the trial to whoever asked for it.
        code: a source per answer cell, or a single one that stands for all of them; at a
            ``CELL_BREAK`` another cell begins.
        seed: shifts the hidden tests' random inputs.
        language: of the notebook, and so of the messages.
    """

    key: tuple
    question: str
    code: tuple[str, ...]
    seed: int = 0
    language: str = "en"


@dataclass(frozen=True)
class TrialOutcome:
    """What the question's tests said: (name, passed, hidden, message) per test case.

    Attributes:
        endless: the answer ran until a limit stopped it.
        noticed: what it touched of what the grader relies on.
    """

    key: tuple
    cases: tuple[tuple[str, bool, bool, str], ...]
    endless: bool = False
    noticed: tuple[str, ...] = ()

    @property
    def passed(self) -> tuple[bool, ...]:
        """Whether each test case passed."""
        return tuple(case[1] for case in self.cases)


class Reference:
    """The solution notebook, as cells by question.

    Args:
        path: a notebook of ``dist/<assignment>/solutions``; answer cells have ids ``<question>-…``.
    """

    def __init__(self, path: Path):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        self.answers: dict[str, list[str]] = {}
        self.order: list[tuple[str, str, int]] = []
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code" or cell["id"] == "export":
                continue
            source = "".join(cell["source"])
            tags = cell["metadata"].get("tags", [])
            question = re.match(r"(q\d+)-", cell["id"])
            if "otter_assign_solution_cell" in tags and question:
                cells = self.answers.setdefault(question[1], [])
                self.order.append(("answer", question[1], len(cells)))
                cells.append(source)
            elif ".check(" not in source:
                self.order.append(("setup", source, 0))

    def submission(self, trial: Trial) -> Submission:
        """Return a notebook that answers just the trial's question."""
        code = list(trial.code)
        if len(code) == 1:
            code += [""] * (len(self.answers[trial.question]) - 1)
        cells = []
        for kind, text, index in self.order:
            if kind == "setup":
                cells.append(Cell(text))
            elif text == trial.question:
                cells += [Cell(part) for part in code[index].split(CELL_BREAK)]
        return Submission("trial", "trial.ipynb", "", tuple(cells), trial.language)


_held: tuple[WarmEngine, Reference, Assignment] | None = None


def _open(reference: Reference, assignment: Assignment) -> None:
    global _held
    import signal
    import warnings
    from multiprocessing.util import Finalize

    import torch

    die_with_parent()  # never outlive a killed command
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    engine = LocalEngine()
    engine.modules = tuple(assignment.imports)
    engine.__enter__()
    Finalize(None, engine.close, exitpriority=10)
    _held = engine, reference, assignment


def _run(trial: Trial) -> TrialOutcome:
    assert _held is not None, "the pool opens each of its processes"
    engine, reference, assignment = _held
    only = replace(assignment, sources={trial.question: assignment.sources[trial.question]})
    submission = reference.submission(trial)
    walker = Walker(submission, only, engine.stream, LIMITS, trial.seed)
    walk = walker.run()
    results = walk.tests[trial.question].test_case_results
    return TrialOutcome(
        trial.key,
        tuple(
            (result.test_case.name, result.passed, bool(result.test_case.hidden), result.message)
            for result in results
        ),
        _is_endless(walk, results),
        tuple(one.what for one in find_noticed(submission.cells, walk.usages)),
    )


def _is_endless(walk: Walk, results: list[TestCaseResult]) -> bool:
    texts = [output.error or "" for output in walk.outputs] + [item.message for item in results]
    return walk.status is Status.TIMEOUT or any(mark in text for text in texts for mark in STOPPED)


def run_trials(
    trials: Iterable[Trial], reference: Reference, assignment: Assignment, workers: int
) -> Iterator[TrialOutcome]:
    """Run trials on several sandboxes; outcomes come in the order of the trials."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _open, (reference, assignment)) as pool:
        yield from pool.map(_run, trials, chunksize=4)
