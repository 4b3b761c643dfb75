"""Feedback by cause: one entry for each, in one language, with what it cost."""

import pytest

from autograder.languages import ENDED, localize
from autograder.model import Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.reports.causes import find_causes, group_passed, verdict_of
from autograder.reports.exercises import Check, Exercise, Person, without_tests
from autograder.reports.feedback import feedback_page

LESSON = "Each call adds to x.grad."
AGAIN = "The cause is the same as in q1 - 1."
CHECKS = {
    "q1 - 1": Check(
        ("Orders are right.", "阶数正确。"), ("Orders are wrong.", "阶数不对。"), "HIDDEN = 1"
    ),
    "q1 - 2": Check(
        ("Sizes are right.", "大小正确。"), ("Sizes are wrong.", "大小不对。"), "HIDDEN = 2"
    ),
}
EXERCISE = Exercise(
    ("1. Calling twice", "1. 调用两次"),
    ("Call `backward` *twice* for $y = x^2$.", "调用两次 `backward`。"),
    (
        (("section 2.5 of *the book*", "https://example.org/2.5"),),
        (("书的 2.5 节", "https://example.org/zh/2.5"),),
    ),
    CHECKS,
)


def failed(name, message, slip=None, points=2.0, hidden=True):
    return TestCaseOutcome(name, False, hidden, points, message, slip)


def causes_of(*cases, released=True, checks=None):
    return find_causes(
        [verdict_of(case, released, (checks or {}).get(case.name)) for case in cases]
    )


def english(cause):
    return [line for line, _ in cause.lesson]


def test_the_misconception_takes_the_generic_lines_place():
    (cause,) = causes_of(failed("q1 - 1", f"Orders are wrong.\n{LESSON}", "accumulated-gradient"))
    assert english(cause) == [LESSON]
    assert [verdict.head for verdict in cause.folded] == [(("Orders are wrong.",) * 2,)]


def test_what_has_the_same_cause_is_one_entry_with_its_cost():
    (cause,) = causes_of(
        failed("q1 - 1", f"Orders are wrong.\n{LESSON}", "accumulated-gradient", 2.0),
        failed("q1 - 2", f"Sizes are wrong.\n{AGAIN}", "accumulated-gradient", 3.0),
    )
    assert english(cause) == [LESSON] and cause.cost == 5.0 and len(cause.folded) == 2
    assert not any("same as in" in line for verdict in cause.folded for line, _ in verdict.lesson)


def test_a_cause_without_a_name_is_told_once_too():
    first = failed("q1 - 1", "Orders are wrong.\nTypeError: no")
    (cause,) = causes_of(first, failed("q1 - 2", f"Sizes are wrong.\n{AGAIN}"))
    assert english(cause) == ["Orders are wrong.", "TypeError: no"] and cause.cost == 4.0


@pytest.mark.parametrize("accused", ["cosine-at-run-time", "not-from-your-function", "wrong-curve"])
def test_no_accusation_stands_beside_the_real_cause(accused):
    causes = causes_of(
        failed("q1 - 1", "The curve is wrong.\nA cosine is at work.", accused),
        failed("q1 - 2", f"Orders are wrong.\n{LESSON}", "accumulated-gradient"),
    )
    assert [english(cause) for cause in causes] == [[LESSON]]
    assert [verdict.slip for verdict in causes[0].consequences] == [accused]


def test_alone_it_is_told():
    (cause,) = causes_of(failed("q1 - 1", "Wrong.\nA cosine is at work.", "cosine-at-run-time"))
    assert english(cause) == ["A cosine is at work."]


def test_where_nothing_else_is_known_it_is_the_cause():
    (cause,) = causes_of(
        failed("q1 - 1", "Wrong.\nA cosine by heart.", "hard-coded-cosine"),
        failed("q1 - 2", "Wrong.\nNot yours.", "not-from-your-function"),
    )
    assert english(cause) == ["A cosine by heart."] and len(cause.consequences) == 1


def test_two_causes_are_two_entries():
    causes = causes_of(
        failed("q1 - 1", "Wrong.\nOne.", "degrees"), failed("q1 - 2", "Wrong.\nTwo.", "total-sum")
    )
    assert [english(cause) for cause in causes] == [["One."], ["Two."]]


