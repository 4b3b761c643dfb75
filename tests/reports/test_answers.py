"""Answers of a class: what counts as the same, how they are grouped, and that they stay text."""

import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.reports.answer_pages import answers_page
from autograder.reports.answers import (
    MAX_FORMS,
    Answers,
    gather,
    normal_form,
    unanswered_names,
)
from autograder.reports.class_report import write_class_report
from autograder.reports.exercises import Check, Exercise, Person
from tests.reports.sample_gradations import ANSWERS, HOSTILE, sample_gradations

SHAPE = (
    "def total({a}, {n}):\n    {out} = 0\n    for {i} in range({n}):\n"
    "        {out} += {a}[{i}]\n    return {out}\n"
)
NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name) and name not in ("range", "total")
)
SAME = [
    ("x = f(1)  # a comment\n", "x=f( 1 )"),
    ("def f(a):\n    '''Says why.'''\n    return a", "def f(b: int) -> int:\n    return b"),
    ("f = lambda x: x * 2", "f = lambda value: value*2"),
    ("%matplotlib inline\nx = 1", "%matplotlib widget\nx = 1"),
    ("def f(a):\n    def g(b):\n        return a + b\n    return g(1)",
     "def f(p):\n    def h(q):\n        return p + q\n    return h(1)"),
    ("def f(x):\n    try:\n        g(x)\n    except E as error:\n        return error",
     "def f(x):\n    try:\n        g(x)\n    except E as e:\n        return e"),
    ("not python at  all # here", "not python   at all"),
]  # fmt: skip
OTHER = [
    ("x = 1", "y = 1"),  # a name that others may ask for
    ("def f(a):\n    return a + 1", "def f(a):\n    return a - 1"),
    ("def f(a, b):\n    return a - b", "def f(a, b):\n    return b - a"),
    ("def f(a):\n    return a", "def g(a):\n    return a"),
    ("x = 'text'", "x = 'another text'"),
    ("def f():\n    global k\n    k = 1", "def f():\n    global n\n    n = 1"),
]
HEAVY = {
    "brackets": "(" * 3000,
    "signs": "-" * 9000 + "1",
    "calls": "f" + "(x)" * 3000,
    "attributes": "x" + ".a" * 5000,
    "words": "not " * 3000 + "1",
    "lambdas": "lambda:" * 1700 + "1",
    "null": "\x00",
    "advice": "1if 1else " * 1000 + "1",
    "digits": "x = 0x" + "f" * 9000,  # Python reads it and does not write it
}


def outcome_of(score, *failed):
    cases = [TestCaseOutcome("q1 - 1", not failed, True, 2.0)]
    cases += [TestCaseOutcome(name, False, True, 1.0, "", slip) for name, slip in failed]
    return QuestionResult("q1", score, 2.0, tuple(cases))


def graded(name, code, question):
    return Gradation(name, f"{name}.ipynb", name, "demo", Status.COMPLETED,
                     questions=(question,), answers={"q1": code})  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_makes_no_difference_is_no_other_answer(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_makes_a_difference_is_another_answer(one, other):
    assert normal_form(one) != normal_form(other)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(NAMES, min_size=4, max_size=4, unique=True), st.booleans())
def test_other_names_of_locals_are_the_same_answer(names, spaced):
    text = SHAPE.format(**dict(zip(("a", "n", "out", "i"), names)))
    plain = SHAPE.format(a="a", n="n", out="out", i="i")
    assert normal_form(text.replace("\n", "  # so\n\n") if spaced else text) == normal_form(plain)


@pytest.mark.parametrize("kind", HEAVY)
def test_code_that_no_parser_likes_is_an_answer_without_a_warning(kind, recwarn):
    assert isinstance(normal_form(HEAVY[kind]), str)
    assert not recwarn.list


def test_answers_are_grouped_by_outcome_then_by_code_what_went_wrong_first():
    right, wrong = outcome_of(2.0), outcome_of(0.0, ("q1 - 2", "degrees"))
    answers = {}
    for name, code, question in (
        ("a", "def f(x):\n    return x", right),
        ("b", "def f(y):\n    return y  # the same", right),
        ("c", "def f(x):\n    return +x", right),
        ("d", "def f(x):\n    return 2 * x", wrong),
        ("e", "  ", wrong),
    ):
        gather(answers, graded(name, code, question), {"a": Person("Ada")})
    found = answers["q1"]
    assert [(one.count, [form.count for form in one.ranked]) for one in found.ranked] == [
        (1, [1]),
        (3, [2, 1]),
    ]
    assert found.ranked[0].slips == ["degrees"]
    assert found.ranked[1].ranked[0].people == [("Ada", "a"), ("b.ipynb", "b")]
    assert found.blank == [("e.ipynb", "e")]


def test_rare_answers_of_a_huge_class_are_counted_and_not_kept():
    answers = Answers()
    for number in range(MAX_FORMS + 30):
        answers.add(outcome_of(2.0), f"x = {number}", (str(number), str(number)))
    answers.add(outcome_of(2.0), "x=0", ("again", "again"))
    assert answers.forms == MAX_FORMS and answers.left_out == 30
    assert max(form.count for one in answers.ranked for form in one.ranked) == 2


def test_the_page_tells_what_failed_and_shows_code_as_text():
    answers = {}
    for number, text in enumerate(HOSTILE):
        gather(answers, graded(f"s{number}", text, outcome_of(0.0, ("q1 - 2", None))), {})
    checks = {"q1 - 2": Check(("It is right.", "对。"), ("It is wrong.", "不对。"), "SECRET TEST")}
    exercises = {"q1": Exercise(("Adding", "加法"), ("Add *two*.", "两数相加。"), checks=checks)}
    page = answers_page("q1", answers["q1"], "Demo", exercises, "../feedback")
    assert "Adding" in page and "It is wrong." in page and "<em>two</em>" in page
    assert "<script>document" not in page and "<img" not in page and "<b>bold" not in page
    assert "SECRET TEST" not in page


def test_a_report_writes_a_page_per_question_and_removes_old_ones(tmp_path):
    report = tmp_path / "index.html"
    (tmp_path / "answers-9.html").write_text("of an earlier run")
    write_class_report(report, sample_gradations(60), "Demo")
    pages = {path.name for path in tmp_path.glob("answers-*.html")}
    assert pages == {f"answers-{n}.html" for n in range(1, len(ANSWERS) + 1)}
    assert all(name in report.read_text("utf-8") for name in pages)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('def f(x):\n    """Says what."""\n    ...\n\nreason = ...', ("f", "reason")),
        ("def f(x):\n    ...\n\ndef f(x):\n    return x", ()),
        ("a = b = ...\nb = 2", ("a",)),
        ("def f(x):\n    return ...", ()),
        ("...\nplt.show()", ()),
        ("not python at all", ()),
        ("%time x\ny = ...", ("y",)),
    ],
)
def test_what_is_still_as_it_was_handed_out(code, names):
    assert unanswered_names(code) == names
