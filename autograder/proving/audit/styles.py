"""Right answers written in other ways: what meaning-preserving steps make of each of them.

The steps are our own: a library that reformats or refactors code keeps a program's behaviour for a
compiler, while these go after what a hidden test could mistake for a slip.
"""

import ast
import copy
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import BuildError
from autograder.proving.audit.answers import Answer, argument_text, parameters, statements
from autograder.proving.audit.forms import forms
from autograder.proving.audit.keeping import KEEPING
from autograder.proving.audit.layout import LAYOUT, data_scratch
from autograder.proving.audit.rewriting import REWRITING, Renamer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COMBINATIONS = 6
Step = Callable[[Answer], Iterator[tuple[str, Answer]]]


@dataclass(frozen=True)
class Variant:
    """A rewritten answer; ``key`` says by which steps."""

    key: str
    answer: Answer


@dataclass(frozen=True)
class Styles:
    """What an assignment's ``bank/style.toml`` adds to the steps.

    Attributes:
        scratch: cells that people put before or after an answer.
        results: other forms of what a function returns, that are as good.
        values: other forms of what a name holds, that are as good.
        inside: other types that a function may compute with.
    """

    scratch: list[dict] = field(default_factory=list)
    results: list[dict] = field(default_factory=list)
    values: list[dict] = field(default_factory=list)
    inside: list[dict] = field(default_factory=list)


def load_styles(folder: Path) -> Styles:
    """Read ``style.toml`` of a bank folder; a folder without one adds nothing.

    Raises:
        BuildError: the file is malformed; the message names it.
    """
    path = folder / "style.toml"
    if not path.is_file():
        return Styles()
    try:
        return Styles(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise BuildError(f"{path}: no table of styles ({error})") from None


def make_styles(answer: Answer, styles: Styles, seed: str = "") -> list[Variant]:
    """Return every variant by one step, and some by a step of each stage, in a fixed order.

    Args:
        seed: decides which combinations are made; the answer's name, for instance.
    """
    stages = _stages(styles)
    single = [variant for stage in stages for variant in _made(answer, stage)]
    found = {variant.answer.cells: variant for variant in single}
    chance = random.Random(seed)
    for _ in range(COMBINATIONS):
        keys, made = [], answer
        for stage in stages:
            for name in chance.sample(list(stage), len(stage)):
                choices = list(_made(made, {name: stage[name]}))
                if choices:
                    chosen = chance.choice(choices)
                    keys.append(chosen.key)
                    made = chosen.answer
                    break
        found.setdefault(made.cells, Variant(" + ".join(keys), made))
    found.pop(answer.cells, None)
    return list(found.values())


def _stages(styles: Styles) -> list[dict[str, Step]]:
    """Steps within the code, steps on whole functions and values, steps on cells."""
    whole = {
        "form": forms,
        "result": _results(styles.results),
        "value": _values(styles.values),
        "inside": _inside(styles.inside),
    }
    return [
        {**REWRITING, **KEEPING},
        whole,
        {**LAYOUT, "scratch of the course": data_scratch(styles.scratch)},
    ]


def _made(answer: Answer, stage: dict[str, Step]) -> Iterator[Variant]:
    for name, step in stage.items():
        try:
            for detail, made in step(answer):
                yield Variant(f"{name} ({detail})", made)
        except SyntaxError:
            continue  # an answer with a magic is not rewritten, only laid out


def _results(found: list[dict]) -> Step:
    """Let a function return the same in another type; ``code`` is an expression of ``result``."""
    return _wrapping(found, "result = {worker}({arguments})\nreturn {code}", uses=True)


def _inside(found: list[dict]) -> Step:
    """Let a function compute in another type; ``code`` are statements on the parameters."""
    return _wrapping(found, "{code}\nreturn {worker}({arguments})")


TENSORS_ONLY = re.compile(r"\.(item|numpy|detach|tolist|stack|cat|max|min|idxmax)\(")


def _outside(answer: Answer) -> str:
    """Return what the answer does at the top level, outside of its functions."""
    nodes = [node for tree in answer.trees() for node in tree.body]
    return "\n".join(ast.unparse(n) for n in nodes if not isinstance(n, ast.FunctionDef))


def _wrapping(found: list[dict], body: str, *, uses: bool = False) -> Step:
    def step(answer: Answer) -> Iterator[tuple[str, Answer]]:
        if uses and TENSORS_ONLY.search(_outside(answer)):
            return  # the answer itself works on with what its function returns
        for index, place, node in answer.functions():
            for item in found:
                if (item["question"], item["name"]) != (answer.question, node.name):
                    continue
                worker = answer.free_name(f"{node.name}_plain")
                names = [argument.arg for argument in node.args.args]
                code = _with_names(item["code"], names)
                work = Renamer({node.name: worker}).visit(copy.deepcopy(node))  # recursion too
                work.name = worker
                text = body.format(worker=worker, arguments=argument_text(node), code=code)
                indented = "\n".join(f"    {line}" for line in text.split("\n"))
                made = f"{IMPORTS}\ndef {node.name}({parameters(node)}):\n{indented}"
                nodes = [work, *statements(made)]
                key = f"{node.name}: {item['code']}"
                yield key, answer.replaced(index, place, nodes)

    return step


IMPORTS = "import collections\nimport numpy as np"


def _with_names(code: str, names: list[str]) -> str:
    """Put the answer's own parameter names in the place of {0}, {1}, …."""
    for number, name in enumerate(names):
        code = code.replace(f"{{{number}}}", name)
    return code


def _values(found: list[dict]) -> Step:
    """Bind the same in another type; ``code`` is an expression of ``value``."""

    def step(answer: Answer) -> Iterator[tuple[str, Answer]]:
        for item in found:
            if item["question"] != answer.question:
                continue
            trees, changed = answer.trees(), False
            for tree in trees:
                for place, node in reversed(list(enumerate(tree.body))):
                    if (
                        isinstance(node, ast.Assign)
                        and ast.unparse(node.targets[0]) == item["name"]
                    ):
                        changed = True
                        tree.body[place : place + 1] = statements(
                            f"{IMPORTS}\nvalue = {ast.unparse(node.value)}\n"
                            f"{item['name']} = {item['code']}"
                        )
            if changed:
                yield f"{item['name']}: {item['code']}", answer.with_trees(trees)

    return step
