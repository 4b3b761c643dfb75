"""A source that could not be graded rightly is refused, with the place and the repair."""

import pytest

from autograder.build.source import load_source, questions
from autograder.errors import BuildError
from tests.build.sources import changed, load_tiny, with_entry, without, write_source

OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["41"]}
REFUSED = {
    "no points": (changed("q1-values", "points: 3\n", ""), ("question q1", "no points", "points:")),
    "points in words": (changed("q1-values", "points: 3", "points: many"), ("q1", "no points")),
    "points that are no number": (
        changed("q1-values", "points: 3", "points: .nan"), ("q1", "no points")),
    "points that are true": (changed("q1-values", "points: 3", "points: yes"), ("q1", "no points")),
    "a message that is a number": (
        changed("q1-values", "failure_message:", "failure_message: 3\nunused:"),
        ("q1", "failure_message is no text")),
    "no Chinese prompt": (without("q2-prompt-zh"), ("question q2", '"zh"', '"lang": "zh"')),
    "no English prompt": (without("q2-prompt-en"), ("question q2", '"en"', '"lang": "en"')),
    "id given twice": (with_entry("q2-names", id="q1-names"), ('"q1-names" is given twice',)),
    "id missing": (with_entry("q2-names", id=""), ("has no id",)),
    "outputs": (with_entry("setup", outputs=[OUTPUT]), ("cell setup", "clear all outputs")),
    "unknown language": (
        with_entry("title-zh", metadata={"lang": "fr"}), ("cell title-zh", "language mark")),
    "double quote": (
        changed("q1-values", '"Every disc', "'Every \"disc\""  + " ‖ x'\nunused: \""),
        ("question q1", "success_message", "double quote")),
    "one language only": (
        changed("q2-values", " ‖ 这就是下一个数。", ""), ("q2", "success_message", "both")),
    "no hidden test": (
        changed("q2-values", "hidden: true", "hidden: false"), ("question q2", "no hidden test")),
    "hidden test without message": (
        changed("q1-values", "failure_message:", "unused:"), ("question q1", "failure_message:")),
    "public test with our package": (
        changed("q1-names", "    assert", "    from autograder import probes\n    assert"),
        ("question q1", "public test", "autograder package")),
    "question without name": (changed("q1-begin", "name: q1", ""), ("without name", "name:")),
    "two questions of a name": (changed("q2-begin", "q2", "q1"), ("question q1", "two")),
    "broken settings": (changed("q2-begin", "name: q2", "name: [q2"), ("no YAML", "[q2")),
    "settings in words": (changed("q2-begin", "name: q2", "just words"), ("key: value",)),
    "another assignment's name": (changed("config", "name: tiny", "name: big"), ("name: tiny",)),
    "no assignment settings": (without("config"), ("ASSIGNMENT CONFIG",)),
    "no questions": (
        {**load_tiny(), "cells": load_tiny()["cells"][:4]}, ("no questions", "BEGIN QUESTION")),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_a_faulty_source_is_refused_with_place_and_repair(tmp_path, fault):
    notebook, told = REFUSED[fault]
    path = write_source(tmp_path, notebook) / "tiny.ipynb"
    with pytest.raises(BuildError) as caught:
        load_source(path)
    message = str(caught.value)
    assert "\n" not in message and "tiny.ipynb" in message
    for part in told:
        assert part in message


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [4]}', "words"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, text):
    path = tmp_path / "tiny.ipynb"
    path.write_text(text)
    with pytest.raises(BuildError, match="tiny.ipynb"):
        load_source(path)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(BuildError, match=r"tiny\.ipynb: no source notebook"):
        load_source(tmp_path / "tiny.ipynb")


def test_questions_hold_prompts_tests_and_solutions(tmp_path):
    path = write_source(tmp_path, load_tiny()) / "tiny.ipynb"
    first, second = questions(load_source(path)["cells"])
    assert (first["name"], second["name"]) == ("q1", "q2")
    assert first["prompts"] == ["en", "zh"]
    assert [config["points"] for config, _ in first["tests"]] == [0, 3]
    assert second["solution"] == ["following = start + 1  # SOLUTION"]
