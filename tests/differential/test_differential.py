"""Notebooks as people write them get here what stock Otter with a real kernel gives them.

The same tests pass and each cell ends in an error of the same type, on both engines, unless
``reasons.toml`` says why not. ``python -m tests.differential.record`` makes the record anew;
``python -m tests.differential.gradescope`` grades the same notebooks on Gradescope's layout.
"""

import json

import pytest
import tomllib

from autograder.engines.docker import DockerEngine
from autograder.engines.local import LocalEngine
from tests.differential.grading import LIMITS, gradation_of, grade_case
from tests.differential.notebooks import HERE, RECORD, load_cases, make_notebook
from tests.differential.record import digest_of

LEAST = 400


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict]:
    return json.loads(RECORD.read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def reasons() -> dict[str, str]:
    return tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))


def test_every_case_is_recorded_as_it_stands(recorded, reasons):
    digests = {name: digest_of(make_notebook(case)) for name, case in load_cases().items()}
    assert digests == {name: record["digest"] for name, record in recorded.items()}
    assert len(recorded) >= LEAST and set(reasons) <= set(recorded)


@pytest.fixture(params=["local", "docker"])
def engine(request):
    if request.param == "local":
        made = LocalEngine()
    else:
        made = DockerEngine(request.getfixturevalue("docker_engine"), LIMITS)
    with made as entered:
        yield entered


HONEST = (
    "user-of-the-process", "interrupt-handler", "closed-stdout", "agg-by-use-keeps-figures",
    "deterministic-algorithms", "compiled-function",
)  # fmt: skip


def test_what_is_laid_over_a_kernel_is_noticed_of_no_honest_notebook(tmp_path):
    cases = load_cases()
    with LocalEngine() as engine:
        for changes in ([], *(cases[name] for name in HONEST)):
            assert not gradation_of(engine, changes, tmp_path / "nb.ipynb").noticed, changes


def test_every_notebook_gets_what_stock_otter_with_a_kernel_gives(
    engine, recorded, reasons, tmp_path
):
    different = {}
    for name, changes in load_cases().items():
        found = grade_case(engine, changes, tmp_path / "nb.ipynb")
        wanted = {key: value for key, value in recorded[name].items() if key != "digest"}
        if found != wanted:
            different[name] = {"here": found, "there": wanted}
    unexplained = {name: both for name, both in different.items() if name not in reasons}
    assert not unexplained
    assert not set(reasons) - set(different), "these differ no more"
