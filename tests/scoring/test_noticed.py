"""What a notebook changes of what the grader relies on is told with its line, and costs nothing."""

import pytest

from autograder.model import Cell, Limits, Noticed, Status
from autograder.sandbox import tripwire
from autograder.scoring.noticed import find_noticed
from autograder.scoring.usage import Usage
from tests.running import assignment, grade, messages, outcomes, test_file

PROBING = """
def test_name(f):
    import torch
    from autograder.probes import operations
    assert "cos" not in operations(f, torch.ones(1))
"""
CALLING = """
def test_value(f):
    assert f(1) == 2
"""
TESTS = assignment(q1=test_file("q1", CALLING, PROBING))
ANSWER = "def f(x):\n    return x + 1"
FIND = """import sys
frame = sys._getframe()
while 'ASKED' not in frame.f_globals:
    frame = frame.f_back
"""
CHANGES = {
    "torch.floor": "import torch\ntorch.floor = lambda x: x",
    "torch.Tensor.__eq__": "import torch\ntorch.Tensor.__eq__ = lambda a, b: True",
    "torch.Tensor.add": "import torch\ntorch.Tensor.add = lambda a, b: a",
    "torch.func.grad": "import torch.func\nvars(torch.func)['grad'] = len",
    "numpy.exp": "import numpy as np\nsetattr(np, 'exp', np.log)",
    "builtins.isinstance":
        "import builtins\nbuiltins.isinstance = lambda a, b, old=isinstance: old(a, b)",
    "torch.functional.einsum.__code__":
        "import torch\ntorch.functional.einsum.__code__ = (lambda *a: 0).__code__",
    "autograder.sandbox.child.ASKED":
        FIND + "frame.f_globals['ASKED'] = {'operations': lambda f, *args: ()}",
    "autograder.wall.calls.count_nodes.__code__":
        FIND + "frame.f_globals['probes'].calls.count_nodes.__code__ = (lambda *a: 1).__code__",
}  # fmt: skip
REACHES = {
    "gc.get_objects": "import gc\n\nx = gc.get_objects()",
    "sys._getframe": "import sys\n\nx = sys._getframe()",
    "inspect": "import inspect\n\nx = inspect.currentframe().f_back",
    "ctypes.dlopen": "import ctypes\n\nx = ctypes.CDLL(None)",
    "open": "pass\n\nx = open('/proc/self/maps')",
}
HONEST = """import matplotlib.pyplot as plt
import numpy as np, pandas as pd, torch, warnings, collections, dataclasses, traceback
%matplotlib inline
import inspect
inspect.signature(lambda a, b=2: a), inspect.getfullargspec(len), inspect.signature(torch.nn.Linear)
np.set_printoptions(precision=3), torch.set_printoptions(precision=3)
torch.set_default_dtype(torch.float64), torch.manual_seed(1), np.random.seed(1)
plt.rcParams['figure.figsize'] = (3, 2)
Point = collections.namedtuple('Point', 'x y')
class Mine(torch.Tensor):
    def __add__(self, other):
        return super().__add__(other)
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x
    @staticmethod
    def backward(ctx, g):
        return g
torch.Tensor.described = lambda self: 'new'
@dataclasses.dataclass
class Data:
    a: int = 1
    def __eq__(self, other):
        return True
x = torch.arange(3., requires_grad=True)
(x ** 2).sum().backward()
try:
    x.sum().backward(torch.ones(2))
except RuntimeError as error:
    traceback.format_exc()
torch.func.grad(lambda x: (x ** 3).sum())(x.detach())
torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), x.detach())
pd.DataFrame({'a': [1, 2]}).describe()
warnings.warn('one')
plt.plot(np.linspace(0, 1, 5)); plt.legend(['a']); plt.show()
%timeit -n1 -r1 1
!true
"""


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_changed_is_told_with_its_line_and_costs_nothing(engine, name):
    found = grade(engine, TESTS, CHANGES[name], ANSWER)
    (told,) = [one for one in found.noticed if one.kind == "changed"]
    assert told.what == name
    assert (told.cell, told.text) == (1, CHANGES[name].splitlines()[-1].strip())
    assert found.questions[0].cases[0].passed
    assert found.gradescope["extra_data"]["noticed"][0]["cell"] == 1


