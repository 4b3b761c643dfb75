"""Captured errors are accepted where the library raised them, and refused under the right name."""

import sys

import numpy as np
import pytest
import torch

from autograder import probes
from autograder.checks import errors, library_errors
from tests.wall.test_captures import RAISED, TWICE, error_in_cell

VECTOR = "v = torch.ones(3, requires_grad=True)\n"
DIVIDE = "A = torch.arange(20.0).reshape(5, 4)\nA / A.sum(axis=1)"
GENUINE = {
    "second backward": (errors.SECOND_BACKWARD, TWICE),
    "second torch.autograd.grad": (
        errors.SECOND_BACKWARD,
        VECTOR + "y = v @ v\ntorch.autograd.grad(y, v)\ntorch.autograd.grad(y, v)",
    ),
    "second torch.autograd.backward": (
        errors.SECOND_BACKWARD,
        VECTOR + "y = v @ v\ntorch.autograd.backward(y)\ntorch.autograd.backward(y)",
    ),
    "inside functions and with": (
        errors.SECOND_BACKWARD,
        "def f():\n    " + TWICE.replace("\n", "\n    ") + "\nwith torch.enable_grad():\n    f()",
    ),
    "vector": (errors.VECTOR_BACKWARD, VECTOR + "(2 * v).backward()"),
    "gradient of the wrong shape": (
        errors.GRADIENT_SHAPE,
        VECTOR + "(2 * v).backward(gradient=torch.ones(2))",
    ),
    "no graph": (errors.NO_GRAD_FN, "torch.ones(()).backward()"),
    "integers": (errors.INTEGER_GRADIENT, "torch.tensor(3, requires_grad=True)"),
    "rows": (errors.SIZE_MISMATCH, DIVIDE),
    "rows by a function": (
        errors.SIZE_MISMATCH,
        "A = torch.ones(5, 4)\ntorch.div(A, torch.sum(A, 1))",
    ),
    "a power": (errors.SIZE_MISMATCH, "torch.ones(5, 4) ** torch.ones(5)"),
    "rounded division": (errors.SIZE_MISMATCH, "torch.ones(5, 4) // torch.ones(5)"),
    "broadcast tensors": (
        errors.SIZE_MISMATCH,
        "torch.broadcast_tensors(torch.ones(5, 4), torch.ones(5))",
    ),
    "broadcast shapes": (errors.SIZE_MISMATCH, "torch.broadcast_shapes((5, 4), (5,))"),
    "length": (errors.LENGTH_OF_SCALAR, "len(torch.tensor(3))"),
    "matrix norm": (errors.MATRIX_NORM, "torch.linalg.norm(torch.ones(2, 3, 4), ord=2)"),
    "Frobenius norm": (errors.MATRIX_NORM, "torch.linalg.norm(torch.ones(2, 3, 4), 'fro')"),
    "a subclass": (errors.Known("RuntimeError", "singular"), "torch.linalg.inv(torch.zeros(2, 2))"),
    "a base class of Python's": (errors.Known("ArithmeticError", "zero"), "1 / 0"),
    "NumPy": (
        errors.Known("ValueError", "dimensions", ("numpy",)),
        "np.linalg.norm(np.ones((2, 3, 4)), 'fro')",
    ),
}


SIGNATURES = {
    "torch.add": None,
    "torch.mul": "other-operands",
    "torch.Tensor.add": "other-operands",
    "torch.ones(()).add": "other-operands",
    "torch.Tensor.add_": "other-operands",
    "'torch.add'": "wrong-error-type",
}


@pytest.mark.parametrize("asked", SIGNATURES)
def test_a_missing_signature_is_that_of_the_function_asked_for(asked):
    error = error_in_cell(f"import inspect\ninspect.signature({asked})")
    if SIGNATURES[asked] is None:
        errors.require_said(error, library_errors.NO_SIGNATURE, "signature_error")
        return
    with pytest.raises(AssertionError, match=rf"^\[({SIGNATURES[asked]})\]") as told:
        errors.require_said(error, library_errors.NO_SIGNATURE, "signature_error")
    assert "shape" not in str(told.value)


MEANS = {
    "pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}).mean()": True,
    "pd.Series(['x', 'y']).agg('mean')": True,
    "np.mean(pd.Series(['x', 'y']))": True,
    "pd.DataFrame({'a': ['x', 'y']}).apply(lambda c: c.mean())": True,
    "pd.Series(['x', 'y']) - pd.Series(['x', 'y']).mean()": True,
    "pd.Series(['x', 'y']) + 1": False,
    "pd.Series(['x', 1]).sum()": False,
    "sum(['x', 'y'])": False,
    "'x' + 1": False,
}


