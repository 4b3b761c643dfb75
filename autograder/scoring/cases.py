"""One test case, whatever its format: what it begins with, and how long it may take."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.scoring.bounds import TestTooLong, awake, kept_clock, patient
from autograder.scoring.hints import only_names
from autograder.scoring.pyplots import notebooks_figures
from autograder.scoring.unpickling import only_plain

CASE_S = 30.0  # of the scorer's CPU, where no session says how long a step may take


@contextmanager
def one_case(session: Any, words: Iterable[str] = ()) -> Iterator[None]:
    """Run one test case against a session, or what stands for one.

    Args:
        words: the names in the test.
    """
    session.refused, session.reported, session.answered, session.said = None, False, False, set()
    session.items, session.tested, session.words = 0, set(), frozenset(words)
    begin, limits = getattr(session, "begin_case", None), getattr(session, "limits", None)
    if begin is not None:
        begin(words)

    def is_busy() -> bool:
        return bool(getattr(session, "exchanges", 0))

    def refuse(error: TestTooLong) -> None:
        session.refused = session.refused or error

    seconds = CASE_S if limits is None else limits.cell_s
    timed = patient(seconds, is_busy, refuse), awake(seconds, is_busy, refuse)
    with (
        kept_clock(),
        timed[0],
        timed[1],
        only_plain(session),
        only_names(),
        notebooks_figures(session),
    ):
        session.testing = True
        try:
            yield
        except Exception:
            raise
        except SystemExit as error:  # the notebook's, which the test let pass
            raise AssertionError(f"the code raised SystemExit: {error}") from None
        except BaseException as error:  # pytest.fail(), or that pytest.raises() saw nothing raised
            raise AssertionError(f"{type(error).__name__}: {error}") from None
        finally:
            session.testing = False
