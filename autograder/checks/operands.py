"""Read from an expression which shapes its two operands have, where its own text says so.

``torch.ones(1, 3) + torch.ones(1, 2)`` is refused with the very words of a 2 x 3 matrix plus its
transpose. The words cannot tell the two apart, but the expression can: both operands are made on
the spot. A name (``M + M.T``, ``A / row_sums``) says nothing, and is taken at its word.
"""

import ast
from collections.abc import Iterator

MAKERS = ("ones", "zeros", "rand", "randn", "empty", "eye")
TRANSPOSED = ("T", "mT", "t", "transpose", "swapaxes", "swapdims")
Shape = tuple[int, ...]


def clashes(tree: ast.AST) -> Iterator[tuple[Shape, Shape]]:
    """Yield the shapes of two operands that are made on the spot and do not fit together.

    Those that fit raise nothing, so they are only a part of the expression.
    """
    for node in ast.walk(tree):
        left, right = map(_shape, _operands(node))
        if left is not None and right is not None and not _fit(left, right):
            yield left, right


def _fit(left: Shape, right: Shape) -> bool:
    pairs = zip(reversed(left), reversed(right))
    return all(a == b or 1 in (a, b) for a, b in pairs)


def _operands(node: ast.AST) -> tuple[ast.AST | None, ast.AST | None]:
    if isinstance(node, ast.BinOp):
        return node.left, node.right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if len(node.args) == 2:  # torch.add(a, b)
            return node.args[0], node.args[1]
        if len(node.args) == 1:  # a.add(b)
            return node.func.value, node.args[0]
    return None, None


def _shape(node: ast.AST | None) -> Shape | None:
    """Return the shape of a tensor that an expression makes, None where it does not tell."""
    if isinstance(node, ast.Attribute) and node.attr in TRANSPOSED:
        return _reversed(node.value)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr in TRANSPOSED:
        return _reversed(node.func.value)
    if node.func.attr not in MAKERS:
        return None
    lengths = node.args
    if len(lengths) == 1 and isinstance(lengths[0], (ast.Tuple, ast.List)):
        lengths = lengths[0].elts
    values = [item.value for item in lengths if isinstance(item, ast.Constant)]
    shape = tuple(value for value in values if isinstance(value, int))
    if not shape or len(shape) != len(lengths):
        return None
    return shape * 2 if node.func.attr == "eye" and len(shape) == 1 else shape


def _reversed(node: ast.AST) -> Shape | None:
    shape = _shape(node)
    return shape[::-1] if shape is not None and len(shape) == 2 else None
