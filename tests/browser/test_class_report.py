"""The class report's ways from a figure to its submissions, and the answers to a question."""

import re
from pathlib import Path

import pytest

from autograder.model import Status
from autograder.reports.class_report import write_class_report
from autograder.reports.exercises import Check, Exercise, Person
from autograder.reports.feedback import write_feedback
from tests.browser.test_reports import COUNT, SIZES, column, visit  # noqa: F401 - a fixture
from tests.reports.sample_gradations import HOSTILE, POINTS, REFERENCE, sample_gradations

pytestmark = pytest.mark.browser

EXERCISES = {
    name: Exercise(
        (f"Exercise {name}", f"练习 {name}"),
        (f"Compute **{name}** for $x^2$; see [the notes](https://example.org/{name}).", "计算。"),
        (((f"notes on `{name}`", f"https://example.org/{name}"),), ()),
        {f"{name} - {n}": Check((f"Part {n} is right.", f"第 {n} 部分正确。"),
                                (f"Part {n} is wrong.", f"第 {n} 部分不对。"), "assert x")
         for n in range(1, 5)},
    )
    for name in POINTS
}  # fmt: skip
GRADED = list(sample_gradations(COUNT))
PEOPLE = {
    one.submission: Person(f"Student {place}", str(place // 2), "2025-03-01 10:00", "2025-03-02")
    for place, one in enumerate(GRADED)
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """Return the output folder of a class with names and exercises."""
    out = tmp_path_factory.mktemp("named")
    write_class_report(out / "report" / "index.html", GRADED, "Demo", REFERENCE,
                       exercises=EXERCISES, people=PEOPLE)  # fmt: skip
    for one in GRADED[:45]:
        person = PEOPLE[one.submission]
        write_feedback(out / "feedback", one, True, "Demo", REFERENCE, EXERCISES, person)
    return out


@pytest.fixture
def report(visit, out):  # noqa: F811
    return visit(out / "report" / "index.html")


def shown(page) -> int:
    return int(page.inner_text("#shown").split()[0].replace(",", ""))


def marks(question: str) -> list[float]:
    return [
        next(one.score for one in gradation.questions if one.name == question)
        for gradation in GRADED
        if gradation.questions and gradation.status is not Status.UNREADABLE
    ]


@pytest.mark.parametrize("part", ["full", "part", "none"])
def test_a_questions_parts_lead_to_their_submissions(report, part):
    most = sum(POINTS["q3"])
    fits = {"full": lambda x: x == most, "part": lambda x: 0 < x < most, "none": lambda x: x == 0}
    report.click("#question-3 > summary")
    report.click(f"#question-3 button[data-part={part}]")
    assert shown(report) == sum(map(fits[part], marks("q3"))) > 0
    assert report.is_visible("#picked") and "q3" in report.inner_text("#picked-what")


def test_a_test_case_leads_to_those_who_failed_it(report):
    report.click("#question-2 > summary")
    button = report.locator("#question-2 button[data-case]").nth(1)
    count = int(button.inner_text().split()[0])
    button.click()
    assert shown(report) == count
    failed = {one.submission for one in GRADED for question in one.questions
              for case in question.cases if case.name == "q2 - 2" and not case.passed
              and one.status is not Status.UNREADABLE}  # fmt: skip
    assert count == len(failed)


def test_a_column_of_the_histogram_leads_to_its_submissions(report):
    target = report.locator("rect.target").last
    count = int(target.locator("title").text_content().rsplit(": ", 1)[1])
    target.click()
    assert shown(report) == count
    scores = {float(text) for text in column(report, 2)}
    assert scores == {sum(map(sum, POINTS.values()))}


def test_the_numbers_beneath_the_histogram_do_the_same_by_keyboard(report):
    report.locator("#scores summary").focus()
    report.keyboard.press("Enter")
    button = report.locator("#bins button").first
    count = int(button.locator("xpath=../../td[2]").inner_text())
    button.focus()
    report.keyboard.press("Enter")
    assert shown(report) == count
    assert report.evaluate("document.activeElement.id") == "unpick"
    report.keyboard.press("Enter")
    assert shown(report) == COUNT and report.is_hidden("#picked")


def test_what_is_picked_and_what_is_searched_narrow_together_and_are_reset(report):
    report.click("#question-3 > summary")
    report.click("#question-3 button[data-part=part]")
    before = shown(report)
    report.fill("#search", "student 1")
    assert 0 < shown(report) < before
    report.click("#reset")
    assert shown(report) == COUNT and report.is_hidden("#picked")


def test_trouble_is_first_and_leads_to_the_table(report):
    assert report.locator("main section").first.get_attribute("id") == "attention"
    kind = report.locator("details.trouble", has=report.locator("#trouble-not_graded"))
    count = int(kind.locator("summary strong").inner_text())
    kind.locator("button[data-rows]").click()
    assert shown(report) == count
    assert set(column(report, 2)) == {"–"}


def test_curves_that_are_alike_are_one_row_with_its_submissions(report):
    rows = report.locator("table.groups tbody tr")
    counts = [int(text) for text in rows.locator("td").nth(0).all_inner_texts()]
    assert counts and counts[0] > 10
    rows.first.hover()
    assert report.locator("figure.curves > svg.overlay path.lit").count() == 1
    assert "lit" in rows.first.get_attribute("class")
    rows.first.locator("button").click()
    assert shown(report) == counts[0]


def test_right_curves_are_told_apart_by_colour_and_name(report):
    names = report.locator("svg.overlay text.name")
    assert names.all_text_contents() == ["sin(x)", "derivative"]
    colours = report.eval_on_selector_all(
        "svg.overlay path.right", "all => all.map(path => getComputedStyle(path).stroke)"
    )
    assert len(set(colours)) >= 2
    titles = report.locator("figure.curves text.title").all_text_contents()
    assert titles == ["x", "sin(x), derivative"]


def test_a_misconception_is_explained_and_leads_to_its_questions(report):
    row = report.locator("table.slips tbody tr", has_text="Accumulated gradient").first
    assert "Each backward call adds to x.grad" in row.inner_text()
    row.locator("a").first.click()
    assert report.locator("#question-2").get_attribute("open") is not None


def test_names_of_students_stand_before_their_files(report):
    report.fill("#search", "_10020_")
    link = report.locator("#table tbody th a").first
    assert link.inner_text() == "Student 20"
    assert report.inner_text("#table thead th:first-child") == "Student"
    assert "autodiff.ipynb" in report.locator("#table tbody th").first.inner_text()


def test_the_report_says_what_is_asked_in_both_languages(report):
    report.click("#question-1 > summary")
    assert "Exercise q1" in report.inner_text("#question-1 > summary")
    assert "Part 1 is right." in report.inner_text("#question-1")
    report.click("button[data-to=zh]")
    text = report.inner_text("#question-1")
    assert "练习 q1" in text and "第 1 部分正确。" in text and "is right" not in text


def test_an_answers_page_is_reached_searched_and_narrowed(report):
    report.click("#question-2 > summary")
    report.click("#question-2 a.strong")
    report.wait_for_load_state()
    assert "Exercise q2" in report.inner_text("h1")
    every = report.locator(".answer").count()
    report.fill("#search", "retain_graph")
    some = report.locator(".answer:visible").count()
    assert 0 < some < every and report.inner_text("#shown") == f"{some} / {every}"
    report.fill("#search", "nothing like this")
    assert report.is_visible("#nothing") and report.locator(".outcome:visible").count() == 0
    report.fill("#search", "")
    report.check("#wrong")
    states = report.eval_on_selector_all(
        ".outcome:not([hidden])", "all => all.map(o => o.dataset.state)"
    )
    assert states and "solved" not in states
    report.click(".kicker a")
    assert report.inner_text("h1") == "Demo"


def test_students_code_stays_text(visit, out):  # noqa: F811
    for path in sorted((out / "report").glob("answers-*.html")):
        page = visit(path)
        assert re.fullmatch(r"Demo, q\d – Answers 答案", page.title())
        assert page.locator("img, iframe, form, object, embed").count() == 0
        assert page.evaluate("document.scripts.length") == 1
    assert HOSTILE[0] in page.inner_text("main")


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [("desk", "light", "zh"), ("phone", "dark", "en")],
)
@pytest.mark.parametrize(
    "name", ["report/index.html", "report/answers-1.html", "feedback/s00030.html"]
)
def test_axe_finds_nothing_on_pages_with_all_there_is(visit, out, name, size, scheme, language):  # noqa: F811
    from axe_playwright_python import sync_playwright as axe

    page = visit(out / name, size, color_scheme=scheme, bypass_csp=True)
    page.click(f"button[data-to={language}]")
    page.evaluate("for (const all of document.querySelectorAll('details')) all.open = true")
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_on_a_phone_a_submission_is_a_card(visit, out):  # noqa: F811
    page = visit(out / "report" / "index.html", "phone")
    card = page.locator("#table tbody tr").first.bounding_box()
    assert card["width"] <= SIZES["phone"][0] and card["height"] > 80
    page.click("#table th[data-key=score] button")
    assert page.get_attribute("#table th[data-key=score]", "aria-sort") == "ascending"
    assert page.locator("#table [role=row]").count() > 50


def test_feedback_is_in_one_language_at_a_time(visit, tmp_path):  # noqa: F811
    one = next(g for g in GRADED[20:] if g.language == "zh" and "degrees" in str(g.questions))
    path = write_feedback(tmp_path, one, True, "Demo", None, EXERCISES)
    page = visit(path)
    chinese = page.inner_text("main")
    assert "网格被当作角度" in chinese and "The grid was read as degrees" not in chinese
    page.click("button[data-to=en]")
    english = page.inner_text("main")
    assert "The grid was read as degrees" in english and "网格被当作角度" not in english


def test_feedback_shows_the_students_code_beside_the_cause(visit, out):  # noqa: F811
    page = visit(out / "feedback" / "s00030.html")
    both = page.locator(".beside").first
    left, right = (both.locator(f":scope > div >> nth={n}").bounding_box() for n in (0, 1))
    assert right["x"] >= left["x"] + left["width"] and abs(right["y"] - left["y"]) < 5
    assert "def twice" in both.inner_text()
    assert page.locator(".read a").first.get_attribute("href").startswith("https://example.org/q")
    assert "Student 30" in page.inner_text("header")


def test_a_printed_page_shows_code_whole(visit, out):  # noqa: F811
    page = visit(out / "feedback" / "s00030.html")
    page.emulate_media(media="print")
    cut = page.eval_on_selector_all(
        ".listing", "all => all.filter(one => one.scrollHeight > one.clientHeight + 2).length"
    )
    assert cut == 0


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_empty_and_a_small_class_have_pages_that_work(visit, tmp_path, count):  # noqa: F811
    path = tmp_path / "index.html"
    write_class_report(path, sample_gradations(count, hostile=False), "Demo", REFERENCE)
    page = visit(path, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    page.click("button[data-to=zh]")
    assert page.locator("#table").count() == (count > 0)
    assert ("尚无已评分的提交" in page.inner_text("main")) == (count == 0)


def test_a_class_of_two_thousand_is_soon_there(visit, tmp_path):  # noqa: F811
    path = tmp_path / "report" / "index.html"
    write_class_report(path, sample_gradations(2000), "Demo", REFERENCE, exercises=EXERCISES)
    assert path.stat().st_size < 1_500_000
    page = visit(path)
    page.click("#question-3 > summary")
    page.click("#question-3 button[data-part=part]")
    assert 0 < shown(page) < 2000
    answers = visit(path.with_name("answers-1.html"))
    assert answers.evaluate("document.querySelectorAll('*').length") < 12_000


def test_what_stands_out_leads_on(report):
    findings = report.locator(".findings")
    findings.locator("button[data-misconception]").click()
    assert 0 < shown(report) < COUNT and report.input_value("#slip") != ""
    findings.locator("button[data-low]").click()
    report.select_option("#slip", "")
    assert all(text == "–" or float(text) < 13 for text in column(report, 2))
    findings.locator("a").first.click()
    assert report.locator("details.question[open]").count() == 1
