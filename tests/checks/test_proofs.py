"""Every right order gets everything; the partial credit is what a search over all orders finds."""

import json
import re
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import proofs
from autograder.checks.proofs import Proof

DIAMOND = Proof(
    {"A": "", "B": "A", "C": "A", "D": "B C"},
    {"X": "[square-only] Only for square matrices. ‖ 只对方阵成立。"},
)


def right_orders(proof):
    """All topological orders, by trying every permutation."""
    for order in permutations(proof.blocks):
        if all(set(order[:i]) >= set(proof.blocks[b].split()) for i, b in enumerate(order)):
            yield order


def common_subsequence(first, second) -> int:
    """Length of the longest common subsequence, by its recurrence."""
    row = [0] * (len(second) + 1)
    for a in first:
        above, row = row, [0]
        for j, b in enumerate(second):
            row.append(above[j] + 1 if a == b else max(above[j + 1], row[j]))
    return row[-1]


def distance_by_search(proof, order) -> int:
    return min(
        len(order) + len(right) - 2 * common_subsequence(order, right)
        for right in right_orders(proof)
    )


@st.composite
def proof_and_answer(draw):
    names = "ABCDEF"[: draw(st.integers(1, 6))]
    blocks = {
        name: " ".join(draw(st.sets(st.sampled_from(names[:i])))) if i else ""
        for i, name in enumerate(names)
    }
    proof = Proof(blocks, {"X": "[x] x ‖ x", "Y": "[y] y ‖ y"})
    return proof, draw(st.lists(st.sampled_from(names + "XYZ"), max_size=9))


@settings(max_examples=300, deadline=None)
@given(proof_and_answer())
def test_the_distance_is_the_least_over_all_right_orders(case):
    proof, order = case
    assert proofs.distance(proof, order) == distance_by_search(proof, order)


@settings(max_examples=100, deadline=None)
@given(proof_and_answer())
def test_an_answer_is_whole_exactly_when_its_distance_is_zero(case):
    proof, order = case
    if proofs.distance(proof, order) == 0:
        proofs.require_whole(proof, order, "q")
    elif order:
        with pytest.raises(AssertionError, match=r"^\[[a-z-]+\] .+ ‖ "):
            proofs.require_whole(proof, order, "q")


@pytest.mark.parametrize("order", list(right_orders(DIAMOND)))
def test_every_right_order_gets_full_credit(order):
    assert proofs.credit(DIAMOND, order) == 1


CREDITS = {
    "AB": Fraction(2, 4),
    "ABDC": Fraction(2, 4),
    "ABCDX": Fraction(3, 4),
    "ABBCD": Fraction(3, 4),
    "DCBA": Fraction(0),
    "XXXXX": Fraction(0),
}


@pytest.mark.parametrize("order", CREDITS)
def test_partial_credit_is_n_minus_d_over_n(order):
    assert proofs.credit(DIAMOND, list(order)) == CREDITS[order]


@pytest.mark.parametrize("order", CREDITS)
@pytest.mark.parametrize("share", ["1/4", "1/2", "3/4", "1"])
def test_a_share_is_required_exactly(order, share):
    if CREDITS[order] >= Fraction(share):
        proofs.require_share(DIAMOND, list(order), "q", share)
    else:
        with pytest.raises(AssertionError, match="insertions or deletions"):
            proofs.require_share(DIAMOND, list(order), "q", share)


FLAWS = {
    "unknown-block": "ABCQ",
    "square-only": "AXBCD",
    "repeated-step": "ABBCD",
    "step-too-early": "BACD",
    "missing-step": "ABC",
}


@pytest.mark.parametrize("slug", FLAWS)
def test_the_first_flaw_is_named(slug):
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        proofs.require_whole(DIAMOND, list(FLAWS[slug]), "q")


def test_a_step_that_uses_what_is_never_shown_is_named():
    with pytest.raises(AssertionError, match="Block D uses something that your proof never shows"):
        proofs.require_whole(DIAMOND, ["A", "B", "D"], "q")


MALFORMED = {
    "nothing": (None, "found None / undefined"),
    "a string": ("ABCD", "found str"),
    "numbers": ([1, 2], "found list / int"),
    "nested": ([["A"]], "found list / list"),
    "a class": (list, "found class list"),
    "a module": (proofs, "found module autograder.checks.proofs"),
    "empty": ([], "lists 0 blocks"),
    "endless": (["A"] * 10_000, "lists 10000 blocks"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_an_answer_that_is_no_list_of_ids_is_explained(name):
    answer, message = MALFORMED[name]
    with pytest.raises(AssertionError, match=message):
        proofs.require_whole(DIAMOND, answer, "q1_proof")


def test_case_and_blanks_do_not_matter():
    proofs.require_whole(DIAMOND, ("a", " b", "C ", "d"), "q")


def test_a_long_proof_is_scored_without_search():
    names = [f"B{i}" for i in range(100)]
    proof = Proof({name: names[i - 1] if i else "" for i, name in enumerate(names)})
    assert proofs.distance(proof, names[::-1]) == 2 * 99


@pytest.mark.parametrize(
    "blocks", [{"A": "B"}, {"A": "A"}, {"A": "B", "B": "A"}], ids=["unknown", "self", "circle"]
)
def test_a_malformed_proof_is_refused(blocks):
    with pytest.raises(ValueError):
        Proof(blocks)


PROOFS = [
    ("linear-algebra", "q1"),
    ("linear-algebra", "q2"),
    ("calculus", "q3"),
    ("probability", "q2"),
    ("probability", "q3"),
]


@pytest.mark.parametrize(("name", "question"), PROOFS)
def test_all_cases_of_a_question_hold_the_same_proof(name, question):
    path = Path(__file__).parents[2] / "assignments" / name / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["id"].startswith(f"{question}-")]
    found = [blocks for text in sources for blocks in re.findall(r"Proof\(\s*(\{[^}]*\})", text)]
    assert len(found) == 3 and len(set(found)) == 1
