"""The hostile suite is whole; `make hostile` grades it on both engines and beside the peers."""

import pytest

from autograder.hostile.entries import CATEGORIES, load_entries

ENOUGH = {"forging": 45, "resources": 20, "malformed": 40}


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_suite_is_large_enough(category):
    assert sum(entry.category == category for entry in load_entries()) >= ENOUGH[category]