@pytest.mark.parametrize("way", MEANS)
def test_the_mean_of_texts_comes_from_a_mean(way):
    error = error_in_cell(f"import pandas as pd\n{way}")
    if MEANS[way]:
        errors.require_said(error, library_errors.TEXT_MEAN, "mean_error")
        errors.require_raised(error, library_errors.TEXT_MEAN, "mean_error", [])
    else:
        with pytest.raises(AssertionError, match=r"^\[another-operation\]"):
            errors.require_said(error, library_errors.TEXT_MEAN, "mean_error")


ROWS = errors.Known(
    "RuntimeError",
    r"tensor a .4. must match the size of tensor b .5. at non-singleton dimension 1",
    (errors.OWN_LINE,),
    ("/", "div"),
    kin="must match the size of tensor b",
    shapes=(((5, 4), (5,)),),
    right="A / A.sum(axis=1)",
)
SAID = {  # what was run, and the slug of the refusal
    "the expression": ("A / A.sum(axis=1)", None),
    "on several lines": ("(A /\n A.sum(axis=1))", None),
    "in place": ("A /= A.sum(axis=1)", None),
    "in a function": ("def f(A):\n    return A / A.sum(1)\nf(A)", None),
    "by a function": ("torch.div(A, A.sum(axis=1))", None),
    "by a method": ("A.div_(A.sum(axis=1))", None),
    "amid others": ("1 + 2 * (A / A.sum(axis=1))", None),
    "a difference": ("A - A.sum(axis=1)", "another-operation"),
    "a difference by a method": ("A.sub(A.sum(axis=1))", "another-operation"),
    "a comparison": ("A == A.sum(axis=1)", "another-operation"),
    "other shapes": ("torch.ones(2) / torch.ones(3)", "other-operands"),
    "the same shapes": ("torch.ones(5, 4) / torch.ones(5)", None),
    "other shapes of the same words": ("torch.ones(3, 4) / torch.ones(5)", "other-operands"),
    "another dimension": ("torch.ones(4) / torch.ones(5)", "other-operands"),
    "the other way round": ("A.sum(axis=1) / A", "other-operands"),
    "another complaint": ("A @ A", "wrong-message"),
    "another type": ("A / B", "wrong-error-type"),
}


@pytest.mark.parametrize("case", SAID)
def test_shapes_dimension_and_operation_belong_to_what_an_error_says(case):
    source, slug = SAID[case]
    error = error_in_cell("A = torch.arange(20.0).reshape(5, 4)\n" + source)
    if slug is None:
        errors.require_said(error, ROWS, "q_error")
        errors.require_raised(error, ROWS, "q_error", [source])
    else:
        with pytest.raises(AssertionError, match=rf"^\[{slug}\] .+ ‖ "):
            errors.require_said(error, ROWS, "q_error")


MESSAGE = (
    "The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1"
)
UNTRACED = {  # a notebook's cells -> whether it makes such an exception itself
    "by assertRaises": (["with case.assertRaises(RuntimeError) as caught:\n    A / B"], False),
    "a copy": (["q_error = copy.copy(caught)", "assert 'size of tensor' in str(q_error)"], False),
    "another exception is made": (["raise ValueError('shapes')", "RuntimeError('else')"], False),
    "never raised": ([f"q_error = RuntimeError({MESSAGE!r})"], True),
    "from a name": (["words = input()\nq_error = RuntimeError(words)"], True),
    "put together": (["e = builtins.RuntimeError('The size of tensor a (%d) must' % 4)",
                      "q_error = RuntimeError('The size of tensor ' + tail)"], True),
}  # fmt: skip


@pytest.mark.parametrize("case", UNTRACED)
def test_an_error_without_a_traceback_is_taken_at_its_word(case):
    sources, made = UNTRACED[case]
    error = RuntimeError(MESSAGE)
    errors.require_said(error, ROWS, "q_error")
    if made:
        with pytest.raises(AssertionError, match=r"^\[hand-raised\]"):
            errors.require_raised(error, ROWS, "q_error", sources)
    else:
        errors.require_raised(error, ROWS, "q_error", sources)


