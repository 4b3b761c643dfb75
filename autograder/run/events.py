"""What a run tells a program: one line of JSON per event, on standard output.

Events, each with its ``assignment``: ``found`` (``submissions``, ``unchanged``), ``started``
(``engine``, ``workers``), ``graded`` once per submission (``submission``, ``file``, ``status``,
``reason``, ``score``, ``possible``; no points where it is *not graded*) and ``finished``
(``graded``, ``unchanged``, ``not_graded``, ``report``).
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.model import Status

if TYPE_CHECKING:
    from autograder.run.grading import Outcome, Summary


class Events:
    """Writes the events of one assignment's run."""

    def __init__(self, assignment: str):
        self.assignment = assignment

    def found(self, submissions: int, unchanged: int) -> None:
        """Tell how many submissions there are, and how many need no grading."""
        self._tell("found", submissions=submissions, unchanged=unchanged)

    def started(self, engine: str, workers: int) -> None:
        """Tell where the run grades."""
        self._tell("started", engine=engine, workers=workers)

    def graded(self, outcome: "Outcome") -> None:
        """Tell what became of one submission."""
        entry, marked = outcome.entry, outcome.status is not Status.NOT_GRADED
        self._tell(
            "graded",
            submission=outcome.submission,
            file=entry.file,
            status=outcome.status.value,
            reason=entry.reason,
            score=entry.score if marked else None,
            possible=entry.possible if marked else None,
        )

    def finished(self, summary: "Summary", report: Path) -> None:
        """Tell the run's counts and where its report lies."""
        self._tell(
            "finished",
            graded=summary.graded,
            unchanged=summary.reused,
            not_graded=len(summary.not_graded),
            report=str(report),
        )

    def _tell(self, event: str, **facts: object) -> None:
        line = {"event": event, "assignment": self.assignment, **facts}
        click.echo(json.dumps(line, ensure_ascii=True))
