"""The hostile suite is whole, and every entry is held on both engines, as `make hostile` counts."""

import json

import pytest

from autograder.proving.hostile.commands import count, keep_count
from autograder.proving.hostile.entries import CATEGORIES, load_entries
from autograder.proving.hostile.grading import grade_category
from autograder.run.workers import default_workers

ENOUGH = {"forging": 45, "resources": 20, "malformed": 40}


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_suite_is_large_enough(category):
    assert sum(entry.category == category for entry in load_entries()) >= ENOUGH[category]


@pytest.mark.parametrize("engine", ["local", "docker"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_nothing_a_submission_does_earns_points_or_harms_another(category, engine, built, request):
    if engine == "docker":
        request.getfixturevalue("docker_engine")
    outcome = grade_category(category, engine, built, default_workers())
    tried = sum(entry.category == category for entry in load_entries())
    problems = {v.entry.id: v.problems for v in outcome.verdicts if v.problems}
    assert not outcome.problems and not problems
    assert count(outcome) == {"tried": tried, "held": tried, "undeserved_points": 0}


@pytest.mark.parametrize("category", ["forging"])
def test_what_speaks_to_any_grader_is_held_on_data_too(category, built):
    outcome = grade_category(category, "local", built, default_workers(), "data")
    problems = {v.entry.id: v.problems for v in outcome.verdicts if v.problems}
    assert not outcome.problems and not problems
    assert len(outcome.verdicts) >= ENOUGH[category] // 2


def test_counts_are_kept_as_they_come(tmp_path):
    path, found = tmp_path / "results" / "hostile.json", {}
    keep_count(path, {}, "otter", "forging", {"tried": 2})
    keep_count(path, found, "otter", "malformed", {"tried": 1})
    keep_count(path, found, "otter", "forging", {"tried": 3})
    assert found == {"otter": {"malformed": {"tried": 1}, "forging": {"tried": 3}}}
    assert json.loads(path.read_text()) == found