NORM_OF_X = {
    "torch.linalg.norm(X, ord='fro')": "fro",
    "torch.linalg.norm(X, 'nuc')": "nuc",
    "torch.linalg.norm(X, ord=-2)": -2,
    "torch.linalg.norm(X, ord='foo')": "foo",
    "torch.linalg.norm(X,\n    ord=0)": 0,
    "torch.linalg.norm(X, ord=torch.inf)": ...,
    "kinds = ['fro']\ntorch.linalg.norm(X, ord=kinds[0])": ...,
}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python tells only the line")
@pytest.mark.parametrize("source", NORM_OF_X)
def test_a_literal_argument_of_the_call_that_raised(source):
    error = errors.require_said(
        error_in_cell("X = torch.ones(2, 3, 4)\n" + source), errors.MATRIX_NORM, "q_error"
    )
    assert errors.argument(error, 1, "ord") == NORM_OF_X[source]


def slug_of(found, known):
    with pytest.raises(AssertionError, match=r"^\[([a-z-]+)\] .+ ‖ ") as caught:
        errors.require_known(found, known, "q_error")
    message = str(caught.value)
    assert "q_error" in message and known.pattern not in message
    return message[1:].partition("]")[0]


@pytest.mark.parametrize("case", GENUINE)
def test_a_genuine_error_is_accepted(case):
    known, source = GENUINE[case]
    error = error_in_cell(source)
    assert errors.require_known(error, known, "q_error").is_a(known.type)
    errors.require(probes.captured(error), known.type, known.pattern, "q_error")


CALLERS = {  # who calls the operation, with its arguments, and keeps what it raises as e
    "an executor": "e = ThreadPoolExecutor(1).submit({}).exception()",
    "an executor's result": """
try: ThreadPoolExecutor(1).submit({}).result()
except Exception as error: e = error
""",
    "an executor's map": """
try: list(ThreadPoolExecutor(1).map(lambda _: call({}), [0]))
except Exception as error: e = error
""",
    "asyncio": """
async def run(): return await asyncio.gather(asyncio.to_thread({}), return_exceptions=True)
e = asyncio.run(run())[0]
""",
    "a timer": """
seen = []
threading.excepthook = lambda told: seen.append(told.exc_value)
def timer(f, *args): return threading.Timer(0, f, args)
t = timer({}); t.start(); t.join(); threading.excepthook = threading.__excepthook__
e = seen[0]
""",
    "a scheduler": """
s = sched.scheduler()
def enter(f, *args): s.enter(0, 1, f, args)
enter({})
try: s.run()
except Exception as error: e = error
""",
    "an exit stack": """
try:
    with contextlib.ExitStack() as stack: stack.callback({})
except Exception as error: e = error
""",
    "a partial": """
try: functools.partial({})()
except Exception as error: e = error
""",
}
OPERATIONS = {
    "operator.truediv, torch.ones(5, 4), torch.ones(5)": errors.ROW_SUMS,
    "torch.div, torch.ones(5, 4), torch.ones(5)": errors.ROW_SUMS,
    "operator.add, torch.ones(2, 3), torch.ones(3, 2)": errors.RECTANGLE,
    "torch.linalg.norm, torch.ones(2, 3, 4), 'fro'": errors.MATRIX_NORM,
    "torch.broadcast_shapes, (5, 4), (5,)": errors.SIZE_MISMATCH,
    "bool, torch.ones(2) < 2": library_errors.MANY_TRUTHS,
    "torch.tensor, np.array([1, 'a'], dtype=object)": library_errors.OBJECT_ARRAY,
    "y.backward": errors.SECOND_BACKWARD,
}
HANDED = """
import asyncio, contextlib, functools, operator, sched, threading
from concurrent.futures import Future, ThreadPoolExecutor
def call(f, *args): return f(*args)
v = torch.ones(3, requires_grad=True)
y = v @ v
y.backward()
"""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("caller", CALLERS)
def test_it_does_not_matter_who_calls_the_operation(caller, operation):
    known = OPERATIONS[operation]
    source = HANDED + CALLERS[caller].format(operation) + "\nraise LookupError from e"
    error = probes.captured(error_in_cell(source).__cause__)
    errors.require_known(error, known, "q_error")
    errors.require_said(error, known, "q_error")
    errors.require_raised(error, known, "q_error", [source])


