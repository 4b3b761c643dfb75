"""A function that a test hands over is answered on the test's side, whatever differentiates it."""

import re

import msgpack
import pytest
import torch

from autograder import probes
from autograder.wall import oracles
from tests import running
from tests.running import assignment, grade, outcomes

HEAD = """
from autograder import probes
import torch

def slopes(q):
    def f(x):
        away = x - x.detach()
        return torch.sin(2 * x) * x + sum(k * away**i for i, k in enumerate(q, 1))
    return probes.oracle(f)

def known(x, n, q):
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = slopes(q).function(t)
    for _ in range(n):
        (y,) = torch.autograd.grad(y, t, create_graph=True)
    return y.item()
"""
CASE = """
def case(answer):
    for n in range(1, {orders} + 1):
        q = (0.5, -0.25, 0.125, 0.75)
        found = probes.results(answer, [(slopes(q), 0.7, n)])[0]
        assert abs(float(found) - known(0.7, n, q)) < {near}
"""
# Ways to the n-th derivative at a number, and how many orders they can do.
WAYS = {
    "autograd.grad": ("""
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        y, = torch.autograd.grad(y, t, create_graph=True)
    return y""", 4),
    "backward": ("""
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = f(t)
    for _ in range(n):
        t.grad = None
        y.backward(create_graph=True)
        y = t.grad
    return y.item()""", 4),
    "torch.func.grad": ("""
    for _ in range(n):
        f = torch.func.grad(f)
    return f(torch.tensor(x))""", 4),
    "jacfwd": ("""
    for _ in range(n):
        f = torch.func.jacfwd(f)
    return f(torch.tensor(x))""", 3),
    "jacrev": ("""
    for _ in range(n):
        f = torch.func.jacrev(f)
    return f(torch.tensor(x))""", 3),
    "hessian": ("""
    f = torch.func.hessian(f) if n == 2 else torch.func.grad(f)
    return f(torch.tensor(x))""", 2),
    "autograd.functional": ("""
    there = torch.tensor([x])
    g = lambda t: f(t[0])
    if n == 2:
        return torch.autograd.functional.hessian(g, there)[0, 0]
    return torch.autograd.functional.jacobian(g, there)[0]""", 2),
    "vectorised jacobian": ("""
    return torch.autograd.functional.jacobian(f, torch.tensor([x]), vectorize=True)[0, 0]""", 1),
    "vectorised jacobian of itself": ("""
    there, jacobian = torch.tensor([x]), torch.autograd.functional.jacobian
    g = f
    for _ in range(n):
        g = lambda t, g=g: jacobian(g, t, create_graph=True, vectorize=True).reshape(1)
    return g(there)""", 3),
    "batches of weights": ("""
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        y = torch.autograd.grad(
            y, t, torch.ones(1), is_grads_batched=True, create_graph=True)[0][0]
    return y""", 4),
    "vmap": ("""
    return torch.func.vmap(torch.func.grad(f))(torch.tensor([x, 2 * x]))[0]""", 1),
    "forward-mode duals": ("""
    import torch.autograd.forward_ad as fw
    with fw.dual_level():
        dual = fw.make_dual(torch.tensor(x), torch.tensor(1.0))
        return fw.unpack_dual(f(dual)).tangent""", 1),
    "checkpoint": ("""
    from torch.utils.checkpoint import checkpoint
    t = torch.tensor(x, requires_grad=True)
    checkpoint(f, t, use_reentrant=False).backward()
    return t.grad""", 1),
    "a thread": ("""
    from threading import Thread
    t = torch.tensor(x, requires_grad=True)
    worker = Thread(target=lambda: f(t).backward())
    worker.start(), worker.join()
    return t.grad""", 1),
    "a vector of one": ("""
    t = torch.tensor([x], requires_grad=True)
    y = f(t)
    for _ in range(n):
        y, = torch.autograd.grad(y.sum(), t, create_graph=True)
    return y""", 4),
    "after looking at neighbours": ("""
    with torch.no_grad():
        f(torch.tensor(x + 0.1)), f(torch.tensor(x)).detach().numpy()
    t = torch.tensor(x, requires_grad=True)
    f(t).backward()
    return t.grad""", 1),
    "half precision": ("""
    t = torch.tensor(x, dtype=torch.float16, requires_grad=True)
    f(t).backward()
    return t.grad""", 1),
}  # fmt: skip


