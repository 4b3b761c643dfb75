"""Other forms of a function that mean the same: a lambda, a class, a partial, a wrapper."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from autograder.proving.audit.answers import (
    SCOPES,
    Answer,
    Function,
    argument_text,
    parameters,
    statements,
)

FORMS = {  # {work} holds the body under another name, {Form} is a name for a class
    "lambda": "{work}\n{name} = lambda {parameters}: {worker}({arguments})",
    "delegated": "{work}\ndef {name}({parameters}):\n    return {worker}({arguments})",
    "delegated with stars": "{work}\ndef {name}(*args, **named):\n"
                            "    return {worker}(*args, **named)",
    "picked from a dictionary": "{work}\n{worker}_by_name = {{'{name}': {worker}}}\n"
                                "{name} = {worker}_by_name['{name}']",
    "second name": "{work}\n{name} = {worker}",
    "decorated": "import functools\ndef {worker}_logged(function):\n"
                 "    @functools.wraps(function)\n    def logged(*args, **named):\n"
                 "        return function(*args, **named)\n    return logged\n"
                 "{work}\n{name} = {worker}_logged({worker})",
}  # fmt: skip


def forms(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Yield the answer with one of its functions in another form, for each function and form."""
    for index, place, node in answer.functions():
        if node.decorator_list or _yields(node):
            continue
        worker = answer.free_name(f"{node.name}_work")
        for form, nodes in _all_forms(node, worker, answer.free_name("Worker")):
            yield f"{form}: {node.name}", answer.replaced(index, place, nodes)


def _all_forms(node: Function, worker: str, form_class: str) -> Iterator[tuple[str, list]]:
    work = copy.deepcopy(node)
    work.name = worker
    facts = {
        "name": node.name, "worker": worker, "work": ast.unparse(work),
        "parameters": parameters(node), "arguments": argument_text(node),
    }  # fmt: skip
    for form, template in FORMS.items():
        yield form, statements(template.format(**facts))
    for form, make in BUILT.items():
        made = make(copy.deepcopy(node), worker, form_class)
        if made:
            yield form, made


def _yields(node: ast.AST) -> bool:
    return any(isinstance(item, ast.Yield | ast.YieldFrom) for item in ast.walk(node))


def _with_first(node: Function, name: str) -> Function:
    """Add a parameter in front of the others."""
    first = ast.arg(name)
    (node.args.posonlyargs or node.args.args).insert(0, first)
    return node


def _callable_object(node: Function, worker: str, form: str) -> list[ast.stmt]:
    name, node.name = node.name, "__call__"
    holder = ast.ClassDef(form, [], [], [_with_first(node, "self")], [])
    return [_complete(holder), *statements(f"{name} = {form}()")]


def _bound_method(node: Function, worker: str, form: str) -> list[ast.stmt]:
    holder = ast.ClassDef(form, [], [], [_with_first(node, "self")], [])
    return [_complete(holder), *statements(f"{node.name} = {form}().{node.name}")]


def _static_method(node: Function, worker: str, form: str) -> list[ast.stmt]:
    node.decorator_list = [ast.Name("staticmethod", ast.Load())]
    holder = ast.ClassDef(form, [], [], [node], [])
    return [_complete(holder), *statements(f"{node.name} = {form}.{node.name}")]


def _partial(node: Function, worker: str, form: str) -> list[ast.stmt]:
    name, node.name = node.name, worker
    ends = statements(f"{name} = partial({worker}, None)")
    return [*statements("from functools import partial"), _with_first(node, "unused"), *ends]


def _nested(node: Function, worker: str, form: str) -> list[ast.stmt]:
    outer = copy.deepcopy(node)
    node.name = worker
    outer.body = [node, *statements_in_function(f"return {worker}({argument_text(outer)})")]
    return [outer]


def _made_by_a_factory(node: Function, worker: str, form: str) -> list[ast.stmt]:
    name = node.name
    outer = statements(f"def make_{worker}():\n    pass\n{name} = make_{worker}()")
    outer[0].body = [node, *statements_in_function(f"return {name}")]
    return [] if _calls(node, name) else outer


def _hints(node: Function, worker: str, form: str) -> list[ast.stmt]:
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        argument.annotation = ast.Constant("torch.Tensor | object")
    node.returns = ast.Constant("object")
    declared = {
        name for item in ast.walk(node)
        if isinstance(item, ast.Global | ast.Nonlocal) for name in item.names
    }  # fmt: skip
    node.body = [_hinted(item, declared) for item in node.body]
    return [node]