def test_before_release_hidden_ones_are_counted_and_not_told():
    causes = causes_of(failed("q1 - 1", "Secret."), failed("q1 - 2", "Another."), released=False)
    assert [(cause.told, len(cause.verdicts), cause.lesson) for cause in causes] == [(False, 2, ())]


def test_a_line_that_the_assignment_knows_is_known_in_both_languages():
    (cause,) = causes_of(failed("q1 - 1", "Orders are wrong."), checks=CHECKS)
    assert cause.lesson == (("Orders are wrong.", "阶数不对。"),)
    (cause,) = causes_of(failed("q1 - 1", "阶数不对。\nOrders are wrong.\n说明。\nLesson."))
    assert cause.lesson == (("Orders are wrong.", "阶数不对。"), ("Lesson.", "说明。"))


def test_what_passed_says_the_same_once_with_all_points():
    passed = [TestCaseOutcome(f"q1 - {n}", True, False, 1.0, "Right.") for n in range(3)]
    ((verdict, count),) = group_passed([verdict_of(case, True, None) for case in passed])
    assert count == 3 and verdict.earned == 3.0


def page_of(released=True, language="en", **changes):
    cases = (
        failed("q1 - 1", f"Orders are wrong.\n{LESSON}", "accumulated-gradient", 2.0),
        TestCaseOutcome("q1 - 2", True, True, 3.0, "Sizes are right."),
    )
    gradation = Gradation(
        "a", "a.ipynb", "0", "demo", Status.COMPLETED, language=language,
        questions=(QuestionResult("q1", 3.0, 5.0, cases),),
        answers={"q1": "answer = f(x)  # mine"}, **changes,
    )  # fmt: skip
    person = Person("Ada Lovelace", "", "2025-03-01 11:00", "2025-03-02")
    return feedback_page(gradation, released, "Demo", None, {"q1": EXERCISE}, person)


@pytest.mark.parametrize("released", [True, False])
def test_a_page_has_title_text_points_code_links_name_and_date(released):
    page = page_of(released)
    for text in ("1. Calling twice", "<em>twice</em>", "<math", "−2 points", LESSON,
                 "https://example.org/2.5", "<em>the book</em>", "Ada Lovelace",
                 "2025-03-01 11:00", "2025-03-02", "3 / 3"):  # fmt: skip
        assert text in page, text
    assert "answer" in page and "# mine" in page


@pytest.mark.parametrize("released", [True, False])
def test_no_test_is_on_a_students_page(released):
    assert "HIDDEN" not in page_of(released)
    assert not any(check.source for check in without_tests({"q1": EXERCISE})["q1"].checks.values())


def test_a_solved_question_does_not_repeat_the_code():
    case = TestCaseOutcome("q1 - 1", True, True, 2.0, "Right.")
    gradation = Gradation("a", "a", "0", "demo", Status.COMPLETED, answers={"q1": "mine = 1"},
                          questions=(QuestionResult("q1", 2.0, 2.0, (case,)),))  # fmt: skip
    assert "mine" not in feedback_page(gradation)


PARTS = {
    "q1 - 1": Check(names=("slope",)),
    "q1 - 2": Check(names=("slope", "fig")),
    "q1 - 3": Check(names=("fig",)),
    "q1 - 4": Check(names=("sizes",)),
    "q1 - 5": Check(names=("slope", "sizes", "fig")),
}
ROOT = failed("q1 - 1", f"Wrong.\n{LESSON}", "accumulated-gradient")


@pytest.mark.parametrize(
    ("case", "follows"),
    [
        (failed("q1 - 2", "Wrong.\nA cosine.", "not-from-your-function"), True),
        (failed("q1 - 3", "Wrong.\nAnother curve.", "wrong-curve"), True),  # fig hangs on slope
        (failed("q1 - 4", "Wrong.\nNot these.", "wrong-count"), False),  # another part
        (failed("q1 - 3", "Wrong.\nNo legend.", "no-legend"), False),  # a cause of its own
        (failed("q1 - 4", "Wrong.\nNothing.", "nothing-there"), False),
        (failed("q1 - 5", "slope(2) should be 4", None, 0.0, False), True),
        (failed("q1 - 5", "sizes is not answered yet", None, 0.0, False), False),
    ],
)
def test_only_what_hangs_on_the_same_part_is_folded(case, follows):
    link = TestCaseOutcome("q1 - 2", True, True, 1.0, "Right.")
    others = [] if case.name == "q1 - 2" else [link]
    causes = causes_of(ROOT, *others, case, checks=PARTS)
    assert len(causes) == (1 if follows else 2)
    assert [one.name for one in causes[0].consequences] == [case.name] * follows