def _file(text: str) -> str:
    """Return a test file whose cases are the functions called case, one and two."""
    mark = "@test_case(points=1, hidden=True)\n"
    decorated = re.sub(r"^(?=def (?:case|one|two)\()", mark, text, flags=re.MULTILINE)
    return running.HEAD.format(name="q1") + decorated


def _way(name):
    return "import torch\ndef answer(f, x, n):" + WAYS[name][0]


@pytest.mark.parametrize("name", WAYS)
def test_every_way_of_autograd_is_right_across_the_wall_and_without_one(name, engine):
    orders, near = WAYS[name][1], 0.02 if "half" in name else 1e-4
    case = HEAD + CASE.format(orders=orders, near=near)
    tests = assignment(q1=_file(case))
    assert outcomes(grade(engine, tests, (_way(name), "q1"))) == [True]
    here: dict = {}
    exec(HEAD + CASE.format(orders=orders, near=near) + _way(name), here)
    here["case"](here["answer"])


DIFFERENCES = {
    "central differences": """
    h = 1e-3
    g = lambda t: f(torch.tensor(t, dtype=torch.float64)).item()
    if n == 1:
        return (g(x + h) - g(x - h)) / (2 * h)
    return (g(x + h) - 2 * g(x) + g(x - h)) / h**2""",
    "differences of a real first derivative": """
    def d(at):
        t = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        f(t).backward()
        return t.grad.item()
    return d(x) if n == 1 else (d(x + 1e-4) - d(x - 1e-4)) / 2e-4""",
    "torch.floor replaced": """
    torch.floor = lambda t: t
    h = 1e-4
    g = lambda t: f(torch.tensor(t, dtype=torch.float64)).item()
    return (g(x + h) - g(x - h)) / (2 * h)""",
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_never_see_the_secret_slopes(name, engine):
    case = HEAD + CASE.format(orders=2, near=1e-3)
    tests = assignment(q1=_file(case))
    code = "import torch\ndef answer(f, x, n):" + DIFFERENCES[name]
    assert outcomes(grade(engine, tests, (code, "q1"))) == [False]


WALK = """
from autograder import probes
import torch

def case(answer):
    kept = probes.oracle(lambda x: (x * x).sum(), saves=True)
    gone = probes.oracle(lambda x: (x * x).sum(), saves=False)
    first, second = probes.returned_errors(answer, [(kept, torch.ones(3)), (gone, torch.ones(3))])
    assert "second time" in first.message and first.innermost().function == "_engine_run_backward"
    assert second is None
    assert kept.forwards() == 1 and [asked.order for asked in gone.asked] == [0, 1, 1]
"""
TWICE = """
def answer(f, x):
    leaf = x.clone().requires_grad_()
    y = f(leaf)
    y.backward()
    try:
        y.backward()
    except RuntimeError as error:
        return error
"""


def test_a_second_walk_fails_in_torchs_own_place_where_something_is_saved(engine):
    tests = assignment(q1=_file(WALK))
    assert outcomes(grade(engine, tests, (TWICE, "q1"))) == [True]


UNANSWERED = {
    "a function kept from an earlier test": ("kept = []\ndef answer(f):\n    kept.append(f)\n"
        "    return float(kept[0](torch.tensor(1.0)))", [True, False]),
    "a fork of the notebook": ("""
import os
def answer(f):
    reader, writer = os.pipe()
    if not os.fork():
        try:
            f(torch.tensor(1.0))
            os.write(writer, b"told")
        except RuntimeError:
            os.write(writer, b"refused")
        os._exit(0)
    os.wait()
    assert os.read(reader, 9) == b"refused"
    return float(f(torch.tensor(1.0)))
""", [True, True]),
    "a thread that comes too late": ("""
from threading import Thread
from time import sleep
def late(f):
    sleep(0.2)
    f(torch.tensor(1.0))
def answer(f):
    Thread(target=late, args=(f,), daemon=True).start()
    return float(f(torch.tensor(1.0)))
""", [True, True]),
    "a function kept for a later test": ("""
kept = []
def answer(f):
    kept.append(f)
    try:
        return float(kept[0](torch.tensor(1.0)))
    except ReferenceError as error:
        return 3 if "earlier call" in str(error) else 0
""", [True, True]),
    "no tensor": ("def answer(f):\n    return f(1.0)", [False, False]),
    "more questions than a test answers": (
        "def answer(f):\n    return [float(f(torch.tensor(1.0))) for _ in range(5000)][-1]",
        [False, False]),
    "an order beyond all reason": ("""
def answer(f):
    t = torch.tensor(1.0, requires_grad=True)
    y = f(t)
    for _ in range(12):
        y, = torch.autograd.grad(y, t, create_graph=True)
    return float(y)
""", [False, False]),
    "a stop in the midst of a question": ("""
import signal, os
def answer(f):
    for i in range(100):
        os.kill(os.getpid(), signal.SIGINT)
    return float(f(torch.tensor(1.0)))
""", [False, False]),
}  # fmt: skip
TWO = """
from autograder import probes
import torch

def one(answer):
    assert answer(probes.oracle(lambda x: 2 * x)) == 2

def two(answer):
    assert answer(probes.oracle(lambda x: 3 * x)) == 3
"""


@pytest.mark.parametrize("name", UNANSWERED)
def test_a_function_is_answered_only_while_its_test_asks(name, engine):
    code, expected = UNANSWERED[name]
    tests = assignment(q1=_file(TWO))
    gradation = grade(engine, tests, ("import torch\n" + code, "q1"))
    assert outcomes(gradation) == expected


def test_no_expression_crosses(engine):
    code = """
import gc
def answer(f):
    seen = [o for o in gc.get_objects() if isinstance(o, str) and "1234" in o]
    return 0 if seen or hasattr(f, "expression") else 2
"""
    text = TWO.replace("2 * x)", "2 * x + 0 * 1234567)").replace("two(answer)", "two()")
    text = text.replace("    assert answer(probes.oracle(lambda x: 3 * x)) == 3", "    pass")
    tests = assignment(q1=_file(text))
    assert outcomes(grade(engine, tests, (code, "q1"))) == [True, True]


def test_the_transcript_holds_every_point():
    f = probes.oracle(lambda x: x**3)
    leaf = torch.tensor(2.0, requires_grad=True)
    f(leaf).backward()
    assert [(a.order, a.inputs[0].item()) for a in f.asked] == [(0, 2.0), (1, 2.0)]
    assert leaf.grad == 12


REPLACED = """
try:
    from autograder import probes
    for name in list(probes.PROBES):
        probes.PROBES[name] = lambda *args, **kwargs: 2
except (ImportError, OSError):
    pass
def answer(f):
    return 3
"""
ASKING = """
from autograder import probes

def case(answer):
    assert probes.results(answer, [(1,)]) == [3]
    (told,) = probes.together((probes.results, answer, [(1,)]))
    assert told == [3]
"""


def test_replacing_our_functions_in_a_notebook_changes_nothing(engine):
    tests = assignment(q1=_file(ASKING))
    assert outcomes(grade(engine, tests, (REPLACED, "q1"))) == [True]
    gone = "import sys\nfound = [name for name in sys.modules if name.startswith('autograder')]"
    count = "answer = lambda x: 3 + len(found)"
    assert outcomes(grade(engine, tests, gone, (count, "q1"))) == [True]


def test_the_time_for_answers_ends_also_within_one_question(monkeypatch):
    monkeypatch.setattr(oracles, "ANSWER_CPU_S", 0.2)
    f, path = oracles.Oracle(lambda x: torch.sin(x) * x), "vvvvvvv"
    inputs = [torch.ones(1024) for _ in range(oracles.arguments(path))]
    answer = oracles.Answers().answer(oracles.pack_question(f.id, path, 1, inputs))
    assert answer == oracles.MARK + msgpack.packb("RuntimeError")
    assert len(f.asked) < 1024


def test_zeros_of_either_sign_are_two_points():
    f = oracles.Oracle(lambda x: 1 / x)
    found = [f.answer("", 0, [torch.tensor(x)])[0].item() for x in (0.0, -0.0, 0.0)]
    assert found == [float("inf"), float("-inf"), float("inf")]


def test_what_traces_a_function_is_told_that_it_cannot():
    oracle = oracles.Oracle(torch.sin)
    with pytest.raises(RuntimeError, match=r"cannot be traced.+jvp"):
        torch.func.linearize(oracle, torch.tensor(0.5))
