"""Texts of a student's that stand for types are evaluated as that, and never run."""

import inspect
import typing

import pytest

from autograder.scoring.hints import evaluate, only_names
from tests.running import grade_doctests, outcomes

HARMLESS = {
    "int": int, "list[int]": list[int], "dict[str, list[float]]": dict[str, list[float]],
    "int | None": int | None, "typing.Optional[int]": typing.Optional[int],  # noqa: UP045
    "tuple[int, ...]": tuple[int, ...], "typing.Callable[[int], str]": typing.Callable[[int], str],
}  # fmt: skip
RUNNING = [
    "__import__('os').getpid()", "print()", "(lambda: 1)()", "[x for x in (1,)]", "9 ** 9 ** x",
    "int.__subclasses__", "f'{int}'", "int if print() else str", "(x := int)", "lambda: int",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_names_of_types_are_what_they_name(text):
    assert evaluate(text, {"typing": typing}) == HARMLESS[text]
    assert evaluate(compile(text, "", "eval"), {"typing": typing}) == HARMLESS[text]


@pytest.mark.parametrize("text", RUNNING)
def test_what_does_more_is_refused(text):
    for expression in (text, compile(text, "", "eval")):
        with pytest.raises(NameError):
            evaluate(expression, {"x": 9})


def test_the_standard_library_evaluates_so_while_a_test_case_runs_and_no_longer():
    ran = []

    def f(x: "ran.append(1)"):
        pass

    f.__globals__["ran"] = ran
    with only_names():
        for hints in (typing.get_type_hints, lambda f: inspect.get_annotations(f, eval_str=True)):
            with pytest.raises(NameError):
                hints(f)
    assert not ran
    inspect.get_annotations(f, eval_str=True)
    assert ran == [1]
    del f.__globals__["ran"]


def test_a_students_text_is_not_run_beside_the_tests(engine):
    cell = """
class Item:
    name: "__import__('builtins').__dict__.update(autograder_ran=1)"
    size: "int"
class Plain:
    size: "int"
"""
    asked = """>>> import typing, builtins
>>> try: _ = typing.get_type_hints(Item)
... except Exception: pass
>>> hasattr(builtins, "autograder_ran")
False"""
    plain = ">>> import typing\n>>> typing.get_type_hints(Plain)\n{'size': <class 'int'>}"
    graded = grade_doctests(engine, cell, [(asked, None), (plain, None)], foreign=True)
    assert outcomes(graded) == [True, True]


@pytest.mark.parametrize("text", ["|".join(["int"] * 400), "int" + " " * 2_000, "(" * 500 + "int"])
def test_a_text_longer_than_any_type_is_no_name_of_one(text):
    with pytest.raises((NameError, SyntaxError)):
        evaluate(text, {"int": int})
    assert evaluate("int|None", {"int": int}) == int | None