MADE = {
    "raised in an executor": (
        "def f(): raise RuntimeError(words)\ne = ThreadPoolExecutor(1).submit(f).exception()"
    ),
    "raised by exec in an executor": (
        "e = ThreadPoolExecutor(1).submit(exec, 'raise RuntimeError(words)', globals()).exception()"
    ),
    "kept by a future": (
        "f = Future(); f.set_exception(RuntimeError(words))\n"
        "try: f.result()\nexcept RuntimeError as error: e = error"
    ),
    "thrown into a context": (
        "@contextlib.contextmanager\ndef keep(): yield\n"
        "try:\n    with keep(): raise RuntimeError(words)\nexcept RuntimeError as error: e = error"
    ),
    "told to torch in an executor": (
        "e = ThreadPoolExecutor(1).submit(torch._check, False, lambda: words).exception()"
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_a_copy_is_refused_whoever_hands_it_on(case):
    source = HANDED + f"words = {WORDS!r}\n{MADE[case]}\nraise LookupError from e"
    error = probes.captured(error_in_cell(source).__cause__)
    assert slug_of(error, errors.SIZE_MISMATCH) in ("hand-raised", "wrong-place")


WORDS = "size of tensor a (4) must match the size of tensor b (5)"
TELL_TORCH = f"torch._check(False, lambda: '{WORDS}')"


@pytest.mark.parametrize("case", RAISED)
def test_a_copy_raised_by_hand_is_refused(case):
    known = errors.Known("RuntimeError", "x|1|size", (errors.NO_RAISE,))
    assert slug_of(error_in_cell(RAISED[case]), known) in ("hand-raised", "wrong-place")


WRONG = {
    "nothing": ("no-error", lambda: None),
    "no answer yet": ("no-error", lambda: ...),
    "text": ("no-error", lambda: "RuntimeError: " + WORDS),
    "class": ("no-error", lambda: RuntimeError),
    "module": ("no-error", lambda: torch),
    "array": ("no-error", lambda: np.zeros(3)),
    "never raised": ("hand-raised", lambda: RuntimeError(WORDS)),
    "raised by torch when told": ("hand-raised", lambda: error_in_cell(TELL_TORCH)),
    "another type": ("wrong-error-type", lambda: error_in_cell("1 / 0")),
    "another type by hand": ("wrong-error-type", lambda: error_in_cell("raise ValueError")),
    "a namesake": (
        "wrong-error-type",
        lambda: error_in_cell(
            f"class RuntimeError(Exception): pass\nraise RuntimeError('{WORDS}')"
        ),
    ),
    "another complaint": ("wrong-message", lambda: error_in_cell("torch.ones(2) @ torch.ones(3)")),
    "from another place": (
        "wrong-place",
        lambda: error_in_cell(
            "import torch.nn.functional as F\n"
            "F.l1_loss(torch.ones(5, 4), torch.ones(5), reduction='none')"
        ),
    ),
    "after another error": (
        "swallowed",
        lambda: error_in_cell(
            "try:\n    undefined\nexcept NameError:\n" + "    " + DIVIDE.replace("\n", "\n    ")
        ),
    ),
}


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("case", WRONG)
def test_another_answer_is_called_by_its_name(case):
    slug, make = WRONG[case]
    assert slug_of(make(), errors.SIZE_MISMATCH) == slug


@pytest.mark.parametrize("known", [errors.SECOND_BACKWARD, errors.VECTOR_BACKWARD])
def test_one_error_is_not_taken_for_another(known):
    for case, (other, source) in GENUINE.items():
        if other is not known:
            slug = slug_of(error_in_cell(source), known)
            assert slug in ("wrong-error-type", "wrong-message"), case


SECRETS = {
    "message": "raise ValueError('the hidden input')",
    "type": "raise type('the hidden input', (Exception,), {})",
    "function": (
        "def f(): undefined\nf.__code__ = f.__code__.replace(co_name='the hidden input')\nf()"
    ),
    "context": (
        "try:\n    raise type('the hidden input', (Exception,), {})\n"
        "except Exception:\n    undefined"
    ),
}


@pytest.mark.parametrize("case", SECRETS)
@pytest.mark.parametrize("type", ["Exception", "TypeError"])
def test_a_message_repeats_nothing_that_the_students_code_chose(case, type):
    with pytest.raises(AssertionError) as caught:
        errors.require(error_in_cell(SECRETS[case]), type, "not defined", "q_error", "torch")
    assert "hidden" not in str(caught.value)