def _hinted(item: ast.stmt, declared: set[str]) -> ast.stmt:
    if isinstance(item, ast.Assign) and len(item.targets) == 1:
        target = item.targets[0]
        if isinstance(target, ast.Name) and target.id not in declared:
            return ast.AnnAssign(target, ast.Constant("object"), item.value, 1)
    return item


def _around(first: str, last: str = "") -> Callable:
    """Make a form whose body stands inside of a compound statement."""

    def make(node: Function, worker: str, form: str) -> list[ast.stmt]:
        shell = statements(f"{first}\n    pass\n{last}")[0]
        shell.body = node.body
        node.body = [shell]
        return [node]

    return make


def _before(text: str) -> Callable:
    """Make a form whose body begins with a statement; {first} is the first parameter."""

    def make(node: Function, worker: str, form: str) -> list[ast.stmt]:
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if not names:
            return []
        node.body = [*statements(text.format(first=names[0], name=node.name)), *node.body]
        return [node]

    return make


def _explicit_end(node: Function, worker: str, form: str) -> list[ast.stmt]:
    if isinstance(node.body[-1], ast.Return | ast.Raise):
        return []
    node.body = [*node.body, ast.Return(ast.Constant(None))]
    return [node]


def _plain_lambda(node: Function, worker: str, form: str) -> list[ast.stmt]:
    body = [item for item in node.body if not _is_docstring(item)]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return []
    written = f"{node.name} = lambda {parameters(node)}: {ast.unparse(body[0].value)}"
    return statements(written)


def _named_result(node: Function, worker: str, form: str) -> list[ast.stmt]:
    """Bind what is returned to a name first."""
    last = node.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return []
    node.body[-1:] = [
        ast.Assign([ast.Name(f"{worker}_result", ast.Store())], last.value),
        ast.Return(ast.Name(f"{worker}_result", ast.Load())),
    ]
    return [node]


def _extracted_result(node: Function, worker: str, form: str) -> list[ast.stmt]:
    """Let a helper compute what is returned, from the locals that it needs."""
    last = node.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return []
    if any(isinstance(item, (*SCOPES, ast.NamedExpr)) for item in ast.walk(last.value)):
        return []
    own = local_names(node)
    needed = sorted({item.id for item in ast.walk(last.value) if isinstance(item, ast.Name)} & own)
    call = f"{worker}({', '.join(needed)})"
    helper = statements(f"def {worker}({', '.join(needed)}):\n    pass")[0]
    helper.body = [ast.Return(last.value)]
    node.body[-1:] = statements_in_function(f"return {call}")
    return [helper, node]


def local_names(node: Function) -> set[str]:
    """Return parameters and every name that the function binds in any way."""
    found = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            found.add(item.id)
        elif isinstance(item, ast.arg):
            found.add(item.arg)
        elif isinstance(item, ast.FunctionDef | ast.ClassDef) and item is not node:
            found.add(item.name)
        elif isinstance(item, ast.alias):
            found.add((item.asname or item.name).split(".")[0])
        elif isinstance(item, ast.ExceptHandler) and item.name:
            found.add(item.name)
    return found


def statements_in_function(source: str) -> list[Any]:
    """Parse statements that may only stand in a function."""
    lines = "\n".join(f"    {line}" for line in source.splitlines())
    return statements(f"def f():\n{lines}")[0].body


def _calls(node: ast.AST, name: str) -> bool:
    return any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node))


def _is_docstring(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)


def _complete(holder: ast.ClassDef) -> ast.ClassDef:
    if "type_params" in holder._fields:  # Python 3.12 and newer
        holder.type_params = []  # type: ignore[attr-defined]
    return holder


BUILT = {
    "class with __call__": _callable_object,
    "bound method": _bound_method,
    "static method": _static_method,
    "partial": _partial,
    "nested function": _nested,
    "made by a factory": _made_by_a_factory,
    "type hints": _hints,
    "one expression as a lambda": _plain_lambda,
    "result has a name": _named_result,
    "helper computes the result": _extracted_result,
    "explicit None at the end": _explicit_end,
    "body in try and finally": _around("try:", "finally:\n    pass"),
    "body under if True": _around("if True:"),
    "body with gradients enabled": _around("with torch.enable_grad():"),
    "asserts its input": _before("assert {first} is not None, '{name} needs an argument'"),
    "prints once it is called": _before("print('{name} was called')"),
    "other docstring": _before("'''Compute {name}, not by .T, cos or norm.'''"),
}
