"""Other ways to keep an error and to draw a curve, which mean the same."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from autograder.proving.audit.answers import Answer, statements
from autograder.proving.audit.rewriting import everywhere

Step = Callable[[Answer], Iterator[tuple[str, Answer]]]
BROADER = {"RuntimeError": "(KeyError, RuntimeError)", "Exception": "BaseException",
           "TypeError": "(TypeError, ArithmeticError)"}  # fmt: skip


def _kept(node: Any) -> tuple[str, str] | None:
    """Return where ``except E as name: where = name`` keeps an error, and the name."""
    if not isinstance(node, ast.Try) or len(node.handlers) != 1 or node.orelse or node.finalbody:
        return None
    handler = node.handlers[0]
    if len(handler.body) != 1 or handler.name is None or handler.type is None:
        return None
    found = handler.body[0]
    if isinstance(found, ast.Assign) and ast.unparse(found.value) == handler.name:
        return ast.unparse(found.targets[0]), handler.name
    return None


def _handled(node: ast.Try, body: str) -> ast.Try:
    changed = copy.deepcopy(node)
    changed.handlers[0].body = statements(body)
    return changed


def _by_exc_info(node: Any) -> list[ast.stmt] | None:
    kept = _kept(node)
    if kept is None:
        return None
    changed = _handled(node, f"{kept[0]} = sys.exc_info()[1]")
    changed.handlers[0].name = None
    return [*statements("import sys"), changed]


def _in_a_list(node: Any) -> list[ast.stmt] | None:
    kept = _kept(node)
    if kept is None:
        return None
    changed = _handled(node, f"caught.append({kept[1]})")
    return [*statements("caught = []"), changed, *statements(f"{kept[0]} = caught[-1]")]


def _then_printed(node: Any) -> ast.AST | None:
    kept = _kept(node)
    if kept is None:
        return None
    return _handled(node, f"{kept[0]} = {kept[1]}\nprint('caught', type({kept[1]}), {kept[1]})")


def _in_globals(node: Any) -> ast.AST | None:
    kept = _kept(node)
    if kept is None or not kept[0].isidentifier():
        return None
    return _handled(node, f"globals()['{kept[0]}'] = {kept[1]}")


def _broader(node: Any) -> ast.AST | None:
    """Catch more than what is raised."""
    kind = ast.unparse(node.type) if isinstance(node, ast.ExceptHandler) and node.type else ""
    if kind not in BROADER:
        return None
    changed = copy.deepcopy(node)
    changed.type = ast.parse(BROADER[kind], mode="eval").body
    return changed


def _with_else(node: Any) -> ast.AST | None:
    if _kept(node) is None:
        return None
    changed = copy.deepcopy(node)
    changed.orelse = statements("print('nothing was raised')")
    return changed


def in_a_function(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Make and catch the error in a function, and keep what it returns."""
    for form, template in ATTEMPTS.items():
        trees, changed = answer.trees(), False
        for tree in trees:
            for place, node in reversed(list(enumerate(tree.body))):
                kept = _kept(node)
                if kept is None or not kept[0].isidentifier() or not isinstance(node, ast.Try):
                    continue
                if all(isinstance(item, ast.Expr) for item in node.body):
                    body = ast.unparse(_handled(node, f"kept = {kept[1]}"))
                    body = body.replace(f"kept = {kept[1]}", f"return {kept[1]}")
                    body = "\n".join(f"        {line}" for line in body.split("\n"))
                    tree.body[place : place + 1] = statements(
                        template.format(name=kept[0], body=body)
                    )
                    changed = True
        if changed:
            yield form, answer.with_trees(trees)


ATTEMPTS = {
    "returned": "def attempt_{name}():\n{body}\n{name} = attempt_{name}()",
    "kept by a class": (
        "class Keeper_{name}:\n    @staticmethod\n    def attempt():\n{body}\n"
        "{name} = Keeper_{name}.attempt()"
    ),
}


