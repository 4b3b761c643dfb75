"""Broken answers and files end as refusals or results; what breaks the grader is kept and told."""

import random
from itertools import islice

import pytest
from click.testing import CliRunner

from autograder.proving.fuzz import targets
from autograder.proving.fuzz.commands import NAMES, fuzz, run_target
from autograder.proving.fuzz.targets import TARGETS, Target

EXAMPLES = {"frames": 3000, "uploads": 150}


def test_every_target_can_be_named():
    assert set(NAMES) == set(TARGETS) == set(EXAMPLES)


@pytest.mark.parametrize("name", NAMES)
def test_broken_inputs_end_as_refusals_or_results(name, tmp_path):
    tried, broken = run_target(name, 120, EXAMPLES[name], 5, tmp_path)
    assert tried > 0 and [path.read_bytes() for path in broken] == []


@pytest.mark.parametrize("seed", targets.honest_frames() + targets.honest_uploads())
def test_an_honest_input_is_taken(seed):
    TARGETS["frames" if seed in targets.honest_frames() else "uploads"].take(seed)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_makes_the_same_inputs_which_differ(name):
    first, again, other = (
        list(islice(TARGETS[name].inputs(random.Random(seed)), 200)) for seed in (1, 1, 2)
    )
    assert first == again != other and len(set(first)) > 150


def failing(data):
    if data.startswith(b"b"):
        raise ZeroDivisionError("broken")
    if data.startswith(b"c"):
        raise KeyError("broken elsewhere")


def test_what_breaks_is_kept_once_for_each_place_with_its_traceback(monkeypatch, tmp_path):
    monkeypatch.setitem(TARGETS, "frames", Target(failing, lambda chance: iter(
        [b"a", b"b1", b"b2", b"c"])))  # fmt: skip
    result = CliRunner().invoke(
        fuzz, ["--target", "frames", "--seed", "1", "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 1 and "frames: 4 inputs, 2 finds" in result.output
    kept = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir()
                  if path.suffix != ".txt")  # fmt: skip
    assert kept == [b"b1", b"c"]
    told = [path.read_text() for path in (tmp_path / "out").glob("*.txt")]
    assert any("ZeroDivisionError: broken" in text for text in told)


def test_a_run_without_finds_ends_well(monkeypatch, tmp_path):
    monkeypatch.setitem(TARGETS, "frames", Target(failing, lambda chance: iter([b"a"] * 9)))
    options = ["--target", "frames", "--examples", "5", "--out", str(tmp_path)]
    result = CliRunner().invoke(fuzz, options)
    assert result.exit_code == 0 and "frames: 5 inputs, 0 finds" in result.output
