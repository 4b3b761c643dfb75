"""One test case, whatever its format: what it begins with, and how long it may take."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from autograder.scoring.bounds import awake, kept_clock, patient
from autograder.scoring.conversation import Conversation
from autograder.scoring.guard import guarded
from autograder.scoring.hints import only_names
from autograder.scoring.pyplots import notebooks_figures

TOO_MUCH = (
    "this test takes more memory than there is for it (MemoryError: {}) ‖ "
    "这项测试需要的内存超出了可用内存（MemoryError: {}）"
)


@contextmanager
def one_case(
    session: Conversation, words: Iterable[str] = (), texts: Iterable[str] = ()
) -> Iterator[None]:
    """Run one test case against a session.

    Args:
        words: the names in the test.
        texts: that stand in it.
    """
    session.begin_case(words)
    case, seconds = session.case, session.limits.cell_s

    def is_busy() -> bool:
        return session.exchanges > 0

    timed = patient(seconds, is_busy, case.refuse), awake(seconds, is_busy, case.refuse)
    shown = notebooks_figures(session)
    with kept_clock(), timed[0], timed[1], guarded(session, texts), only_names(), shown:
        case.running = True
        try:
            yield
        except MemoryError as error:
            raise AssertionError(TOO_MUCH.format(error, error)) from None
        except Exception:
            raise
        except SystemExit as error:  # the notebook's, which the test let pass
            raise AssertionError(f"the code raised SystemExit: {error}") from None
        except BaseException as error:  # pytest.fail(), or that pytest.raises() saw nothing raised
            raise AssertionError(f"{type(error).__name__}: {error}") from None
        finally:
            case.running = False
