"""One source, two languages: what is shown when a message is read, and what a release keeps."""

import ast

import pytest

from autograder.build.language import keep_language, keep_language_of_tests
from autograder.build.release import make_release
from autograder.checks.answers import describe
from autograder.errors import BuildError
from autograder.languages import localize
from tests.build.sources import load_tiny

MESSAGES = [
    ("Too big. ‖ 太大了。", "en", "Too big."),
    ("Too big. ‖ 太大了。", "zh", "太大了。\nToo big."),
    ("Only English.", "en", "Only English."),
    ("Only English.", "zh", "Only English."),
    ("", "zh", ""),
    ("Head\nOne. ‖ 一。\n\nTwo. ‖ 二。", "en", "Head\nOne.\n\nTwo."),
    ("Head\nOne. ‖ 一。\n\nTwo. ‖ 二。", "zh", "Head\n一。\nOne.\n\n二。\nTwo."),
    ("a‖b without spaces", "zh", "a‖b without spaces"),
    (f"Found {describe(...)}. ‖ 现在是 {describe(...)}。", "en", "Found ... (no answer yet)."),
    (f"Found {describe(...)}. ‖ 现在是 {describe(...)}。", "zh",
     "现在是 ...（尚未作答）。\nFound ... (no answer yet)."),
    (f"Found {describe([None])}. ‖ 实为 {describe([None])}。", "zh",
     "实为 list (None 或未定义)。\nFound list (None / undefined)."),
]  # fmt: skip
TESTS = [
    ("assert a, 'Wrong. ‖ 错了。'", "en", "assert a, 'Wrong.'"),
    ("assert a, 'Wrong. ‖ 错了。'", "zh", "assert a, '错了。'"),
    ("assert a, '[slip] Wrong. ‖ 错了。'", "zh", "assert a, '[slip] 错了。'"),
    ("assert a, f'{a} is wrong ‖ {a} 错了'", "en", "assert a, f'{a} is wrong'"),
    ("assert a, f'{a} is wrong ‖ {a} 错了'", "zh", "assert a, f'{a} 错了'"),
    ("f'{g(\"one ‖ 一\")}!'", "zh", "f'{g(\"一\")}!'"),
    ("f'wrong ‖ 错了 {a:.2f}'", "zh", "f'错了 {a:.2f}'"),
    ("f'wrong {a!r} ‖ 错了'", "zh", "f'错了'"),
    ("@t(points=1, ok='Yes. ‖ 对。')\ndef f(a):\n    pass", "zh",
     "@t(points=1, ok='对。')\ndef f(a):\n    pass"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "shown"), MESSAGES)
def test_a_message_is_shown_in_the_notebooks_language(text, language, shown):
    assert localize(text, language) == shown


@pytest.fixture
def german(monkeypatch):
    """A third language beside the two."""
    from autograder import languages
    from autograder.build import language

    for module in (languages, language):
        monkeypatch.setattr(module, "LANGUAGES", ("en", "zh", "de"))


THREE = "[slip] Wrong. ‖ 错了。 ‖ Falsch."


def test_a_third_language_shows_its_part_or_else_english(german):
    assert localize(THREE, "de") == "[slip] Falsch.\nWrong."
    assert localize(THREE, "zh") == "[slip] 错了。\nWrong."
    assert localize("Wrong. ‖ 错了。", "de") == "Wrong."
    assert keep_language_of_tests(f"assert a, '{THREE}'", "de") == "assert a, '[slip] Falsch.'\n"
    assert keep_language_of_tests("assert a, 'Wrong. ‖ 错了。'", "de") == "assert a, 'Wrong.'\n"
    joined = "assert a, f'{a} wrong ‖ {a} 错了 ‖ {a} falsch'"
    assert keep_language_of_tests(joined, "de") == "assert a, f'{a} falsch'\n"
    assert (
        keep_language_of_tests("assert a, f'{a} wrong ‖ {a} 错了'", "de")
        == "assert a, f'{a} wrong'\n"
    )


def test_a_language_without_its_start_page_is_named():
    with pytest.raises(
        BuildError, match=r"no 'de' texts: add them to release\.py and .*README\.de"
    ):
        make_release("tiny", "de", {})


@pytest.mark.parametrize(("source", "language", "kept"), TESTS)
def test_a_public_test_keeps_the_releases_language(source, language, kept):
    cut = keep_language_of_tests(source, language)
    assert ast.dump(ast.parse(cut)) == ast.dump(ast.parse(kept))


def test_a_test_in_one_language_stays_byte_for_byte():
    source = "assert  a ,'Wrong.'  # as written\n"
    assert keep_language_of_tests(source, "zh") == source


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_a_notebook_keeps_unmarked_cells_and_those_of_its_language(language, other):
    notebook = load_tiny()
    names = [cell["id"] for cell in keep_language(notebook, language)["cells"]]
    assert f"title-{language}" in names and f"title-{other}" not in names
    assert names == [cell["id"] for cell in notebook["cells"]
                     if cell["metadata"].get("lang") in (None, language)]  # fmt: skip
