"""What is remembered: answers about usual grids and NumPy's functions, and nothing else."""

import numpy as np
import pytest

from autograder.checks.memory import USUAL_POINTS, remembered

GRID = np.linspace(-5, 5, 50)


@pytest.fixture
def asked():
    """A remembering function, and the list of what it worked out."""
    worked_out = []

    @remembered(4)
    def total(x, function, bounds=None):
        worked_out.append((x, function, bounds))
        return float(function(x).sum())

    return total, worked_out


def test_equal_grids_are_worked_out_once(asked):
    total, worked_out = asked
    found = {total(grid, np.cos, (0, 1)) for grid in (GRID, GRID.copy(), GRID[::-1][::-1])}
    assert found == {np.cos(GRID).sum()} and len(worked_out) == 1


def test_another_grid_function_or_argument_is_another_question(asked):
    total, worked_out = asked
    for question in ((GRID, np.cos), (GRID + 1, np.cos), (GRID, np.sin), (GRID, np.cos, (0, 1))):
        assert total(*question) == question[1](question[0]).sum()
    assert len(worked_out) == 4


@pytest.mark.parametrize("function", [lambda x: x**2, np.polynomial.Polynomial([1, 2])])
def test_functions_of_a_test_are_worked_out_each_time(asked, function):
    total, worked_out = asked
    assert total(GRID, function) == total(GRID, function) == function(GRID).sum()
    assert len(worked_out) == 2


@pytest.mark.parametrize("grid", [np.zeros(USUAL_POINTS + 1), np.zeros((2, 2)), np.arange(3)])
def test_what_is_no_usual_grid_is_not_kept(asked, grid):
    total, worked_out = asked
    assert total(grid, np.cos) == total(grid, np.cos) == np.cos(grid).sum()
    assert len(worked_out) == 2


def test_equal_bytes_of_another_dtype_are_another_grid(asked):
    total, _ = asked
    assert total(GRID, np.cos) == np.cos(GRID).sum()
    assert total(GRID.view(np.int64), np.cos) == np.cos(GRID.view(np.int64)).sum()
