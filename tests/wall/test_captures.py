"""Captured errors say who raised them: the library's own code, an own line, or an own ``raise``."""

import linecache
import sys
from types import FunctionType

import numpy as np
import pytest
import torch

from autograder.wall.captures import captured

GRAPH = sys.modules["torch.autograd.graph"].__file__


def error_in_cell(source, filename="<ipython-input-1-abc>"):
    """Run a cell's source and return the exception that it raises."""
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    try:
        exec(compile(source, filename, "exec"), {"torch": torch, "np": np, "__name__": "__main__"})
    except Exception as error:
        error.__traceback__ = error.__traceback__.tb_next  # without this helper's own frame
        return error
    raise AssertionError("nothing was raised")


TWICE = "v = torch.ones(3, requires_grad=True)\ny = v @ v\ny.backward()\ny.backward()\n"
PLACES = {
    "autograd's engine": (TWICE, "torch/autograd/graph.py", "_engine_run_backward", "torch"),
    "torch in Python": ("len(torch.tensor(1))", "torch/_tensor.py", "__len__", "torch"),
    "numpy behind a dispatcher": (
        "np.linalg.norm(np.ones((2, 3, 4)), 'fro')",
        "numpy/linalg/_linalg.py",
        "norm",
        "numpy",
    ),
    "standard library": ("import json\njson.loads('{')", "json/decoder.py", "raw_decode", "python"),
    "operator": ("A = torch.ones(5, 4)\nA / A.sum(axis=1)", "<cell>", "<module>", None),
    "own function": ("def f():\n    return [][0]\nf()", "<cell>", "f", None),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_frame_that_raised_is_named(case):
    source, file, function, library = PLACES[case]
    error = captured(error_in_cell(source))
    frame = error.innermost()
    assert (frame.file, frame.function, frame.library) == (file, function, library)
    assert not error.raised_by_hand
    assert error.library_frame() == (frame if library else None)
    assert error.frames[0].file == "<cell>"


RAISED = {
    "raise": "raise RuntimeError('x')",
    "raise over two lines": "raise RuntimeError(\n    'x'\n)",
    "raise in a function": "def f():\n    raise RuntimeError('x')\nlist(map(lambda _: f(), [1]))",
    "raise in a handler": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise RuntimeError('x')",
    "exec": "exec('raise RuntimeError(1)')",
    "eval of a throw": "(_ for _ in ()).throw(RuntimeError('x'))",
    "throw into a running generator": (
        "def g():\n    yield 1\ni = g()\nnext(i)\ni.throw(RuntimeError('x'))"
    ),
    "a future's result": (
        "from concurrent.futures import Future\nf = Future()\n"
        "f.set_exception(RuntimeError('x'))\nf.result()"
    ),
    "cut traceback": (
        "try:\n    torch.ones(2) @ torch.ones(3)\nexcept RuntimeError as error:\n"
        "    raise error.with_traceback(None)"
    ),
}


@pytest.mark.parametrize("case", [case for case in RAISED if case != "a future's result"])
def test_an_own_raise_is_by_hand(case):
    assert captured(error_in_cell(RAISED[case])).raised_by_hand


GENUINE = {
    "bare raise": ("try:\n    torch.ones(2) @ torch.ones(3)\nexcept RuntimeError:\n    raise"),
    "raise again": (
        "try:\n    torch.ones(2) @ torch.ones(3)\nexcept RuntimeError as error:\n    raise error"
    ),
    "finally": "try:\n    torch.ones(2) @ torch.ones(3)\nfinally:\n    done = True",
    "with": "with torch.no_grad():\n    torch.ones(2) @ torch.ones(3)",
    "behind an if that could raise": (
        "x = 1\nif x == 2: raise ValueError\ntorch.ones(2) @ torch.ones(3)"
    ),
    "lambda and raise on one line": "(lambda: torch.ones(2) @ torch.ones(3))()",
}


@pytest.mark.parametrize("case", GENUINE)
def test_an_operator_s_error_stays_genuine(case):
    error = captured(error_in_cell(GENUINE[case]))
    assert not error.raised_by_hand and error.library_frame() is None


def test_an_error_that_was_never_raised_is_by_hand():
    error = captured(RuntimeError("Trying to backward through the graph a second time"))
    assert error.raised_by_hand and error.frames == ()


def _forged(module_name):
    source = "def _engine_run_backward():\n    raise RuntimeError('a second time')\n"
    space = {"__name__": module_name}
    exec(compile(source, GRAPH, "exec"), space)
    return space["_engine_run_backward"]


def test_a_forged_file_name_makes_no_library_frame():
    with pytest.raises(RuntimeError) as caught:
        _forged("torch.autograd.graph")()
    frame = captured(caught.value).innermost()
    assert frame.file == "torch/autograd/graph.py" and frame.library is None and frame.is_raise


def test_a_copied_code_object_is_not_the_library_s():
    fake = _forged("x")
    copy = FunctionType(fake.__code__.replace(co_firstlineno=800), {})
    with pytest.raises(RuntimeError) as caught:
        copy()
    assert captured(caught.value).library_frame() is None


def test_message_notes_bases_and_chain_are_kept():
    class Odd(ValueError):
        """An error whose text cannot be read."""

        def __str__(self):
            raise RuntimeError

    error = Odd()
    error.__notes__ = ["look here"]
    error.__cause__, error.__context__ = KeyError(1), OSError()
    found = captured(error)
    assert found.is_a("ValueError") and found.is_a("Exception") and not found.is_a("KeyError")
    assert found.message == "(the message cannot be read)" and found.notes == ("look here",)
    assert (found.cause, found.context) == ("KeyError", "OSError")


def test_a_class_named_like_a_builtin_is_not_the_builtin():
    error = captured(error_in_cell("class RuntimeError(Exception): pass\nraise RuntimeError"))
    assert error.type == "__main__.RuntimeError"
    assert not error.is_a("RuntimeError") and error.is_a("__main__.RuntimeError")


def test_a_deep_recursion_keeps_both_ends():
    frames = captured(error_in_cell("def f():\n    f()\nf()")).frames
    assert len(frames) == 30 and frames[0].function == "<module>" and frames[-1].function == "f"


@pytest.mark.parametrize("notes", [None, 3, [object()]])
def test_odd_notes_do_no_harm(notes):
    error = ValueError("x")
    error.__notes__ = notes
    assert captured(error).message == "x"


def test_the_source_of_what_raised_is_kept():
    frame = captured(error_in_cell("x = 1\nx / 0\n")).innermost()
    assert (frame.line, frame.text) == (2, "x / 0")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python tells only the line")
def test_the_source_is_that_of_the_expression():
    frame = captured(error_in_cell("x = 1\ny = '变' and (x +\n     x / 0) * 2\n")).innermost()
    assert (frame.line, frame.text) == (3, "x / 0")
