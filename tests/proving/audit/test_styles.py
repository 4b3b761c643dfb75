"""Every step that rewrites a right answer keeps its meaning: what it computes stays the same."""

import ast
import contextlib
import io

import matplotlib
import numpy as np
import pytest
import torch

from autograder.build.bank import load_bank
from autograder.course import ROOT, assignment_names
from autograder.errors import BuildError
from autograder.proving.audit.answers import CELL_BREAK, Answer, asked_names
from autograder.proving.audit.forms import BUILT, FORMS
from autograder.proving.audit.styles import Styles, load_styles, make_styles

matplotlib.use("agg")

FIRST = """
def scale(values, times):
    total = 0
    for number in range(times):
        total = total + number * values
    return total


def choose(a):
    if a.sum() > 2:
        b = a
    else:
        b = 2 * a
    return helper(b)


def helper(b):
    return b * 3


def listed(a):
    return [float(v) + 1 for v in a if v > 0]


def unpacked(a):
    (first,) = [a.sum()]
    first += 1
    return first if first > 0 else torch.sum(a, 0)
"""
SECOND = """
try:
    torch.ones(2) + torch.ones(3)
except RuntimeError as error:
    kept = error

pair = (1, 2)
"""
ASKED = frozenset({"scale", "choose", "listed", "unpacked", "kept", "pair"})
ANSWER = Answer("q1", (FIRST, SECOND), ASKED)
STYLES = Styles(
    results=[{"question": "q1", "name": "listed", "code": "tuple(np.float64(v) for v in result)"}],
    values=[{"question": "q1", "name": "pair", "code": "tuple(np.int64(n) for n in value)"}],
    inside=[{"question": "q1", "name": "choose", "code": "{0} = {0}.double()"}],
    scratch=[{"question": "q1", "id": "tried", "place": "after", "code": "print(pair)"}],
)
INPUTS = (torch.tensor([1.0, 2.5, -1.0]), torch.tensor([-1.0, 0.5, 1.0]))


def run(answer):
    """Run the cells as a notebook would, without what only a notebook understands."""
    scope = {"__name__": "__main__", "torch": torch, "display": lambda *things: None}
    for cell in answer.cells:
        for part in cell.split(CELL_BREAK):
            lines = [line for line in part.splitlines() if not line.startswith(("%", "!"))]
            text = "\n".join(lines)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(NameError):
                exec(compile(text.replace("\t", "    "), "<cell>", "exec"), scope)
    return scope


def results(scope):
    with contextlib.redirect_stdout(io.StringIO()):
        numbers = [
            np.asarray(value, dtype=float)
            for a in INPUTS
            for value in (
                scope["scale"](a, 4), scope["choose"](a), scope["listed"](a), scope["unpacked"](a)
            )
        ]  # fmt: skip
    return numbers, type(scope["kept"]), str(scope["kept"]), tuple(int(n) for n in scope["pair"])


@pytest.fixture(scope="module")
def variants():
    return make_styles(ANSWER, STYLES, "seed")


def test_every_variant_computes_what_the_answer_computes(variants):
    numbers, *kept = results(run(ANSWER))
    for variant in variants:
        found, *others = results(run(variant.answer))
        assert others == kept, variant.key
        for one, other in zip(found, numbers, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, err_msg=variant.key)


def test_there_are_many_variants_and_no_two_are_the_same(variants):
    cells = [variant.answer.cells for variant in variants]
    assert len(variants) > 150 and len(set(cells)) == len(cells) and ANSWER.cells not in cells


STEPS = (
    "helpers renamed", "parameters renamed", "locals renamed", "locals named as library functions",
    "branches turned", "comparisons turned", "conditional returned by if", "plain assignments",
    "index instead of unpacking", "keyword arguments", "while instead of for",
    "recursion instead of a loop", "loop instead of a comprehension", "numbers have names",
    "modules under other names", "helper inlined", "error by exc_info", "error in a list",
    "error in a function", "error by a context manager", "value", "result", "inside", "scratch",
    "split", "merged", "magic", "shown", "layout", "draft", "moved", "scratch of the course",
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_step_finds_something_to_do(step, variants):
    assert any(variant.key.startswith(f"{step} (") for variant in variants)


@pytest.mark.parametrize("form", [*FORMS, *BUILT])
def test_a_form_is_made(form, variants):
    if form != "explicit None at the end":  # every function of the sample returns
        assert any(variant.key.startswith(f"form ({form}: ") for variant in variants)


PLOT = """
x = np.arange(-5, 5, 0.5)
fig, ax = plt.subplots()
ax.plot(x, np.sin(x), label="f(x)")
ax.legend()
"""


def test_a_curve_drawn_otherwise_has_the_same_points():
    answer = Answer("q5", (PLOT,), frozenset({"x", "fig"}))
    drawn = [v for v in make_styles(answer, Styles()) if v.key.startswith(("curve", "figure"))]
    assert len(drawn) >= 12
    for variant in drawn:
        if " + " in variant.key:
            continue
        scope = {"np": np, "plt": __import__("matplotlib.pyplot").pyplot}
        exec(variant.answer.cells[0], scope)
        axes = scope["ax"]
        points = [line.get_xydata() for line in axes.lines]
        points += [scattered.get_offsets() for scattered in axes.collections]
        expected = np.column_stack([scope["x"], np.sin(scope["x"])])
        np.testing.assert_allclose(np.asarray(points[0]), expected, err_msg=variant.key)
        assert axes.get_legend_handles_labels()[1] == ["f(x)"] or "afterwards" in variant.key
        scope["plt"].close("all")


def test_an_answer_with_a_magic_is_laid_out_only():
    answer = Answer("q1", ("%time\n" + FIRST, SECOND), ASKED)
    assert all("renamed" not in variant.key for variant in make_styles(answer, Styles()))


def test_names_that_tests_ask_for_are_read_from_the_test_file():
    source = "@test_case(points=1)\ndef test_it(a, b):\n    pass\n\ndef helper(c):\n    pass\n"
    assert asked_names(source) == {"a", "b"}


@pytest.mark.parametrize("name", assignment_names())
def test_the_data_of_an_assignment_speaks_of_its_answers(name):
    folder = ROOT / "assignments" / name / "bank"
    styles = load_styles(folder)
    cells = {}
    for entry in load_bank(folder):
        cells[entry.question] = cells.get(entry.question, "") + "\n".join(entry.code)
    for item in (*styles.results, *styles.values, *styles.inside):
        assert item["name"] in cells[item["question"]]
        ast.parse(item["code"].replace("{0}", "a").replace("{1}", "b"))
    for item in styles.scratch:
        assert item["place"] in ("before", "after") and ast.parse(item["code"])


def test_data_that_is_no_table_of_styles_is_named(tmp_path):
    (tmp_path / "style.toml").write_text("[[unknown]]\nquestion = 'q1'\n")
    with pytest.raises(BuildError, match=r"style\.toml"):
        load_styles(tmp_path)
