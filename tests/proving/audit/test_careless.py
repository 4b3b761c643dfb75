"""A slip spoils a right answer in the way that its data says, and in no other."""

import pytest
import torch

from autograder.build.bank import load_bank
from autograder.course import ROOT, assignment_names
from autograder.errors import BuildError
from autograder.proving.audit.answers import Answer
from autograder.proving.audit.careless import STEPS, load_carelessness

RIGHT = "def double(a):\n    return 2 * a\n"
TABLE = """
[[function]]
question = "q1"
name = "double"
parameters = "a"
steps = {steps}
example = "torch.ones(2)"
casts = ["result.int()"]
when = [{{ step = "only positive", condition = "True", then = "right(a.abs())" }}]

[[value]]
question = "q1"
step = "another name"
code = "double = None"

[[accepted]]
question = "q1"
slip = "double: only positive"
answer = "squares"
why = "Its inputs are positive."
"""
GIVEN = (torch.tensor([1.5, -2.0]), torch.tensor([3.0, 4.0]))
SLIPS = {  # what two calls give, and what the first input holds afterwards
    "clears its input": ([[3.0, -4.0], [6.0, 8.0]], [0.0, 0.0]),
    "doubles its input": ([[6.0, -8.0], [12.0, 16.0]], [3.0, -4.0]),
    "keeps its first result": ([[3.0, -4.0], [3.0, -4.0]], [1.5, -2.0]),
    "is one call late": ([[3.0, -4.0], [3.0, -4.0]], [1.5, -2.0]),
    "works once": ([[3.0, -4.0], None], [1.5, -2.0]),
    "returns nothing": ([None, None], [1.5, -2.0]),
    "prints instead of returning": ([None, None], [1.5, -2.0]),
    "works only for the example": ([[2.0, 2.0], [2.0, 2.0]], [1.5, -2.0]),
    "casts its result: result.int()": ([[3, -4], [6, 8]], [1.5, -2.0]),
    "only positive": ([[3.0, 4.0], [6.0, 8.0]], [1.5, -2.0]),
}  # fmt: skip


@pytest.fixture
def known(tmp_path):
    (tmp_path / "careless.toml").write_text(TABLE.format(steps=list(STEPS)).replace("'", '"'))
    return load_carelessness(tmp_path)


@pytest.mark.parametrize("step", SLIPS)
def test_a_slip_does_what_it_says(step, known):
    (slip,) = [slip for slip in known.slips if slip.step == step]
    spoilt = slip.spoil(Answer("q1", (RIGHT,), frozenset({"double"})))
    scope = {"torch": torch}
    exec(spoilt.cells[0], scope)
    given = [item.clone() for item in GIVEN]
    found = [scope["double"](item) for item in given]
    plain = [None if item is None else item.tolist() for item in found]
    assert (plain, given[0].tolist()) == SLIPS[step]


def test_code_may_spoil_a_value(known):
    (slip,) = [slip for slip in known.slips if slip.name == ""]
    scope = {}
    exec(slip.spoil(Answer("q1", (RIGHT,), frozenset())).cells[0], scope)
    assert scope["double"] is None and slip.key == "another name"


def test_a_survivor_is_justified_for_its_answer_only(known):
    assert known.is_justified("q1", "double: only positive", "squares")
    assert not known.is_justified("q1", "double: only positive", "reference")
    assert not known.is_justified("q1", "double: returns nothing", "squares")


MALFORMED = {
    "no TOML": "[[function",
    "no name": '[[function]]\nquestion = "q1"\nparameters = "a"\n',
    "an unknown step": '[[function]]\nquestion = "q1"\nname = "f"\nparameters = "a"\n'
                       'steps = ["sleeps"]\n',
    "no Python": '[[value]]\nquestion = "q1"\nstep = "s"\ncode = "def"\n',
    "twice": '[[value]]\nquestion = "q1"\nstep = "s"\ncode = "a = 1"\n' * 2,
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_table_is_named(case, tmp_path):
    (tmp_path / "careless.toml").write_text(MALFORMED[case])
    with pytest.raises(BuildError, match=r"careless\.toml"):
        load_carelessness(tmp_path)


@pytest.mark.parametrize("name", assignment_names())
def test_the_slips_of_an_assignment_speak_of_its_answers(name):
    folder = ROOT / "assignments" / name / "bank"
    known, entries = load_carelessness(folder), load_bank(folder)
    questions = {entry.question for entry in entries}
    assert {slip.question for slip in known.slips} == questions
    keys = {(slip.question, slip.key) for slip in known.slips}
    ids = {(entry.question, entry.id) for entry in entries if entry.kind == "valid"} | {
        (question, "*") for question in questions
    }
    for (question, slip, answer), why in known.accepted.items():
        assert (question, slip) in keys and (question, answer) in ids and why
