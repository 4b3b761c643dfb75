"""Tests that know nothing of the wall run against a student's objects in another process."""

import pytest

from tests.running import assignment, grade, messages, outcomes, test_file

IMPORTS = "import torch, numpy as np\nimport matplotlib.pyplot as plt"
CONTROL_FLOW = """
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b
"""
CASES = {
    "a_scalar_can_be_differentiated": (
        "def f(a):\n    return (a * a).sum()",
        "def case(f):\n    import torch\n    a = torch.tensor([1., 2.], requires_grad=True)\n"
        "    d = f(a)\n    d.backward()\n    assert a.grad.tolist() == [2., 4.]",
    ),
    "control_flow_gives_d_over_a": (
        CONTROL_FLOW,
        "def case(f):\n    import torch\n    for s in (3.0, -0.5):\n"
        "        a = torch.tensor(s, requires_grad=True)\n        d = f(a)\n        d.backward()\n"
        "        assert torch.isclose(a.grad, d.detach() / a.detach())",
    ),
    "a_vector_takes_weights": (
        "def f(a):\n    return a ** 2",
        "def case(f):\n    import torch\n    a = torch.tensor([1., 2.], requires_grad=True)\n"
        "    f(a).backward(gradient=torch.tensor([1., 10.]))\n    assert a.grad.tolist() == [2., 40.]",
    ),
    "third_derivatives_cross": (
        "def f(x):\n    return x ** 4",
        "def case(f):\n    import torch\n    x = torch.tensor(2., requires_grad=True)\n    y = f(x)\n"
        "    for _ in range(3):\n        (y,) = torch.autograd.grad(y, x, create_graph=True)\n"
        "    assert y.item() == 48.",
    ),
    "what_a_call_changed_is_fetched_again": (
        "n = 0\ndef bump():\n    global n\n    n += 1",
        "def case(env, bump):\n    assert (env['n'], env['n']) == (0, 0)\n    bump()\n"
        "    assert env['n'] == 1",
    ),
    "all_that_the_notebook_defines_is_looked_through": (
        "n, words, f = 3, ['a'], abs\nclass Duck: pass",
        "def case(env):\n    found = {k for k, v in env.items() if isinstance(v, (int, list))}\n"
        "    assert {'n', 'words'} <= found and len(env) == len(list(env)) == len(env.keys())\n"
        "    assert ['a'] in [v for v in env.values() if type(v) is list] and {**env}['n'] == 3\n"
        "    assert env.keys() >= {'n', 'f', 'Duck'} and env.copy()['words'] == ['a'] and env\n"
        "    assert any(isinstance(v, type) and k == 'Duck' for k, v in env.items())",
    ),
    "what_a_call_drew_is_looked_at_again": (
        f"{IMPORTS}\nfig, ax = plt.subplots()\ndef more():\n    ax.plot([0, 1], [0, 1])",
        "def case(ax, more):\n    from autograder.probes import drawing\n"
        "    assert len(drawing(ax).curves) == len(drawing(ax).curves) == 0\n    more()\n"
        "    assert len(drawing(ax).curves) == 1",
    ),
    "many_calls_are_one_question": (
        "def f(x, k=1):\n    if x < 0:\n        raise ValueError('negative')\n    return k * x",
        "def case(f):\n    from autograder import probes\n"
        "    assert probes.results(f, [(1,), (2,)], k=3) == [3, 6]\n"
        "    first, second = probes.errors_of(f, [(1,), (-1,)])\n"
        "    assert first is None and second.is_a('ValueError')",
    ),
    "the_identity_keeps_its_graph": (
        "def f(x):\n    return x",
        "def case(f):\n    import torch\n    x = torch.tensor([3.], requires_grad=True)\n"
        "    (f(x) * 2).sum().backward()\n    assert x.grad.tolist() == [2.]",
    ),
    "several_results_share_a_graph": (
        "def f(x, y):\n    return {'s': x + y, 'p': [x * y]}",
        "def case(f):\n    import torch\n    x = torch.tensor(2., requires_grad=True)\n"
        "    y = torch.tensor(5., requires_grad=True)\n    r = f(x, y)\n"
        "    (r['s'] + r['p'][0]).backward()\n    assert (x.grad.item(), y.grad.item()) == (6., 3.)",
    ),
    "a_function_that_calls_backward_fills_the_gradient": (
        "def f(x):\n    (x * x).backward()",
        "def case(f):\n    import torch\n    x = torch.tensor(3., requires_grad=True)\n    f(x)\n"
        "    assert x.grad.item() == 6.",
    ),
    "a_second_backward_fails_as_in_one_process": (
        "x = torch.ones(2, requires_grad=True)\ny = (x * x).sum()\ny.backward()\n"
        "try:\n    y.backward()\nexcept RuntimeError as e:\n    err = e",
        "def case(err, x):\n    assert isinstance(err, RuntimeError)\n"
        "    assert 'second time' in str(err)\n    assert x.grad.tolist() == [2., 2.]",
    ),
    "errors_arrive_as_their_own_type": (
        "def f(x):\n    raise KeyError('nothing there')",
        "def case(f):\n    try:\n        f(1)\n    except KeyError as e:\n"
        "        assert 'nothing there' in str(e)\n    else:\n        assert False",
    ),
    "axes_answer_isinstance_and_getters": (
        "fig, ax = plt.subplots()\nax.plot([1, 2], [3, 4], label='l')\nax.set_title('T')",
        "def case(fig, ax):\n    from matplotlib.axes import Axes\n"
        "    from matplotlib.figure import Figure\n"
        "    assert isinstance(ax, Axes) and isinstance(fig, Figure)\n"
        "    assert ax.get_title() == 'T' and len(ax.get_lines()) == 1\n"
        "    assert list(ax.get_lines()[0].get_ydata()) == [3, 4]",
    ),
    "functions_cross_as_their_text": (
        "def twice(f, x):\n    return f(f(x))",
        "def case(twice):\n    from autograder import probes\n"
        "    assert twice(probes.function('x ** 2 + 1'), 2) == 26",
    ),
    "missing_names_are_none_and_values_local": (
        "n = 3\nt = (1, 2.5, 'x')\nz = np.float32(2)",
        "def case(n, t, z, nowhere):\n    import numpy as np\n    assert nowhere is None\n"
        "    assert n == 3 and t == (1, 2.5, 'x') and type(z) is np.float32",
    ),
    "the_environment_is_a_mapping": (
        "n = 3",
        "def case(env):\n    assert 'n' in env and env['n'] == 3 and 'zz' not in env\n"
        "    assert 'n' in list(env)",
    ),
    "In_holds_the_cells_that_the_scorer_ran": (
        "In = ['forged']",
        "def case(In):\n    assert In[-1] == \"In = ['forged']\", In",
    ),
    "probes_run_where_the_objects_live": (
        "x = torch.ones(2, requires_grad=True)\ny = (x.sin() * 2).sum()\ndef f(v):\n    return v.sin()",
        "def case(x, y, f):\n    from autograder import probes\n    assert probes.graph_nodes(y) == 4\n"
        "    assert probes.state(y).is_leaf is False and probes.state(x).is_leaf is True\n"
        "    assert probes.gradient(f, 0.0).item() == 1.0\n"
        "    assert 'sin' in probes.operations(f, __import__('torch').ones(1))",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_otter_test_passes_over_the_wall(engine, name):
    cell, case = CASES[name]
    gradation = grade(engine, assignment(q1=test_file("q1", case)), IMPORTS, (cell, "q1"))
    assert outcomes(gradation) == [True], messages(gradation)


@pytest.mark.parametrize("name", CASES)
def test_the_same_otter_test_passes_in_one_process(name):
    from autograder.scoring.formats.exceptions import ExceptionTests

    cell, case = CASES[name]
    namespace = {"In": ["", cell]}
    exec(f"{IMPORTS}\n{cell}", namespace)
    if name.startswith("In_"):
        namespace["In"] = ["", cell]
    tests = ExceptionTests.from_string(test_file("q1", case))
    tests.run(namespace)
    assert [result.passed for result in tests.test_case_results] == [True]


@pytest.mark.parametrize("cell", [
    "x = float('nan')", "class F(float):\n    __eq__ = lambda a, b: True\n    __hash__ = None\nx = F(0)",
    "class A:\n    __eq__ = lambda a, b: True\nx = A()", "x = torch", "x = print", "x = int", "x = ...",
    "class T(torch.Tensor):\n    __eq__ = lambda a, b: True\nx = torch.tensor(0.).as_subclass(T)",
    "import unittest.mock\nx = unittest.mock.ANY",
])  # fmt: skip
def test_a_lying_value_equals_nothing(engine, cell):
    tests = assignment(q1=test_file("q1", "def case(x):\n    assert x == 5"))
    assert outcomes(grade(engine, tests, IMPORTS, (cell, "q1"))) == [False]


@pytest.mark.parametrize("case", [
    "for k, v in env.items():\n        assert not isinstance(v, dict), k",
    "assert not any(type(v) is dict for v in env.values())",
    "assert not [k for k in env if k.startswith('helper')]",
    "assert len(env) < 1 or not env",
    "assert {} == {k: v for k, v in env.copy().items() if type(v) is dict}",
])  # fmt: skip
def test_what_a_notebook_must_not_define_is_found_whatever_looks_for_it(engine, case):
    tests = assignment(q1=test_file("q1", f"def case(env):\n    {case}"))
    assert outcomes(grade(engine, tests, ("helper = {'a': 1}", "q1"))) == [False]
