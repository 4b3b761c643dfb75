"""Pictures and captured errors are judged over the wall as they are in one process."""

import pytest

from tests.running import assignment, grade, messages, outcomes, test_file

IMPORTS = "import torch, numpy as np\nimport matplotlib.pyplot as plt\nx = np.arange(-5, 5, 0.02)"
PICTURE = test_file(
    "q1",
    "def case(fig):\n"
    "    import numpy as np\n"
    "    from autograder import probes\n"
    "    from autograder.checks import curves\n"
    "    drawn = probes.drawing(fig)\n"
    "    f = curves.require_curve(drawn, np.sin, 'f(x)', others=[np.cos])\n"
    "    df = curves.require_curve(\n"
    "        drawn, np.cos, 'df(x)', others=[np.sin], derivative_of=np.sin)\n"
    "    for curve in (f, df):\n"
    "        curves.require_cover(curve, (-5, 5), 0.05)\n"
    "    curves.require_labels(drawn, f, df)",
)
ERROR = test_file(
    "q1",
    "def case(error):\n"
    "    from autograder.checks import errors\n"
    "    errors.require_known(error, errors.SECOND_BACKWARD, 'error')",
    "def other(f):\n"
    "    from autograder import probes\n"
    "    from autograder.checks import errors\n"
    "    errors.require(probes.error_of(f), 'RuntimeError', 'size of tensor', 'f()', "
    "errors.OWN_LINE)",
)
FIGURE = "fig, ax = plt.subplots()\nax.plot(x, np.sin(x), label='f')\n"
GRADIENTS = "v = torch.tensor(x, requires_grad=True)\ntorch.sin(v).sum().backward()\n"
PICTURES = {
    "right": (GRADIENTS + FIGURE + "ax.plot(x, v.grad, 'k*', label=\"f'\")\nax.legend()", ""),
    "accumulated": (
        FIGURE
        + "v = torch.tensor(0.0, requires_grad=True)\n"
        + "df = []\n"
        + "for at in x:\n"
        + "    v.data.fill_(at)\n"
        + "    torch.sin(v).backward()\n"
        + "    df.append(v.grad.item())\n"
        + "ax.plot(x, df, label='df')\nax.legend()",
        "[accumulated-gradient]",
    ),
    "differences": (
        FIGURE + "ax.plot(x, np.gradient(np.sin(x), x), label='df')\nax.legend()",
        "[finite-differences]",
    ),
    "no legend": (GRADIENTS + FIGURE + "ax.plot(x, v.grad)", "[no-legend]"),
    "no figure": ("fig = 3", "应为 matplotlib"),
}
TWICE = "v = torch.ones(2, requires_grad=True)\ny = v @ v\ny.backward()\n"
CATCH = "try:\n    {}\nexcept RuntimeError as caught:\n    error = caught\n"
ERRORS = {
    "right": (
        TWICE + CATCH.format("y.backward()") + "def f():\n    torch.ones(5, 4) / torch.ones(5)",
        [True, True],
        "",
    ),
    "by hand": (
        CATCH.format("raise RuntimeError('backward through the graph a second time')")
        + "def f():\n    raise RuntimeError('size of tensor a must match the size of tensor b')",
        [False, False],
        "[hand-raised]",
    ),
    "nothing": ("error = None\ndef f():\n    return 1", [False, False], "[no-error]"),
}

DERIVATIVES = test_file(
    "q1",
    "def case(nth):\n"
    "    import torch\n"
    "    from autograder.checks import handed\n"
    "    handed.require_autograd(nth, [(torch.sin, 0.7, 1)])",
    "def on_a_grid(slope):\n"
    "    import numpy as np\n"
    "    import torch\n"
    "    from autograder.checks import handed\n"
    "    handed.require_on_grids(slope, [(torch.sin, np.array([0.3, 0.7]))], slopes=1.5)",
)
# What is computed -> what is said of it, at one number and on a grid.
UNWALKED = {
    "0.0 * t": ["[forward-pass-missing]", "[forward-pass-missing]"],
    "0.0 * f(t)": ["[never-walked-back]", "[finite-differences]"],
    "(f(t + 1e-3) - f(t - 1e-3)) / 2e-3 - torch.cos(t)": ["[finite-differences]"] * 2,
}


