"""Steps within an answer's code that keep its meaning: names, branches, loops, calls."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from autograder.proving.audit.answers import Answer, Function, statements, stored_names
from autograder.proving.audit.forms import local_names

PROVOKING = ("T", "t", "H", "norm", "cos", "permute", "dist", "grad")  # names that rules look for
KEYWORDS = {  # positional parameters of well-known functions, by their last two names
    "autograd.grad": ("outputs", "inputs", "grad_outputs"), "torch.tensor": ("data",),
    "torch.sum": ("input", "dim"), "torch.stack": ("tensors", "dim"), "torch.cat": ("tensors",),
    "linalg.norm": ("input", "ord"), "torch.sqrt": ("input",), "torch.equal": ("input", "other"),
    "torch.movedim": ("input", "source", "destination"), "torch.dot": ("input", "tensor"),
    "torch.zeros_like": ("input",), "torch.ones_like": ("input",), "torch.sin": ("input",),
    "torch.full": ("size", "fill_value"), "torch.reshape": ("input", "shape"),
    "torch.add": ("input", "other"), "torch.div": ("input", "other"), "np.sin": (),
}  # fmt: skip

Change = Callable[[ast.AST], ast.AST | list[ast.stmt] | None]


def everywhere(change: Change) -> Callable[[Answer], Iterator[tuple[str, Answer]]]:
    """Make a step that changes every node for which ``change`` returns another one."""

    def step(answer: Answer) -> Iterator[tuple[str, Answer]]:
        trees = answer.trees()
        before = [ast.dump(tree) for tree in trees]
        changed = [_Changer(change).visit(tree) for tree in trees]
        if before != [ast.dump(tree) for tree in changed]:
            yield "all", answer.with_trees(changed)

    return step


class _Changer(ast.NodeTransformer):
    def __init__(self, change: Change):
        self.change = change

    def generic_visit(self, node: ast.AST) -> Any:
        super().generic_visit(node)
        changed = self.change(node)
        return node if changed is None else changed


class Renamer(ast.NodeTransformer):
    """Gives variables, parameters and definitions other names."""

    def __init__(self, names: dict[str, str]):
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> Any:
        node.arg = self.names.get(node.arg, node.arg)
        self.generic_visit(node)
        return node

    def generic_visit(self, node: ast.AST) -> Any:
        super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
            node.name = self.names.get(node.name, node.name)
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self.names.get(name, name) for name in node.names]
        return node


def rename_helpers(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Give every function, class and variable that no test asks for another name."""
    trees = answer.trees()
    top, inner = set(), set()
    for tree in trees:
        for item in tree.body:
            if isinstance(item, ast.FunctionDef | ast.ClassDef):
                top.add(item.name)
            elif not isinstance(item, ast.Import | ast.ImportFrom):
                top |= stored_names([item])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                inner |= local_names(node)
    free = sorted(top - answer.asked - answer.taken - inner - _keyword_names(trees))
    if free:
        names = {name: answer.free_name(f"my_{name}") for name in free}
        yield "helpers", answer.with_trees([Renamer(names).visit(tree) for tree in trees])


