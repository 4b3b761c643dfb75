"""Each operator makes the slip that it is named after, and nothing that is no change."""

import ast

import pytest

from autograder.proving.audit.mutants import make_mutants

SLIPS = {  # what goes wrong -> (source, one of its mutants)
    "operator": ("y = a + b", "y = a - b"),
    "elementwise instead of matrix product": ("y = a @ b", "y = a * b"),
    "comparison": ("y = a > 10", "y = a >= 10"),
    "operands": ("y = a / b", "y = b / a"),
    "sign": ("y = -a", "y = a"),
    "off by one": ("y = a[0]", "y = a[1]"),
    "constant": ("y = 5", "y = -5"),
    "text": ("y = 'b'", "y = ''"),
    "branch the other way": ("if a:\n    b = 1", "if not a:\n    b = 1"),
    "branch always taken": ("if a:\n    b = 1", "if True:\n    b = 1"),
    "loop never run": ("while a:\n    b = 1", "while False:\n    b = 1"),
    "loop run once": ("for i in a:\n    b(i)", "for i in a:\n    b(i)\n    break"),
    "statement removed": ("y = 1\nz = y", "y = 1"),
    "nothing raised": ("raise ValueError", "pass"),
    "nothing returned": ("def f():\n    return a", "def f():\n    return None"),
    "another function": ("y = torch.sin(x)", "y = torch.cos(x)"),
    "another error": (
        "try:\n    f()\nexcept RuntimeError:\n    pass",
        "try:\n    f()\nexcept ValueError:\n    pass",
    ),
    "arguments swapped": ("f(a, b)", "f(b, a)"),
    "argument dropped": ("f(a, b)", "f(a)"),
    "gradient not cleared": ("v.grad = None\ny.backward()", "y.backward()"),
    "zero_grad forgotten": ("model.zero_grad()\ny.backward()", "y.backward()"),
    "zero_ forgotten": ("v.grad.zero_()\ny.backward()", "y.backward()"),
    "detach forgotten": ("y = x.detach()", "y = x"),
    "detached too early": ("y = f(x)", "y = f(x).detach()"),
    "requires_grad forgotten": ("v = zeros(1, requires_grad=True)", "v = zeros(1)"),
    "requires_grad_ forgotten": ("v = x.requires_grad_()", "v = x"),
    "graph not retained": ("y.backward(retain_graph=True)", "y.backward()"),
    "graph not created": ("grad(y, x, create_graph=True)", "grad(y, x, create_graph=False)"),
    "wrong axis": ("A.sum(axis=1)", "A.sum(axis=0)"),
    "no axis": ("A.sum(axis=1)", "A.sum()"),
    "keepdims forgotten": ("A.sum(axis=1, keepdims=True)", "A.sum(axis=1)"),
    "axis kept": ("A.sum(axis=1)", "A.sum(axis=1, keepdim=True)"),
    "last item forgotten": ("y = [a, b]", "y = [a]"),
    "items swapped": ("y = (a, b)", "y = (b, a)"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_students_is_among_the_mutants(slip):
    source, mutant = SLIPS[slip]
    assert mutant in [made.source for made in make_mutants(source)]


WHOLE = (
    '"""A docstring."""\n'
    "def f(x, times=2):\n"
    '    """Another one."""\n'
    "    for _ in range(times):\n"
    "        x = torch.sum(x * 2, dim=0, keepdim=True)\n"
    '    "a prompt that was commented out"\n'
    "    return x if x > 0 else -x\n"
)


def test_strings_that_stand_alone_are_no_mutants():
    made = make_mutants(WHOLE)
    assert not [one for one in made if "docstring" in one.before or "prompt" in one.before]
    assert make_mutants("def f():\n    'docstring only'") == []


def test_every_mutant_is_valid_and_differs_from_all_others():
    made = make_mutants(WHOLE)
    sources = [one.source for one in made]
    assert len(set(sources)) == len(sources) and ast.unparse(ast.parse(WHOLE)) not in sources
    assert len({one.key for one in made}) == len(made), "two mutants cannot be told apart in data"
    for source in sources:
        compile(source, "<mutant>", "exec")


def test_two_changes_that_read_the_same_have_two_keys():
    made = make_mutants("x = arange(-5, 5)")
    keys = {one.key: one.source for one in made if one.before == "5" and one.after == "6"}
    assert keys == {
        "constant @1: 5 -> 6": "x = arange(-6, 5)",
        "constant @1: 5 -> 6 (2)": "x = arange(-5, 6)",
    }


def test_a_mutant_is_told_by_its_line_and_change():
    made = {one.key: one.source for one in make_mutants("a = 1\nb = a + 2")}
    assert made["operator @2: a + 2 -> a - 2"] == "a = 1\nb = a - 2"
    assert made["statement removed @1: a = 1 -> (removed)"] == "b = a + 2"
