"""How people lay an answer out in a notebook: cells split, magics, prints, checks, scratch."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from autograder.proving.audit.answers import CELL_BREAK, Answer, names_bound_in, statements

SCRATCH = {  # tried out before or after; none of it is the answer
    "banned functions under other names": (
        "import torch\nAt = torch.ones(2, 3).T\nnorm_of_it = torch.linalg.norm(torch.ones(3))\n"
        "flipped = torch.ones(2, 3).permute(1, 0)\nturned = torch.ones(2, 3).transpose(0, 1)\n"
        "print(At.shape, norm_of_it, flipped.shape, turned.shape)"
    ),
    "a cosine, looked at": (
        "import numpy as np\nimport torch\nslope_at_zero = np.cos(0.0)\n"
        "print(slope_at_zero, torch.cos(torch.tensor(0.3)))"
    ),
    "documentation read": "import torch\nprint(len(torch.Tensor.T.__doc__ or ''))\nhelp(len)",
    "an error left standing": "print(undefined_name_of_a_first_try)",
    "library functions imported": (
        "import itertools, math, functools, typing\nfrom math import cos, sin, sqrt\n"
        "from torch.linalg import norm as library_norm"
    ),
    "a shell line": "!echo trying",
    "seeds": "import random\nimport torch\nrandom.seed(1)\ntorch.manual_seed(1)",
    "a comment": "# my notes: .T, transpose, norm, cos and permute are not allowed here",
    "a test function": (
        "def test_by_hand():\n    cos = 1\n    norm = 2\n    return cos + norm\n\ntest_by_hand()"
    ),
}


def scratch(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Put a cell of trials before or behind the answer."""
    used = answer.names()
    for name, code in SCRATCH.items():
        if names_bound_in(code) & used - {"torch", "np"}:
            continue  # a name that the answer uses
        yield f"{name}, before", _before(answer, code)
        yield f"{name}, after", _after(answer, code)


def _before(answer: Answer, code: str) -> Answer:
    first, *others = answer.cells
    return answer.with_cells([code + CELL_BREAK + first, *others])


def _after(answer: Answer, code: str) -> Answer:
    *others, last = answer.cells
    return answer.with_cells([*others, last + CELL_BREAK + code])


def data_scratch(found: list[dict]) -> Callable[[Answer], Iterator[tuple[str, Answer]]]:
    """Make a step from the scratch cells of an assignment's data."""

    def step(answer: Answer) -> Iterator[tuple[str, Answer]]:
        for item in found:
            if item["question"] == answer.question:
                put = _before if item["place"] == "before" else _after
                yield item["id"], put(answer, item["code"].strip("\n"))

    return step


def splits(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Give every statement a cell of its own, but all that draws into pyplot's figure one cell."""
    cells = [CELL_BREAK.join(_parts(tree.body)) for tree in answer.trees()]
    if any(CELL_BREAK in cell for cell in cells):
        yield "a statement per cell", answer.with_cells(cells)


def _parts(body: list[ast.stmt]) -> list[str]:
    """Return the statements as texts; those from pyplot's first to its last are one.

    A kernel closes a cell's figures at its end: the next cell would draw into another one.
    """
    texts = [ast.unparse(node) for node in body]
    drawing = [place for place, text in enumerate(texts) if "plt." in text]
    if drawing:
        first, last = drawing[0], drawing[-1] + 1
        texts[first:last] = ["\n".join(texts[first:last])]
    return texts


def merges(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Put all code into the first, or into the last, answer cell."""
    if len(answer.cells) > 1:
        blank = [""] * (len(answer.cells) - 1)
        whole = "\n\n".join(answer.cells)
        yield "all in the first cell", answer.with_cells([whole, *blank])
        yield "all in the last cell", answer.with_cells([*blank, whole])


def magics(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Begin every cell with a magic."""
    for magic in ("%%time", "%%capture", "%matplotlib inline", "%%timeit -n1 -r1\npass"):
        if magic.startswith("%%timeit"):
            yield "%%timeit before", _before(answer, magic)
        else:
            yield magic, answer.with_cells([f"{magic}\n{cell}" for cell in answer.cells])


def shows(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Print, display, assert and describe what the answer made."""
    names = sorted(name for name in answer.asked if name != "In" and _is_bound(answer, name))
    if not names:
        return
    listed = ", ".join(names)
    yield "printed", _in_last(answer, "\n".join(f"print({name})" for name in names))
    yield "displayed", _in_last(answer, f"display({listed})")
    yield "last value shown", _in_last(answer, f"({listed},)")
    yield (
        "asserted",
        _after(answer, "\n".join(f"assert {name} is not None, 'no {name}'" for name in names)),
    )
    yield (
        "kinds asserted",
        _after(
            answer,
            f"for thing in [{listed}]:\n    assert callable(thing) or not callable(thing)\n"
            "    assert type(thing).__name__ != 'ellipsis'",
        ),
    )
    yield "second names", _after(answer, "\n".join(f"other_{name} = {name}" for name in names))


def _is_bound(answer: Answer, name: str) -> bool:
    return any(name in cell for cell in answer.cells)


def _in_last(answer: Answer, code: str) -> Answer:
    *others, last = answer.cells
    return answer.with_cells([*others, f"{last}\n\n{code}"])


def formats(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Write the same statements in other layouts."""
    trees = answer.trees()
    yield "formatted anew", answer.with_trees(trees)
    commented = [cell.replace("\n    ", "\n    # not by .T, norm or cos\n    ", 1)
                 for cell in answer.cells]  # fmt: skip
    if commented != list(answer.cells) and _is_python(commented):
        yield "with comments", answer.with_cells(commented)
    guarded = []
    for tree in trees:
        shell = statements("if __name__ == '__main__':\n    pass")
        shell[0].body = tree.body or shell[0].body
        guarded.append(ast.Module(shell, []))
    yield "under __main__", answer.with_trees(guarded)
    yield "run twice", answer.with_cells([cell + CELL_BREAK + cell for cell in answer.cells])
    wide = ["\n".join(line.replace("    ", "\t") for line in cell.split("\n"))
            for cell in answer.cells]  # fmt: skip
    if _is_python(wide) and wide != list(answer.cells):
        yield "tabs", answer.with_cells(wide)
    yield (
        "Windows line ends",
        answer.with_cells([cell.replace("\n", "\r\n") for cell in answer.cells]),
    )


def _is_python(cells: list[str]) -> bool:
    try:
        for cell in cells:
            ast.parse(cell)
    except SyntaxError:
        return False
    return True


def drafts(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Put a first draft, which returns nothing, before the answer."""
    draft = "\n".join(
        f"def {node.name}(*args, **named):\n    return None" for _, _, node in answer.functions()
    )
    if draft:
        yield "a draft before", _before(answer, draft)


def in_another_cell(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """Write a function in a cell before, leaving the answer's cell without it."""
    moved: list[ast.FunctionDef] = []
    cells = []
    for tree in answer.trees():
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        moved += functions
        rest = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
        cells.append(ast.unparse(ast.Module(rest, [])))
    plain = all(not node.args.defaults and not node.decorator_list for node in moved)
    if moved and plain:
        written = "\n\n".join(ast.unparse(node) for node in moved)
        yield "functions in a cell before", _before(replace(answer, cells=tuple(cells)), written)


LAYOUT = {
    "scratch": scratch,
    "split": splits,
    "merged": merges,
    "magic": magics,
    "shown": shows,
    "layout": formats,
    "draft": drafts,
    "moved": in_another_cell,
}
