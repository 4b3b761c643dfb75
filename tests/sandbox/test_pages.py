"""The warm worker's memory is laid out for its children."""

import os
import subprocess
import sys

import pytest

from autograder.course import ROOT

GAPS = """
import sys
from autograder.sandbox import pages
size = {size}
old = [bytes(size - 33) for _ in range(6_000)]
del old[::3], old[::7]
if {fill}:
    pages.fill_gaps()
new = [id(bytes_) for bytes_ in [bytes(size - 33) for _ in range(2_000)]]
print(sum(b - a == size for a, b in zip(new, new[1:])))
"""


def run(script: str, **environment) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, **environment},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("size", [48, 64, 256, 512])
def test_new_objects_lie_together_once_the_gaps_are_filled(size):
    scattered = int(run(GAPS.format(size=size, fill=False)))
    together = int(run(GAPS.format(size=size, fill=True)))
    assert scattered < 1_200 and together > 1_800


def test_another_allocator_is_filled_within_bounds():
    script = """
from autograder.sandbox import pages
pages.fill_gaps()
print(max(sum(map(len, blocks)) for blocks in pages._filling))
"""
    assert int(run(script, PYTHONMALLOC="malloc")) < 4 << 20


def test_a_warm_worker_leaves_its_children_no_fonts_to_drop():
    script = """
from autograder.sandbox.warmth import warm_up
warm_up()
import logging
from matplotlib import font_manager
print(font_manager._get_font.cache_info().currsize, len(logging._at_fork_reinit_lock_weakset))
"""
    assert run(script).split() == ["0", "0"]