@pytest.mark.parametrize("name", REACHES)
def test_what_only_a_forger_touches_is_told_with_its_line(engine, name):
    (told,) = grade(engine, TESTS, ANSWER, REACHES[name]).noticed
    assert (told.kind, told.cell, told.line) == ("reached", 2, 3)


def test_an_ordinary_notebook_is_not_listed(engine):
    found = grade(engine, TESTS, ANSWER, HONEST, limits=Limits(cell_s=60, wall_s=90))
    assert [output.error for output in found.outputs] == [None, None]
    assert not found.noticed and outcomes(found) == [True, True]


@pytest.mark.parametrize("line", [
    "torch.func.linearize(square, torch.ones(2))",
    "torch.jit.trace(square, torch.ones(2))",
    "torch.fx.symbolic_trace(square)",
    "torch.vmap(torch.func.hessian(square))(torch.ones(2))",
    "from torch.fx.experimental.proxy_tensor import make_fx; make_fx(square)(torch.ones(2))",
])  # fmt: skip
def test_what_torch_itself_replaces_is_not_listed(engine, line):
    found = grade(engine, TESTS, ANSWER, f"import torch\nsquare = lambda x: x * x\n{line}\n")
    assert [output.error for output in found.outputs] == [None, None]
    assert not found.noticed


@pytest.mark.parametrize("line", ["%matplotlib inline", "import matplotlib; matplotlib.use('agg')"])
def test_a_notebook_that_draws_a_figure_is_not_listed(engine, line):
    drawn = f"{line}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()"
    assert not grade(engine, TESTS, ANSWER, drawn).noticed


def test_a_test_case_that_rests_on_reports_says_so(engine):
    found = grade(engine, TESTS, ANSWER)
    assert [case.reported for case in found.questions[0].cases] == [False, True]
    assert found.gradescope["extra_data"]["as_reported_by_the_notebook"] == ["q1 - 2"]


@pytest.mark.parametrize(("scope", "may"), [("0", True), ("1", True), ("2", False), ("x", False)])
def test_where_the_system_forbids_to_look_the_layer_is_missing(scope, may, tmp_path, monkeypatch):
    (tmp_path / "scope").write_text(f"{scope}\n")
    monkeypatch.setattr(tripwire, "YAMA", str(tmp_path / "scope"))
    assert tripwire.can_look() is may


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("y = torch.floor(x)\ntorch.floor = f", 2),
        ("torch.floor == 1\nsetattr(torch, 'floor', f)", 2),
        ("def g():\n    pass\n\ndef floor(x):\n    return x", 4),
        ("vars(torch).update({'flo' + 'or': f})\n# torch", 1),
        ("nothing = 1", 0),
    ],
)
def test_the_line_is_the_one_that_most_likely_does_it(source, line):
    usage = Usage(Status.COMPLETED, "", 0.0, 0.0, 0.0, True, ("torch.floor",))
    (told,) = find_noticed([Cell(source)], [usage, usage])
    assert told == Noticed("changed", "torch.floor", bool(line), line, told.text)


LOOKS = """import signal
def owners(f, depth=3):
    cells = getattr(f, '__closure__', None) or ()
    held = [f, *(getattr(cell, 'cell_contents', None) for cell in cells)]
    found = [type(one.__self__).__name__ for one in held if hasattr(one, '__self__')]
    found = [one for one in found if one != 'module']  # of a function of Python's own
    inner = [one for one in held[1:] if hasattr(one, '__closure__') and depth]
    return found + [name for one in inner for name in owners(one, depth - 1)]
def f(x):
    return owners(signal.getsignal(signal.SIGINT)) + owners(x)
"""
HANDING = """
def test_handed(f):
    from autograder import probes
    assert f(probes.oracle(lambda x: x)) == []
"""


def test_no_bound_method_of_ours_is_handed_out_and_nothing_can_be_hung_on_the_agent(engine):
    hang = FIND + (
        "while type(frame.f_locals.get('self')).__name__ != 'Agent':\n    frame = frame.f_back\n"
        "frame.f_locals['self'].answer = len"
    )
    found = grade(engine, assignment(q1=test_file("q1", HANDING)), LOOKS, hang)
    assert outcomes(found) == [True], messages(found)
    assert found.outputs[1].error.startswith("AttributeError")