def by_a_context_manager(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Keep the error by a context manager of one's own."""
    trees, changed = answer.trees(), False
    for tree in trees:
        for place, node in reversed(list(enumerate(tree.body))):
            kept = _kept(node)
            if kept and kept[0].isidentifier() and isinstance(node, ast.Try):
                changed = True
                made = statements(
                    f"with Keeper() as keeper_{kept[0]}:\n    pass\n"
                    f"{kept[0]} = keeper_{kept[0]}.error"
                )
                made[0].body = node.body
                tree.body[place : place + 1] = made
        tree.body = statements(KEEPER) + tree.body
    if changed:
        yield "all", answer.with_trees(trees)


KEEPER = """
class Keeper:
    error = None
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        self.error = error
        return True
"""


def _drawn(node: ast.AST) -> tuple[str, list[str], dict[str, str]] | None:
    """Return axes, positional and named arguments of ``ax.plot(x, y, …)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    starred = any(isinstance(item, ast.Starred) for item in node.args)
    if node.func.attr != "plot" or len(node.args) < 2 or starred:
        return None
    if isinstance(node.args[1], ast.Constant):
        return None  # a format: the heights alone are given
    named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg}
    return ast.unparse(node.func.value), [ast.unparse(item) for item in node.args], named


def _artist(template: str, least: int = 2, most: int = 3) -> Step:
    """Make a step that draws each curve by another call; for statements and ``a, = ax.plot``."""

    def change(node: ast.AST) -> list[ast.stmt] | None:
        if not isinstance(node, ast.Expr):
            return None
        drawn = _drawn(node.value)
        if drawn is None or not least <= len(drawn[1]) <= most or set(drawn[2]) - {"label"}:
            return None
        if len(drawn[1]) > 2 and "-" not in drawn[1][2]:
            return None  # marks alone: a line through few of them may be none
        axes, given, named = drawn
        axes = "plt.gca()" if axes == "plt" else axes
        label = named.get("label", "None")
        looped = f"for x_drawn, y_drawn in curves_in({given[0]}, {given[1]}):\n    "
        body = template.format(axes=axes, x="x_drawn", y="y_drawn", label=label)
        return statements(CURVES + looped + body.replace("\n", "\n    "))

    return everywhere(change)


CURVES = """
def curves_in(x, y):
    y = np.asarray(y)
    return [(x, y)] if y.ndim < 2 else [(x, column) for column in y.T]
"""


def _figure(template: str) -> Step:
    """Make a step that makes the figure by another call."""

    def change(node: ast.AST) -> list[ast.stmt] | None:
        if isinstance(node, ast.Assign) and ast.unparse(node) == "(fig, ax) = plt.subplots()":
            return statements(template)
        if isinstance(node, ast.Assign) and ast.unparse(node) == "fig, ax = plt.subplots()":
            return statements(template)
        return None

    return everywhere(change)


KEEPING = {
    "error by exc_info": everywhere(_by_exc_info),
    "error in a list": everywhere(_in_a_list),
    "error printed": everywhere(_then_printed),
    "error in globals": everywhere(_in_globals),
    "error caught broadly": everywhere(_broader),
    "error with else": everywhere(_with_else),
    "error in a function": in_a_function,
    "error by a context manager": by_a_context_manager,
    "curve as scatter": _artist(
        "if np.size({x}) > 2:\n    {axes}.scatter({x}, {y}, s=3, label={label})\n"
        "else:\n    {axes}.plot({x}, {y}, label={label})"
    ),
    "curve as markers": _artist(
        "{axes}.plot({x}, {y}, linestyle='' if np.size({x}) > 2 else '-', marker='o', "
        "markersize=2, label={label})"
    ),
    "curve dashed and thick": _artist(
        "{axes}.plot({x}, {y}, '--', linewidth=3, alpha=0.5, label={label})"
    ),
    "curve as a line object": _artist(
        "from matplotlib.lines import Line2D\n"
        "{axes}.add_line(Line2D(np.atleast_1d({x}), np.atleast_1d({y}), color='tab:blue', "
        "label={label}))\n{axes}.autoscale_view()"
    ),
    "label set afterwards": _artist("({axes}.plot({x}, {y})[0]).set_label({label})"),
    "data set afterwards": _artist(
        "line, = {axes}.plot([], [], label={label})\nline.set_data({x}, {y})\n"
        "{axes}.relim()\n{axes}.autoscale_view()"
    ),
    "curve by name": _artist(
        "{axes}.plot('u', 'v', data=dict(u=np.asarray({x}), v=np.asarray({y})), label={label})"
    ),
    "curve as a list": _artist(
        "{axes}.plot([float(u) for u in {x}], [float(v) for v in {y}], label={label})"
    ),
    "figure by add_subplot": _figure("fig = plt.figure()\nax = fig.add_subplot(1, 1, 1)"),
    "figure by add_axes": _figure("fig = plt.figure()\nax = fig.add_axes([0.1, 0.1, 0.8, 0.8])"),
    "figure with a size": _figure("fig, ax = plt.subplots(1, 1, figsize=(7, 4), dpi=80)"),
    "figure by mosaic": _figure("fig, spots = plt.subplot_mosaic('a')\nax = spots['a']"),
    "figure without pyplot": _figure(
        "from matplotlib.figure import Figure\nfig = Figure()\nax = fig.subplots()"
    ),
    "axes squeezed": _figure(
        "fig, all_axes = plt.subplots(1, 1, squeeze=False)\nax = all_axes[0, 0]"
    ),
}
