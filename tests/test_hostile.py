"""Nothing a hostile submission does earns points, harms another one, or stops the run.

Every entry of tests/hostile goes through `grade`, as an instructor would run it.
"""

import pytest

from autograder.hostile.entries import CATEGORIES, load_entries
from autograder.hostile.grading import grade_category

ENOUGH = {"forging": 45, "resources": 20, "malformed": 40}


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_suite_is_large_enough(category):
    assert sum(entry.category == category for entry in load_entries()) >= ENOUGH[category]


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_entry_is_held_by_the_local_engine(category, built):
    _assert_all_held(category, "local", built)


@pytest.mark.docker
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_entry_is_held_by_the_docker_engine(category, built, docker_engine):
    _assert_all_held(category, "docker", built)


def _assert_all_held(category, engine, built):
    outcome = grade_category(category, engine, built)
    problems = [
        f"{verdict.entry.id}: {p}" for verdict in outcome.verdicts for p in verdict.problems
    ]
    assert not outcome.problems + problems
