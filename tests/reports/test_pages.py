import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.model import CellOutput, Gradation, Noticed, QuestionResult, Status, TestCaseOutcome
from autograder.reports import pages as pages_module
from autograder.reports.class_report import write_class_report
from autograder.reports.exercises import Exercise, title_of
from autograder.reports.explanations import EXPLANATIONS, explanation
from autograder.reports.feedback import write_feedback
from autograder.reports.inert import inert, inert_name
from autograder.reports.strings import STATUSES, TEXTS
from tests.reports.sample_gradations import HOSTILE, REFERENCE, sample_gradations

ALLOWED = {"html", "head", "meta", "title", "style", "body", "script"}


class Elements(HTMLParser):
    """Collects what a browser would build: start tags with attributes, script texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.styles, self._inside = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self.styles.append(data)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "index.html"
    write_class_report(path, sample_gradations(120), HOSTILE[2], REFERENCE)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(report, tmp_path_factory):
    folder = tmp_path_factory.mktemp("feedback")
    write_class_report(folder / "report" / "index.html", sample_gradations(120), HOSTILE[2])
    answers = sorted((folder / "report").glob("answers-*.html"))
    assert len(answers) == 2
    texts = [report, *(path.read_text(encoding="utf-8") for path in answers)]
    for gradation in sample_gradations(40):
        path = write_feedback(folder, gradation, True, HOSTILE[0], REFERENCE)
        texts.append(path.read_text(encoding="utf-8"))
    return texts


def test_no_hostile_text_becomes_markup(pages):
    for page in pages:
        tags = Elements(page).tags
        assert not {tag for tag, _ in tags} & {
            "img",
            "iframe",
            "object",
            "b",
            "form",
            "base",
            "link",
        }
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
        assert not [a for _, a in tags if (a.get("href") or "").startswith("javascript:")]


def test_the_policy_allows_exactly_the_scripts_and_styles_of_the_page(pages):
    for page in pages:
        elements = Elements(page)
        policy = next(a["content"] for t, a in elements.tags if a.get("http-equiv"))
        (style,) = elements.styles
        *data, script = elements.scripts
        for content in (style, script):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert all(json.loads(text) for text in data)
        assert not [a for _, a in elements.tags if "style" in a]


def test_nothing_is_loaded_from_elsewhere(pages):
    for page in pages:
        for tag, attributes in Elements(page).tags:
            assert "src" not in attributes
            assert tag != "link"
            address = attributes.get("href") or "#"
            assert address.startswith(("#", "../feedback/")) or re.fullmatch(
                r"index\.html|answers-\d+\.html", address
            )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_invisible_is_left_in_a_students_text(text):
    shown = inert(text)
    assert not re.search(
        "[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        shown,
    )
    assert shown.encode("utf-8")


def test_what_is_hidden_is_named():
    assert inert("a\u202eb") == "a⟨U+202E⟩b"
    assert inert_name("a\nb\tc") == "a⟨U+000A⟩b⟨U+0009⟩c"
    assert inert("line\r\nnext") == "line\nnext"
    assert len(inert("x" * 10_000, 50)) == 51
    assert inert("naïve 王芳 👩‍🔬 é") == "naïve 王芳 👩‍🔬 é"


def test_every_text_has_both_languages_with_the_same_values():
    fields = re.compile(r"{(\w+)}")
    for key, (english, chinese) in TEXTS.items():
        assert english and chinese, key
        assert sorted(fields.findall(english)) == sorted(fields.findall(chinese)), key
        assert re.search("[\u4e00-\u9fff]", chinese) or key == "points", key
    assert set(STATUSES) == set(Status)


@pytest.mark.parametrize(
    "message",
    [
        "Trying to backward through the graph a second time (or directly access saved tensors",
        "grad can be implicitly created only for scalar outputs",
        "The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1",
        "len() of a 0-d tensor",
        "Only Tensors of floating point and complex dtype can require gradients",
        "element 0 of tensors does not require grad and does not have a grad_fn",
    ],
)
def test_errors_of_the_exercises_are_explained(message):
    english, chinese = explanation(message)
    assert english and chinese


def test_an_unknown_error_is_not_explained():
    assert explanation("x" * 100_000) is None
    assert len(EXPLANATIONS) == len({pattern for pattern, *_ in EXPLANATIONS})


def hidden_failure(slip=None):
    cases = (
        TestCaseOutcome("q5 - 1", True, False, 1.0, "The names are there."),
        TestCaseOutcome("q5 - 2", False, True, 2.0, "expected 0.1234567", slip),
    )
    curves = {"q5": REFERENCE["q5"][:1]}
    question = QuestionResult("q5", 1.0, 3.0, cases)
    return Gradation(
        "s", "s.ipynb", "", "x", Status.COMPLETED, questions=(question,), curves=curves
    )


def test_before_release_hidden_tests_and_expected_curves_stay_hidden(tmp_path):
    page = write_feedback(tmp_path, hidden_failure(), False, "x", REFERENCE).read_text()
    assert "0.1234567" not in page
    assert "expected shape" not in page
    assert "The names are there." in page
    assert "A further check did not pass" in page


def test_before_release_a_recognised_misconception_is_still_explained(tmp_path):
    page = write_feedback(tmp_path, hidden_failure("degrees"), False).read_text()
    assert "Degrees" in page and "把弧度当角度" in page


def test_what_was_noticed_is_told_to_the_instructor_alone(tmp_path):
    told = (Noticed("changed", "torch.floor", 4, 2, f"torch.floor = {HOSTILE[0]}"),)
    case = TestCaseOutcome("q1 - 1", True, True, 1.0, reported=True)
    given = Gradation(
        "a", "a.ipynb", "0", "demo", Status.COMPLETED, noticed=told,
        questions=(QuestionResult("q1", 1.0, 1.0, (case,)),),
    )  # fmt: skip
    assert Gradation.from_dict(json.loads(json.dumps(given.as_dict()))).noticed == told
    write_class_report(tmp_path / "index.html", [given], "Demo")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "torch.floor is changed (cell 4, line 2" in page and HOSTILE[0] not in page
    assert TEXTS["reported"][0] in page
    assert "torch.floor" not in write_feedback(tmp_path, given).read_text("utf-8")


def test_one_cause_is_told_once_with_its_count(tmp_path):
    lesson = "The columns sum to 1, not the rows."
    cases = (
        TestCaseOutcome("q6 - 1", False, True, 1.0, f"Wrong for rectangles.\n{lesson}", "columns"),
        TestCaseOutcome("q6 - 2", False, True, 1.0, f"Wrong for squares.\n{lesson}", "columns"),
        TestCaseOutcome(
            "q6 - 3", False, True, 1.0, "Wrong for squares.\nAnother one.", "total-sum"
        ),
    )
    question = QuestionResult("q6", 0.0, 3.0, cases)
    gradation = Gradation("a", "a", "", "x", Status.COMPLETED, questions=(question,))
    page = write_feedback(tmp_path, gradation).read_text("utf-8")
    assert page.count(lesson) == 1 and "×2" in page
    assert "Wrong for rectangles." in page and page.count("Another one.") == 1


def test_after_release_everything_is_shown(tmp_path):
    page = write_feedback(tmp_path, hidden_failure(), True, "x", REFERENCE).read_text()
    assert "0.1234567" in page and "expected shape" in page


def test_a_submission_that_was_not_graded_shows_no_mark(tmp_path):
    fault = replace(hidden_failure(), status=Status.NOT_GRADED, questions=(), reason="secret place")
    page = write_feedback(tmp_path, fault).read_text()
    assert "This submission has no mark" in page
    assert "secret place" not in page


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_tiny_class_makes_a_report(tmp_path, count):
    write_class_report(tmp_path / "index.html", sample_gradations(count), "x")
    assert (tmp_path / "index.html").stat().st_size > 10_000


def test_curves_without_finite_points_are_drawn_as_nothing(tmp_path):
    plain = {"artist": "line", "axes": 0, "x": [1, 2]}
    nothing = {**plain, "label": "n", "y": [None, None]}
    curves = {"q5": [nothing, {**plain, "label": "huge", "y": [1e308, -1e308]}]}
    gradation = replace(hidden_failure(), curves=curves)
    page = write_feedback(tmp_path, gradation, True).read_text()
    write_class_report(tmp_path / "index.html", [gradation], "x")
    assert (
        "nan" not in page.split("<svg", 1)[1]
        and "inf" not in page.split('class="chart drawing"')[1][:3000]
    )


def test_a_missing_import_is_said_above_the_questions_and_counted_for_the_class(tmp_path):
    failed = CellOutput(error="ModuleNotFoundError: No module named 'd2l'", lost=("torch",))
    cause = "Cell 1 could not import everything ‖ 第 1 个单元导入失败"
    gradation = replace(hidden_failure(), outputs=(failed,), notes=(cause,))
    page = write_feedback(tmp_path, gradation).read_text("utf-8")
    assert page.index("Cell 1 could not import everything") < page.index('id="question-1"')
    class_page = tmp_path / "report.html"
    write_class_report(class_page, [gradation, gradation, hidden_failure()], "Course")
    text = class_page.read_text("utf-8")
    assert "Notebooks that failed in a cell with imports: 2. No module named" in text
    assert "d2l" in text


def test_a_formula_in_a_title_is_plain_text():
    exercises = {"q1": Exercise(("$m$ groups of $n$ throws", "$m$ 组，每组 $n$ 次"))}
    assert title_of(exercises, "q1") == ("m groups of n throws", "m 组，每组 n 次")
    costs = {"q1": Exercise((r"It costs 5$ and \$x\$", ""))}
    assert title_of(costs, "q1")[0] == r"It costs 5$ and \$x\$"


def test_lists_are_written_with_the_comma_of_their_language():
    """In Chinese, 、 stands between entries: no template writes the other one outright."""
    templates = sorted((Path(pages_module.__file__).parent / "templates").glob("*.html"))
    assert templates
    for template in templates:
        assert not re.findall(r"not loop\.last %\}\s*,", template.read_text()), template.name
