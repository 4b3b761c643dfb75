"""What goes along with an answer: what student code printed, warned, logged and drew meanwhile."""

import builtins
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch

from autograder.sandbox.streams import BoundedText
from autograder.wall import decimals
from autograder.wall.seeds import Seeds

MOST = 1_000
MAX_TEXT = 10_000
MAX_PRINTED = 100_000  # characters while a request is answered


class Aside:
    """All of it, of one submission.

    Args:
        output: where the student's prints go.
        sharing: whether generators are one on both sides.
    """

    def __init__(self, output: BoundedText, sharing: bool) -> None:
        self.output, self.seeds, self.told = output, Seeds(sharing), Told()
        self.printed = self.complained = ""
        self.draws = False

    def begin(self) -> None:
        """Begin with another request."""
        self.printed = self.complained = ""
        self.draws = False

    @contextmanager
    def noting(self, message: dict[str, Any], shared: bool) -> Iterator[None]:
        """Draw on, and note what a request seeds, warns and logs in which values are shared."""
        self.seeds.follow(message.get("noted", ()))
        self.seeds.take(message.get("random"))
        self.draws = shared
        if not shared:
            yield
            return
        quiet = torch.no_grad() if message.get("quiet") is True else nullcontext()
        with quiet, self.seeds.watched(), self.told.listening(message.get("hears")):
            yield

    def listen(self) -> None:
        """Take what was printed since."""
        printed, complained = self.output.split()
        self.printed = (self.printed + printed)[:MAX_PRINTED]
        self.complained = (self.complained + complained)[:MAX_PRINTED]

    def said(self) -> dict[str, Any]:
        """Return what a test made the notebook say: it is no cell's output."""
        self.listen()
        said = {"printed": self.printed, "complained": self.complained}
        told = {name: text for name, text in said.items() if text}
        return {**told, **self.told.take(), **self.drawn()}

    def drawn(self) -> dict[str, Any]:
        """Return where the generators stand that the other side draws from as well."""
        states = self.seeds.states() if self.draws else {}
        return {"random": states} if states else {}

    def hear(self, reply: dict[str, Any]) -> None:
        """Go on behind a test's function as if it had printed and drawn here."""
        self.seeds.take(reply.get("random"))
        if reply.get("printed"):
            sys.stdout.write(reply["printed"])


class Told:
    """What was warned and logged since it was last taken."""

    def __init__(self) -> None:
        self.how: dict[str, Any] = {}  # the test listens
        self.warned: list[list[Any]] = []
        self.logged: list[list[Any]] = []

    def take(self) -> dict[str, Any]:
        """Return all of it, once."""
        found = {"warned": [*self.warned], "logged": [*self.logged]}
        self.warned.clear()
        self.logged.clear()
        return {name: told for name, told in found.items() if told}

    @contextmanager
    def listening(self, how: dict[str, Any] | None) -> Iterator[None]:
        """Warn and log, while open, as where the test listens."""
        how = how or {}
        if how == self.how:  # as the request does in which this one is made
            yield
            return
        before, self.how = self.how, how
        with ExitStack() as stack:
            if how.get("floats"):
                stack.enter_context(np.errstate(**how["floats"]))
            if how.get("decimals"):
                stack.enter_context(decimals.counted(how["decimals"]))
            if how.get("filters"):
                stack.enter_context(warnings.catch_warnings())
                for action, text, name in reversed(how["filters"]):
                    category = getattr(builtins, name, Warning)
                    warnings.filterwarnings(action, text or "", category)
                warnings.showwarning = self._warn  # type: ignore[assignment]
            for name, level in how.get("loggers", {}).items():
                stack.enter_context(self._logging(name, level))
            stack.callback(setattr, self, "how", before)
            yield

    def _warn(
        self, message: Any, category: Any, file: str, line: int, *more: Any, **options: Any
    ) -> None:
        if isinstance(message, Warning) and len(self.warned) < MOST:
            self.warned.append([message, str(file)[:MAX_TEXT], int(line)])

    @contextmanager
    def _logging(self, name: str, level: int) -> Iterator[None]:
        logger = logging.getLogger() if name == "root" else logging.getLogger(name)
        handler, before = _Handler(self.logged), logger.level
        logger.setLevel(level)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(before)


class _Handler(logging.Handler):
    def __init__(self, logged: list[list[Any]]) -> None:
        super().__init__()
        self.logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record, once however many handlers it meets."""
        if len(self.logged) < MOST and not hasattr(record, "_autograder_noted"):
            vars(record)["_autograder_noted"] = True
            self.logged.append([record.name, record.levelno, record.getMessage()[:MAX_TEXT]])
