"""Random inputs of the tests are drawn for each submission, and are the same each time."""

from dataclasses import replace

from autograder.model import Limits
from autograder.scoring.walk import Walker
from tests.running import assignment, grade, messages, submission

CASE = """
@test_case(points=1, hidden=True)
def case(a):
    import random
    import numpy, torch
    assert False, f"{random.random()} {numpy.random.rand()} {torch.rand(1).item()}"
"""
TESTS = assignment(q1="from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\n"
                      "points = None\n" + CASE)  # fmt: skip


def drawn(engine, tests, digest):
    given = replace(submission(("a = 1", "q1")), digest=digest)
    walk = Walker(given, tests, engine.stream, Limits(cell_s=10, wall_s=60)).run()
    return walk.tests["q1"].test_case_results[0].message


def test_the_same_submission_gets_the_same_inputs_and_another_one_others(engine):
    first = drawn(engine, TESTS, "one")
    assert drawn(engine, TESTS, "one") == first
    assert drawn(engine, TESTS, "two") != first


def test_the_zips_key_changes_the_inputs(engine):
    keyed = replace(TESTS, inputs_key="secret")
    assert drawn(engine, keyed, "one") != drawn(engine, TESTS, "one")
    assert drawn(engine, keyed, "one") == drawn(engine, keyed, "one")


TWICE = """
@test_case(points=1, hidden=True, failure_message="Not right.")
def first(a):
    assert a == 2, "[off] The number is wrong. ‖ 数不对。"

@test_case(points=1, hidden=True, failure_message="Not right either.")
def second(a):
    assert a == 2, "[off] The number is wrong. ‖ 数不对。"
"""


def test_one_cause_is_told_once(engine):
    head = "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = None\n"
    gradation = grade(engine, assignment(q1=head + TWICE), ("a = 1", "q1"))
    told = messages(gradation)
    assert told.count("The number is wrong.") == 1 and "The cause is the same as in" in told
    assert [case.slip for case in gradation.questions[0].cases] == ["off", "off"]


def test_a_notebook_that_ended_is_told_with_each_case_that_it_never_came_to(engine):
    head = "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = None\n"
    slow = ("import time\ntime.sleep(60)", "q1")
    limits = Limits(cell_s=30, wall_s=4)
    gradation = grade(engine, assignment(q1=head + TWICE), slow, limits=limits)
    told = messages(gradation)
    assert told.count("This check got no answer, as the notebook had ended: ") == 2
    assert "The cause is the same as in" not in told