def rename_parameters(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Give the parameters without a default other names."""
    yield from _rename_in_functions(
        answer, lambda node: [argument.arg for argument in _plain_parameters(node)], "given_{}"
    )


def rename_locals(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Give local variables other names."""
    yield from _rename_in_functions(answer, _plain_locals, "my_{}")


def provoke_by_locals(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Call locals and parameters as functions are called that an answer may not use."""
    everything = answer.names()
    for index, place, node in answer.functions():
        own = [argument.arg for argument in _plain_parameters(node)] + _plain_locals(node)
        own = [name for name in own if name not in _keyword_names([node])]
        free = [name for name in PROVOKING if name not in everything]
        for shift in range(min(2, len(free))):
            names = dict(zip(own, free[shift * len(own) :]))
            if names:
                renamed = Renamer(names).visit(copy.deepcopy(node))
                yield f"{node.name} {shift}", answer.replaced(index, place, [renamed])


def _rename_in_functions(
    answer: Answer, choose: Callable[[Function], list[str]], form: str
) -> Iterator[tuple[str, Answer]]:
    trees, changed = answer.trees(), False
    keywords = _keyword_names(trees)
    for tree in trees:
        for place, node in enumerate(tree.body):
            if isinstance(node, ast.FunctionDef):
                names = {n: answer.free_name(form.format(n)) for n in choose(node)}
                names = {old: new for old, new in names.items() if old not in keywords}
                renamed: Any = Renamer(names).visit(node)
                tree.body[place] = renamed
                changed |= bool(names)
    if changed:
        yield "all", answer.with_trees(trees)


def _plain_parameters(node: Function) -> list[ast.arg]:
    args = node.args
    return args.args[: len(args.args) - len(args.defaults)]


def _plain_locals(node: Function) -> list[str]:
    fixed = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Global | ast.Nonlocal):
            fixed |= set(item.names)
        elif isinstance(item, ast.alias):
            fixed.add((item.asname or item.name).split(".")[0])
        elif isinstance(item, ast.FunctionDef | ast.ClassDef) and item is not node:
            fixed.add(item.name)
    parameters = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    return sorted(stored_names(node.body) - fixed - parameters)


def _keyword_names(trees: list[Any]) -> set[str]:
    return {
        node.arg
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg
    }


def _turn_branch(node: ast.AST) -> ast.AST | None:
    """Ask the opposite, and swap the two ways."""
    if isinstance(node, ast.If) and node.orelse:
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)
    if isinstance(node, ast.IfExp):
        return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)
    return None


def _turn_comparison(node: ast.AST) -> ast.AST | None:
    """Write ``a < b`` as ``b > a``."""
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in turned:
        return ast.Compare(node.comparators[0], [turned[type(node.ops[0])]()], [node.left])
    return None


def _return_conditional(node: ast.AST) -> ast.AST | None:
    """Write a returned conditional expression as an if statement."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp):
        test, body, other = node.value.test, node.value.body, node.value.orelse
        return ast.If(test, [ast.Return(body)], [ast.Return(other)])
    return None


ANY_ITEMS = (ast.Attribute, ast.Call, ast.GeneratorExp, ast.Name, ast.Subscript, ast.Tuple)


def _plain_assignment(node: ast.AST) -> ast.AST | None:
    """Write ``n += 1`` as ``n = n + 1``; what is no reckoning may grow a list, or fail in place."""
    if not isinstance(node, ast.AugAssign) or isinstance(node.value, ANY_ITEMS):
        return None
    if isinstance(node.target, ast.Name):
        value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
        return ast.Assign([node.target], value)
    return None


def _index_instead_of_unpacking(node: ast.AST) -> ast.AST | None:
    """Write ``(y,) = f()`` as ``y = f()[0]``."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Tuple | ast.List) and len(target.elts) == 1:
            first = ast.Subscript(node.value, ast.Constant(0), ast.Load())
            return (
                None if isinstance(target.elts[0], ast.Starred) else ast.Assign(target.elts, first)
            )
    return None


def _keyword_arguments(node: ast.AST) -> ast.AST | None:
    """Hand the arguments of well-known functions over by name."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    names = KEYWORDS.get(".".join(ast.unparse(node.func).split(".")[-2:]))
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if not names or not node.args or len(node.args) > len(names) or starred:
        return None
    named = [ast.keyword(name, value) for name, value in zip(names, node.args)]
    return ast.Call(node.func, [], named + node.keywords)


def _while_instead_of_for(node: Any) -> list[ast.stmt] | None:
    """Write a loop over numbers as a while loop."""
    counter = _simple_range(node)
    if counter is None or _holds(node, ast.Continue):
        return None
    name, stop = counter
    head = statements(f"{name} = 0\n{name}_stop = {stop}\nwhile {name} < {name}_stop:\n    pass")
    head[-1].body = [*node.body, *statements(f"{name} = {name} + 1")]
    return head


def _simple_range(node: Any) -> tuple[str, str] | None:
    """Return counter and stop of ``for i in range(stop)``, if its body leaves both alone."""
    if not isinstance(node, ast.For) or node.orelse or not isinstance(node.target, ast.Name):
        return None
    call = node.iter
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "range" or len(call.args) != 1:
        return None
    name = node.target.id
    return None if name in stored_names(node.body) else (name, ast.unparse(call.args[0]))


def _holds(node: ast.AST, *kinds: type) -> bool:
    return any(isinstance(item, kinds) for item in ast.walk(node))


def recursion(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Write the loops over numbers of a function as a function that calls itself."""
    for index, place, node in answer.functions():
        changed = copy.deepcopy(node)
        for at, loop in enumerate(changed.body):
            counter = _simple_range(loop)
            stops = _holds(loop, ast.Return, ast.Break, ast.Continue, ast.Yield, ast.Await)
            if counter and not stops:
                changed.body[at : at + 1] = _recursive(loop, *counter, node)
                yield f"{node.name}", answer.replaced(index, place, [changed])
                break


def _recursive(loop: Any, name: str, stop: str, node: Function) -> list[ast.stmt]:
    shared = stored_names(loop.body) & (
        set(_plain_locals(node)) | {argument.arg for argument in node.args.args}
    )
    unset = sorted(shared - {argument.arg for argument in node.args.args})
    head = [f"{one} = None" for one in unset if not _stored_before(node, loop, one)]
    nonlocals = f"    nonlocal {', '.join(sorted(shared))}\n" if shared else ""
    made = statements(
        "\n".join(head + [""])
        + f"def one_round({name}, rounds):\n{nonlocals}    if {name} < rounds:\n"
        f"        pass\n        one_round({name} + 1, rounds)\none_round(0, {stop})"
    )
    made[-2].body[-1].body[:1] = loop.body
    return made


def _stored_before(node: Function, loop: ast.For, name: str) -> bool:
    before = [item for item in node.body if item.lineno < loop.lineno]
    return name in stored_names(before)


def _loop_instead_of_comprehension(node: ast.AST) -> list[ast.stmt] | None:
    """Write a returned list comprehension as a loop that appends."""
    if not isinstance(node, ast.Return) or not isinstance(node.value, ast.ListComp):
        return None
    comprehension = node.value
    if len(comprehension.generators) != 1:
        return None
    generator = comprehension.generators[0]
    append = ast.Call(ast.Attribute(ast.Name("gathered", ast.Load()), "append", ast.Load()),
                      [comprehension.elt], [])  # fmt: skip
    body: list[ast.stmt] = [ast.Expr(append)]
    for test in reversed(generator.ifs):
        body = [ast.If(test, body, [])]
    loop = ast.For(generator.target, generator.iter, body, [])
    return [
        *statements("gathered = []"), loop, ast.Return(ast.Name("gathered", ast.Load())),
    ]  # fmt: skip


def name_constants(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Give the numbers within functions names at the top of their cell."""
    trees, changed = answer.trees(), False
    for tree in trees:
        found: dict[str, int | float] = {}

        def name_it(node: ast.AST, found: dict = found) -> ast.AST | None:
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                name = f"NUMBER_{str(node.value).replace('.', '_').replace('-', '_')}"
                found[name] = node.value
                return ast.Name(name, ast.Load())
            return None

        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                node.body = [_Changer(name_it).visit(item) for item in node.body]
        constants = [f"{name} = {value!r}" for name, value in sorted(found.items())]
        tree.body = statements("\n".join(constants)) + tree.body
        changed |= bool(found)
    if changed:
        yield "all", answer.with_trees(trees)


def other_module_names(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Import torch and NumPy under other names."""
    trees = answer.trees()
    torch, numpy = answer.free_name("pytorch"), answer.free_name("numeric")
    for tree in trees:
        Renamer({"torch": torch, "np": numpy}).visit(tree)
        tree.body = statements(f"import numpy as {numpy}\nimport torch as {torch}") + tree.body
    yield "all", answer.with_trees(trees)


def inline_helpers(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Put the expression of a one-line helper in the place of its calls."""
    for index, place, node in answer.functions():
        if node.name in answer.asked or len(node.body) != 1 or node.args.defaults:
            continue
        expression = node.body[0].value if isinstance(node.body[0], ast.Return) else None
        if expression is None or _holds(expression, ast.Lambda, ast.ListComp, ast.GeneratorExp):
            continue
        names = [argument.arg for argument in node.args.args]
        trees = answer.trees()
        del trees[index].body[place]
        inlined = [_Inliner(node.name, names, expression).visit(tree) for tree in trees]
        still = any(isinstance(item, ast.Name) and item.id == node.name
                    for tree in inlined for item in ast.walk(tree))  # fmt: skip
        if not still:
            yield node.name, answer.with_trees(inlined)


class _Inliner(ast.NodeTransformer):
    def __init__(self, name: str, parameters: list[str], expression: ast.expr):
        self.name, self.parameters, self.expression = name, parameters, expression

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        simple = all(isinstance(argument, ast.Name | ast.Constant) for argument in node.args)
        is_call = isinstance(node.func, ast.Name) and node.func.id == self.name
        if not (is_call and simple and len(node.args) == len(self.parameters)) or node.keywords:
            return node
        given = dict(zip(self.parameters, node.args))
        return _Changer(
            lambda item: copy.deepcopy(given.get(item.id)) if isinstance(item, ast.Name) else None
        ).visit(copy.deepcopy(self.expression))


REWRITING = {
    "helpers renamed": rename_helpers,
    "parameters renamed": rename_parameters,
    "locals renamed": rename_locals,
    "locals named as library functions": provoke_by_locals,
    "branches turned": everywhere(_turn_branch),
    "comparisons turned": everywhere(_turn_comparison),
    "conditional returned by if": everywhere(_return_conditional),
    "plain assignments": everywhere(_plain_assignment),
    "index instead of unpacking": everywhere(_index_instead_of_unpacking),
    "keyword arguments": everywhere(_keyword_arguments),
    "while instead of for": everywhere(_while_instead_of_for),
    "recursion instead of a loop": recursion,
    "loop instead of a comprehension": everywhere(_loop_instead_of_comprehension),
    "numbers have names": name_constants,
    "modules under other names": other_module_names,
    "helper inlined": inline_helpers,
}
