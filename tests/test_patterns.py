"""Regular expressions on what students write take time in proportion to its length."""

import importlib
import pkgutil
import re
import signal

import pytest

import autograder.checks
import autograder.intake
import autograder.reports
import autograder.scoring
from autograder.intake import layouts, upload
from autograder.reports import explanations

LENGTH = 1 << 16  # of what may be long: cells, messages, labels
NAME_LENGTH = 255  # of what the file system or a table's field keeps short
ENOUGH_S = 10.0  # a square of the length takes minutes
PACKAGES = autograder.checks, autograder.intake, autograder.reports, autograder.scoring
SHORT = ("autograder.intake.layouts", "autograder.intake.times", "autograder.intake.collection")
PIECES = (
    "<!--", "-->", "$", "$$", "\\(", "\\[", "\\", "a", "A", " ", "(", "[", "]", "x_", "0", "-", ".",
    "\x1b[", "a.", "0.", "\n", "\t", " \n", "a-", "[a", "_", "|", "=", "+", "e", "d/dx ", "f'", "`",
    "<!-- BEGIN QUESTION", "a.check(", "'", '"', "%", "!", ",", "[0, ", "at ", "0 and ", "dtype ",
)  # fmt: skip


def patterns() -> dict[str, tuple[re.Pattern, int]]:
    """Return every compiled pattern of the modules that read what students write."""
    found = {}
    for package in PACKAGES:
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            length = NAME_LENGTH if module.name in SHORT else LENGTH
            for name, value in vars(importlib.import_module(module.name)).items():
                for number, one in enumerate(
                    value if isinstance(value, (list, tuple)) else [value]
                ):
                    one = one[0] if isinstance(one, tuple) and one else one
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                        found[f"{module.name}.{name}.{number}"] = one, length
    return found


PATTERNS = patterns()


def test_the_patterns_are_found():
    values = [pattern for pattern, _ in PATTERNS.values()]
    assert upload.CHECK in values and layouts._CANVAS in values and len(values) > 20
    assert any(name.startswith(explanations.__name__) for name in PATTERNS)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_makes_a_pattern_slow(name):
    pattern, length = PATTERNS[name]
    texts = [piece * (length // len(piece)) for piece in PIECES]
    texts += [first + text for first in ("<!--", "[", "a") for text in texts[:20]]

    def stop(number, frame):
        pytest.fail(f"{pattern.pattern!r} takes too long for {text[:20]!r}…")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for text in texts:
            signal.setitimer(signal.ITIMER_REAL, ENOUGH_S)
            pattern.search(text)
            pattern.sub("", text)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