@pytest.mark.parametrize("way", UNWALKED)
def test_how_a_derivative_was_found_is_told_by_where_the_function_was_computed(engine, way):
    code = (
        f"def slope(f, xs):\n    t = torch.as_tensor(xs)\n    return torch.cos(t) + {way}\n"
        "def nth(f, x, n):\n    return slope(f, x)"
    )
    gradation = grade(engine, assignment(q1=DERIVATIVES), IMPORTS, (code, "q1"))
    assert [f"[{case.slip}]" for case in gradation.questions[0].cases] == UNWALKED[way]


ORDERS = test_file(
    "q1",
    "def case(nth):\n"
    "    import torch\n"
    "    from autograder.checks import handed\n"
    "    handed.require_orders(nth, [(lambda x: torch.sin(2 * x) * x, 0.4, n) for n in (1, 2, 3)])",
    "def hidden_slopes(nth):\n"
    "    import torch\n"
    "    from autograder.checks import handed\n"
    "    smooth = lambda x: torch.sin(2 * x) * x\n"
    "    handed.require_autograd(nth, [(smooth, 0.4, n) for n in (1, 2, 3)])",
)
WALKED = {  # how the orders are walked, and the slip that it is
    "accumulated-gradient": "    for _ in range(n):\n        y.backward(create_graph=True)\n"
                            "        y = t.grad",
    "power-of-first-derivative": "    y = grad(y, t)[0] ** n",
    "taylor-coefficient": "    for k in range(n):\n"
                          "        y = grad(y, t, create_graph=True)[0] / (k + 1)",
    "one-order-too-many": "    for _ in range(n + 1):\n"
                          "        (y,) = grad(y, t, create_graph=True)",
    "derivative-at-the-derivative": "    for _ in range(n):\n        (t,) = grad(f(t), t)\n"
                                    "        t = t.detach().requires_grad_()\n    y = t",
    "iterated-function": "    for _ in range(1, n):\n        y = f(y)\n    (y,) = grad(y, t)",
    "n-walks": "    y = n * grad(y, t)[0]",
}  # fmt: skip


@pytest.mark.parametrize("slip", WALKED)
def test_what_is_wrong_with_an_order_is_called_the_same_where_slopes_are_hidden(engine, slip):
    code = (
        "from torch.autograd import grad\ndef nth(f, x, n):\n"
        "    t = torch.tensor(x, requires_grad=True, dtype=torch.float64)\n    y = f(t)\n"
        f"{WALKED[slip]}\n    return y"
    )
    gradation = grade(engine, assignment(q1=ORDERS), IMPORTS, (code, "q1"))
    assert [case.slip for case in gradation.questions[0].cases] == [slip] * 2


NUMBERS = test_file(
    "q1",
    "def case(f, made):\n"
    "    from autograder import probes\n"
    "    from autograder.checks import near\n"
    "    for found in (made, *probes.results(f, [()]), probes.effects(f, [()])[0][0]):\n"
    "        near.require_near(found, [[1.0, 2.5]], 1e-6, 'f()')",
)


@pytest.mark.parametrize(
    "made",
    [
        "np.matrix([[1, 2.5]])",
        "np.ma.array([[1, 2.5]])",
        "np.array([[1, 2.5]], dtype=object)",
        "np.array([[1, 2.5]]).view(type('Mine', (np.ndarray,), {}))",
    ],
)
def test_an_array_of_any_class_holds_its_numbers(engine, made):
    code = f"def f():\n    return {made}\nmade = f()"
    gradation = grade(engine, assignment(q1=NUMBERS), IMPORTS, (code, "q1"))
    assert outcomes(gradation) == [True], messages(gradation)


@pytest.mark.parametrize("case", PICTURES)
def test_a_picture(engine, case):
    code, message = PICTURES[case]
    gradation = grade(engine, assignment(q1=PICTURE), IMPORTS, (code, "q1"), language="zh")
    assert outcomes(gradation) == [not message], messages(gradation)
    (case,) = gradation.questions[0].cases
    assert message in (f"[{case.slip}]" if message.startswith("[") else case.message)
    assert not case.message.startswith("[")


@pytest.mark.parametrize("case", ERRORS)
def test_an_error(engine, case):
    code, expected, message = ERRORS[case]
    gradation = grade(engine, assignment(q1=ERROR), IMPORTS, (code, "q1"))
    assert outcomes(gradation) == expected, messages(gradation)
    slips = [f"[{case.slip}]" for case in gradation.questions[0].cases if not case.passed]
    assert slips == [message] * expected.count(False)
