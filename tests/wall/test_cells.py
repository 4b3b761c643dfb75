"""The text of cells: lines as Python counts them, and what can be read of a cell."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.wall.cells import lines_of, names_in, without_asserts

ODD = ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]  # where str.splitlines parts a line


@given(st.lists(st.sampled_from(["x = 1", "\n", "\r", "\r\n", "s = '", "'", *ODD])).map("".join))
def test_lines_are_the_whole_text_and_end_where_python_says(source):
    lines = lines_of(source)
    assert "".join(lines) == source
    assert len(lines) == source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + bool(
        source and source[-1] not in "\r\n"
    )


@pytest.mark.parametrize("odd", ODD)
def test_a_cell_with_an_odd_character_in_a_string_is_read(odd):
    source = f"%matplotlib inline\ntext = 'a{odd}b'\nassert text\nshown = text"
    assert names_in([source]) == {"text", "shown"}
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(without_asserts(source)))
