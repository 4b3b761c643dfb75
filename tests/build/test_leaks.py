"""A planted leak is found, wherever it hides; what students see on purpose is none."""

import json

import pytest

from autograder.build.archive import make_zip
from autograder.build.leaks import check_release, find_secrets
from autograder.build.source import load_source, questions
from autograder.errors import BuildError
from tests.build.sources import TINY

LEAKS = {
    "a line of a hidden test": "for radius, known in ((2.5, 1.0), (0.3, 0.282743)):",
    "the name of a hidden test": "def test_values(following, start):",
    "a hidden test as Otter stores it": (
        "assert abs(area(radius) - known) < 1e-05, "
        "'[radius-not-squared] The radius counts twice. ‖ 半径要乘两次。'"),
    "a hidden test's English message": "x = '[radius-not-squared] The radius counts twice.'",
    "a hidden test's Chinese message": "这是提示：有的圆面积不对。",
    "a success message": "# Every disc has the right area.",
    "a failure message": "Some disc has a wrong area.",
    "an expected value": "known = 19.634954",
    "a line of a solution": "    return math.pi * squared",
    "a short line of a solution": "squared = r * r",
    "a solution marked by its line": "following = start + 1",
}  # fmt: skip
INNOCENT = {
    "prompt code": 'def area(r):\n    """Return the area of a disc of radius r."""\n    ...',
    "a public test": "assert isinstance(following, int), 'following should be an int'",
    "prose": "Write `area(r)`: the area of a disc.",
    "code outside questions": "import math\n\nstart = 41",
}


@pytest.fixture(scope="module")
def secrets():
    notebook = load_source(TINY / "tiny.ipynb")
    return find_secrets(notebook, questions(notebook["cells"]))


def as_notebook(text: str) -> bytes:
    cell = {"cell_type": "code", "source": text.splitlines(keepends=True), "metadata": {}}
    return json.dumps({"cells": [cell], "metadata": {}}).encode()


def as_metadata(text: str) -> bytes:
    return json.dumps({"cells": [], "metadata": {"otter": {"tests": {"q1": text}}}}).encode()


def as_text_in_code(text: str) -> bytes:
    return as_notebook(f"tests = {json.dumps({'q1': text}, ensure_ascii=False)}")


PLACES = {
    "page": lambda text: {"README.md": f"Welcome\n{text}\n".encode()},
    "cell": lambda text: {"tiny.ipynb": as_notebook(text)},
    "metadata": lambda text: {"tiny.ipynb": as_metadata(text)},
    "text within code": lambda text: {"tiny-colab.ipynb": as_text_in_code(text)},
    "zip": lambda text: {"files.zip": make_zip({"tests/q1.py": text.encode()})},
    "zip in a zip": lambda text: {
        "files.zip": make_zip({"inner.bin": make_zip({"tiny.ipynb": as_notebook(text)})})
    },
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found_and_named(secrets, leak, place):
    with pytest.raises(BuildError, match=r"shows a secret of q[12]: "):
        check_release(PLACES[place](LEAKS[leak]), secrets)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", INNOCENT)
def test_what_students_see_on_purpose_is_no_leak(secrets, text, place):
    check_release(PLACES[place](INNOCENT[text]), secrets)