@pytest.mark.parametrize("released", [True, False])
def test_what_was_left_blank_is_one_entry_and_accuses_of_nothing(released):
    cases = (
        failed("q1 - 5", "slope is not answered yet", None, 0.0, False),
        failed("q1 - 1", "Wrong.\nf was never computed.", "forward-pass-missing", 2.0),
        failed("q1 - 2", "Wrong.\nNothing there.", None, 3.0),
        failed("q1 - 4", "Wrong.\nOne too many.", "wrong-count", 4.0),
    )
    verdicts = [verdict_of(case, released, PARTS[case.name]) for case in cases]
    blank, other = find_causes(verdicts, ("slope",))
    assert blank.slip == ("Not answered yet", "尚未作答") and blank.lesson == (("slope", "slope"),)
    assert blank.cost == 5.0 and len(blank.folded) == 3 and blank.told
    assert english(other) == ["One too many."]


@pytest.mark.parametrize("found", ["2", "'正弦'", "...", "list (Tensor (3,), 王)"])
def test_a_message_is_one_text_in_two_languages_whatever_names_it_quotes(found):
    text = f"标签应该不同，实为 {found}。\nThe labels should differ; found {found}."
    (cause,) = causes_of(failed("q1 - 1", text, "same-labels"))
    english, chinese = text.split("\n")[::-1]
    assert cause.lesson == ((english, chinese),)


def test_nothing_is_said_of_checks_that_a_file_never_came_to():
    """A file that cannot be read is told once: its checks neither failed nor want other inputs."""
    reason = "a.pdf: a .pdf file is no notebook; upload the .ipynb file itself"
    cases = (
        failed("q1 - 1", f"The names are missing.\n{reason}", points=0.0, hidden=False),
        failed("q1 - 2", f"Sizes are wrong.\n{reason}"),
    )
    for released in (False, True):
        page = feedback_page(
            Gradation("a", "a.pdf", "0", "demo", Status.UNREADABLE, reason,
                      questions=(QuestionResult("q1", 0.0, 2.0, cases),)),
            release_hidden=released,
        )  # fmt: skip
        assert page.count(reason) == 1 and "0 of 2 points" in page
        assert "other inputs" not in page and "names are missing" not in page
        assert "Sizes are wrong" not in page


@pytest.mark.parametrize(("code", "inputs"), [
    ("x = 3", False), ("def f(x):\n    return x", True), ("f = lambda x: x", True), ("", True),
    ("class A:\n    def size(self): return 1", True), ("names = ['a', 'b']\n%time x = 1", False),
    ("def (", True),
])  # fmt: skip
def test_other_inputs_are_advised_where_the_answer_takes_any(code, inputs):
    question = QuestionResult("q1", 0.0, 2.0, (failed("q1 - 2", "Sizes are wrong."),))
    page = feedback_page(
        Gradation("a", "a.ipynb", "0", "demo", Status.COMPLETED, questions=(question,),
                  answers={"q1": code}),
        release_hidden=False,
    )  # fmt: skip
    assert ("other inputs" in page) is inputs
    assert ("what each name of this exercise has to hold" in page) is not inputs


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_check_that_a_notebook_ended_before_did_not_find_anything(released, language):
    """Then nobody needs to try other inputs, and there is one entry for all of them."""
    text = localize(f"Sizes are wrong. ‖ 大小不对。\n{ENDED}".replace("{}", "no time"), language)
    cases = [failed(f"q1 - {n}", text, hidden=n > 1) for n in (1, 2, 3)]
    (cause,) = causes_of(*cases, released=released, checks=CHECKS)
    assert cause.told and cause.cost == 6.0 and len(cause.verdicts) == 3
    ((english, chinese),) = cause.lesson
    assert english == "This check got no answer, as the notebook had ended: no time."
    assert ("已经结束" in chinese) == (language == "zh")
