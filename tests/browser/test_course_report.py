"""The course report in a real browser."""

import json
from pathlib import Path

import pytest

from autograder.lms.course import attend
from autograder.lms.roster import Student
from autograder.lms.standing import standings_of
from autograder.reports.course_report import write_course_page
from autograder.reports.course_statistics import measure
from tests.browser.test_reports import SIZES, column, visit  # noqa: F401 - a fixture
from tests.reports.sample_course import sample_parts
from tests.reports.sample_gradations import HOSTILE

pytestmark = pytest.mark.browser

COUNT = 120


def write_page(path: Path, students: int, roster: list[Student] | None = None) -> None:
    parts = sample_parts(students, folder=path.parents[1])
    attendance = attend([part.run for part in parts], roster)
    standings = standings_of([part.run for part in parts], attendance.attendees)
    statistics = measure(parts, attendance.attendees, standings)
    write_course_page(path, "Deep learning", statistics, attendance, standings)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("course") / "course-report" / "index.html"
    write_page(path, COUNT)
    return path


@pytest.fixture
def report(visit, path):  # noqa: F811
    return visit(path)


def data_of(page) -> dict:
    return json.loads(page.text_content("#data"))


def shown(page) -> int:
    return int(page.inner_text("#shown").split()[0].replace(",", ""))


def test_the_table_sorts_searches_and_narrows(report):
    data = data_of(report)
    assert shown(report) == len(data["rows"]) > 100
    report.click("#table th[data-key=total] button")
    assert report.get_attribute("#table th[data-key=total]", "aria-sort") == "ascending"
    report.fill("#search", "王芳 41")
    assert column(report, 1)[0].startswith("王芳 41")
    report.click("#reset")
    report.select_option("#lacking", "2")
    lacking = [row for row in data["rows"] if row[6][2] is None]
    assert shown(report) == len(lacking) > 0
    report.select_option("#reason", "any")
    assert shown(report) == sum(bool(row[5]) for row in lacking)


def test_the_way_of_a_student_opens_by_keyboard_and_shows_each_assignment(report):
    report.fill("#search", "Lee, Ann 40")
    button = report.locator("button[data-way]").first
    button.focus()
    report.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    way = report.locator(".way-box")
    assert way.locator("li").count() == 6 and way.locator("svg path.way").count() >= 1
    assert "Calculus" in way.inner_text() and "q3" in way.inner_text()
    assert report.evaluate("document.activeElement.dataset.way") is not None
    report.keyboard.press("Enter")
    assert report.locator(".way-box").count() == 0


def test_who_may_need_help_leads_to_the_way(report):
    row = report.locator("table.talk tbody tr").first
    name = row.locator("th bdi").first.inner_text()
    row.locator("button").click()
    assert name in report.locator("tr:has(+ .way-row) th").inner_text()
    report.locator("#talk button[data-reason]").first.click()
    reasons = [row[5] for row in data_of(report)["rows"]]
    assert shown(report) == sum(0 in one for one in reasons) > 0


def test_missing_numbers_and_misconceptions_lead_to_their_students(report):
    button = report.locator("button[data-lacking]").first
    count = int(button.evaluate("one => one.firstChild.textContent"))
    button.click()
    assert shown(report) == count
    button = report.locator("button[data-slip]").first
    count = int(button.locator("xpath=../../td[2]").inner_text().split()[0])
    button.click()
    assert shown(report) == count


def test_numbers_lead_to_feedback_and_exercises_to_the_class_report(report, path):
    links = report.eval_on_selector_all("#table td.cell a", "all => all.map(a => a.href)")
    assert links and all(link.startswith(path.parents[1].as_uri()) for link in links)
    assert any("/calculus/feedback/s" in link for link in links)
    exercises = report.eval_on_selector_all("#exercises a", "all => all.map(a => a.href)")
    assert len(exercises) == 30
    assert all("/report/index.html#question-" in link for link in exercises)


def test_the_hardest_exercises_come_first(report):
    report.click("#exercises details summary")
    shares = [int(text.split()[-2]) for text in report.locator(
        "#exercises tbody tr td:nth-of-type(3)").all_inner_texts()]  # fmt: skip
    assert shares == sorted(shares) and len(shares) == 30


def test_hostile_names_are_text(report):
    report.fill("#search", "onerror")
    assert column(report, 1)[0].startswith("<img src=x onerror=")
    assert report.title() == "Deep learning – Course report 课程报告"
    assert report.locator("img, iframe, form, object, embed").count() == 0
    assert len(HOSTILE) <= COUNT


def test_both_languages_are_whole(report):
    report.click("button[data-to=zh]")
    assert report.inner_text("h2#table-head") == "学生"
    assert "Median" not in report.inner_text("main") and "Missing" not in report.inner_text("main")
    assert report.inner_text("#table th[data-key=total]") == "总分"


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [("desk", "light", "en"), ("desk", "dark", "zh"), ("phone", "dark", "en"),
     ("phone", "light", "zh")],
)  # fmt: skip
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(visit, path, size, scheme, language):  # noqa: F811
    from axe_playwright_python import sync_playwright as axe

    page = visit(path, size, color_scheme=scheme, bypass_csp=True)
    page.click(f"button[data-to={language}]")
    page.evaluate("for (const all of document.querySelectorAll('details')) all.open = true")
    page.locator("button[data-way]").nth(20).click()
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_the_printed_page_holds_the_students_and_no_controls(visit, path):  # noqa: F811
    page = visit(path)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table tbody tr").count() == len(data_of(page)["rows"])
    assert page.locator(".controls").is_hidden() and page.locator(".way-button").first.is_hidden()


@pytest.mark.parametrize("students", [0, 1])
def test_an_empty_and_a_tiny_course_have_pages_that_work(visit, tmp_path, students):  # noqa: F811
    path = tmp_path / "course-report" / "index.html"
    write_page(path, students)
    page = visit(path, "phone")
    page.click("button[data-to=zh]")
    assert page.locator("#table").count() == (students > 0)
    assert ("还没有人提交" in page.inner_text("main")) == (students == 0)


def test_two_thousand_students_and_six_assignments_are_soon_there(visit, tmp_path):  # noqa: F811
    path = tmp_path / "course-report" / "index.html"
    write_page(path, 2000)
    assert path.stat().st_size < 1_500_000
    page = visit(path)
    assert page.locator("#table tbody tr").count() == 50
    page.select_option("#reason", "any")
    assert 0 < shown(page) < 2000
    assert page.evaluate("document.querySelectorAll('*').length") < 5_000
