"""What may be repeated of what a student's code says while a hidden test's inputs are in its hands.

An error's text, or a class's name, can be made of those inputs. A text is repeated where it cannot
be: it stands word by word in the notebook, or a library says it without the values that it was
given. Shapes and sizes may be told. Otherwise a neutral text takes its place.
"""

import builtins
import re
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch

from autograder.wall.evidence import CapturedError

WITHHELD = "(not shown, as it may hold a hidden test's inputs / 可能含有隐藏测试的输入，不予显示)"
UNNAMED = "(a class of the notebook's / 笔记本中的类)"
MOST_WORD = 40
SHORT = 4
MOST_FILES = 64  # whose words are kept, as students name them
# Said by Python, torch and NumPy; {n}: a whole number, {s}: a shape or size, {w}: a name.
SAID = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward.",
    "the function that was handed over cannot be computed for this input",
    "element {n} of tensors does not require grad and does not have a grad_fn",
    "grad can be implicitly created only for scalar outputs",
    "Mismatch in shape: grad_output[{n}] has a shape of torch.Size({s}) and output[{n}] has a "
    "shape of torch.Size({s}).",
    "The size of tensor a ({n}) must match the size of tensor b ({n}) at non-singleton dimension "
    "{n}",
    "output with shape {s} doesn't match the broadcast shape {s}",
    "mat1 and mat2 shapes cannot be multiplied ({n}x{n} and {n}x{n})",
    "shape '{s}' is invalid for input of size {n}",
    "index {n} is out of bounds for dimension {n} with size {n}",
    "index {n} is out of bounds for axis {n} with size {n}",
    "Dimension out of range (expected to be in range of [{n}, {n}], but got {n})",
    "only one element tensors can be converted to Python scalars",
    "Boolean value of Tensor with more than one value is ambiguous",
    "a Tensor with {n} elements cannot be converted to Scalar",
    "Only Tensors of floating point and complex dtype can require gradients",
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    "a leaf Variable that requires grad is being used in an in-place operation.",
    "The differentiated Tensor at index {n} appears to not have been used in the graph. Set "
    "allow_unused=True if this is the desired behavior.",
    "One of the differentiated Tensors appears to not have been used in the graph. Set "
    "allow_unused=True if this is the desired behavior.",
    "One of the differentiated Tensors does not require grad",
    "len() of a 0-d tensor",
    "iteration over a 0-d tensor",
    "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {n}D.",
    "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.",
    "name '{w}' is not defined",
    "cannot access local variable '{w}' where it is not associated with a value",
    "local variable '{w}' referenced before assignment",
    "{w}() missing {n} required positional argument: '{w}'",
    "{w}() missing {n} required positional arguments: '{w}' and '{w}'",
    "{w}() takes {n} positional argument but {n} were given",
    "{w}() takes {n} positional arguments but {n} were given",
    "{w}() takes {n} positional arguments but {n} was given",
    "{w}() got an unexpected keyword argument '{w}'",
    "unsupported operand type(s) for {o}: '{w}' and '{w}'",
    "bad operand type for unary {o}: '{w}'",
    "'{o}' not supported between instances of '{w}' and '{w}'",
    'can only concatenate {w} (not "{w}") to {w}',
    "'{w}' object has no attribute '{w}'",
    "module '{w}' has no attribute '{w}'",
    "'{w}' object is not subscriptable",
    "'{w}' object is not iterable",
    "'{w}' object is not callable",
    "'{w}' object does not support item assignment",
    "object of type '{w}' has no len()",
    "cannot unpack non-iterable {w} object",
    "list index out of range",
    "tuple index out of range",
    "division by zero",
    "float division by zero",
    "math domain error",
    "maximum recursion depth exceeded",
    "maximum recursion depth exceeded in comparison",
    "not enough values to unpack (expected {n}, got {n})",
    "too many values to unpack (expected {n})",
    "operands could not be broadcast together with shapes {s} {s} ",
    "matmul: Input operand {n} has a mismatch in its core dimension {n}, with gufunc signature "
    "(n?,k),(k,m?)->(n?,m?) (size {n} is different from {n})",
    "stack expects each tensor to be equal size, but got {s} at entry {n} and {s} at entry {n}",
    "Sizes of tensors must match except in dimension {n}. Expected size {n} but got size {n} for "
    "tensor number {n} in the list.",
    "{w}(): argument '{w}' (position {n}) must be {w}, not {w}",
    "{w} : expected both vectors to have same dtype, but found {w} and {w}",
    "expected m1 and m2 to have the same dtype, but got: {w} != {w}",
    "view size is not compatible with input tensor's size and stride (at least one dimension spans "
    "across two contiguous subspaces). Use .reshape(...) instead.",
    "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) "
    "elements are required.",
    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {n} "
    "dims. Maybe you wanted to use the vjp or jacrev APIs instead?",
    "diag(): Supports 1D or 2D tensors. Got {n}D",
    "both arguments to matmul need to be at least 1D, but they are {n}D and {n}D",
    "1D tensors expected, but got {n}D and {n}D tensors",
    "size mismatch, got input ({n}), mat ({n}x{n}), vec ({n})",
    "No module named '{w}'",
    "f takes a tensor, found {w}",
    # By probes, of what they are given.
    "expected a tensor, found {w}",
    "expected a matplotlib Axes or Figure, found {w} ‖ 应为 matplotlib 的 Axes 或 Figure，实为 {w}",
    "derivatives of an order over {n} are not answered",
    "too many batches in one another",
    "batches of different sizes",
    "too many rows in one batch, or none",
    "too many numbers in one question",
    "a tensor of {w} cannot be asked about",
    "a test's function can be computed only while the test waits",
    "the function that was handed over belongs to an earlier call, which is over",
    "the function that was handed over cannot be computed for this input",
    "the function that was handed over cannot be traced, as torch.func.linearize does; "
    "torch.func.jvp, vjp, grad and autograd work with it",
)
OTHERS = frozenset({
    "builtins", "torch", "numpy", "NoneType", "function", "builtin_function_or_method", "method",
    "generator", "__main__", "matplotlib", "figure", "Figure", "axes", "Axes", "lines", "Line2D",
    "pandas", "core", "frame", "DataFrame", "series", "Series", "Generator", "OutOfMemoryError",
    "linalg", "LinAlgError", "Double", "Float", "Long", "Int", "Half", "Bool", "traceback",
})  # fmt: skip
SLOTS = {
    "{n}": r"-?\d{1,4}",
    "{s}": r"[\[(](?:\d{1,4}(?:, ?|(?=[\])])))*[\])]",
    "{w}": rf"([\w.]{{1,{MOST_WORD}}})",
    "{o}": r"(?:[-+*/%@<>=!&|^~]{1,3}|pow\(\)|\*\* or pow\(\))",
}


def is_harmless(text: str, sources: Iterable[str]) -> bool:
    """Tell whether a text can hold nothing of a hidden test's inputs.

    Args:
        sources: the notebook's cells.
    """
    if not text or any(text in source for source in sources) or _is_name(text, sources):
        return True
    for pattern in _patterns():
        if found := pattern.fullmatch(text):
            return set(".".join(found.groups()).split(".")) - {""} <= _known(sources)
    return False


def without_inputs(text: str, said: Iterable[str], sources: Sequence[str]) -> str:
    """Return a message without what the student's code said of hidden inputs.

    Args:
        said: the texts that came from the student's process while the message was made.
    """
    for one in sorted(set(said), key=len, reverse=True):
        # A short one may stand in the test's own words by chance.
        found = one in text if len(one.strip()) >= SHORT else one == text
        if one.strip() and found and not is_harmless(one, sources):
            text = text.replace(one, WITHHELD)
    return text


def type_name(name: str, sources: Sequence[str]) -> str:
    """Return the name of a class, or a neutral text where it could hold inputs."""
    return name if _is_name(name, sources) else UNNAMED


def place(error: CapturedError, sources: Sequence[str]) -> str:
    """Return where an error was raised, or "" where that is not told."""
    frame = error.innermost()
    if frame is None:
        return ""
    if frame.library and frame.function in _words_of(frame.file):
        return f"{frame.file}, {frame.function}"[:300]
    known = _words(sources) | {"<module>", "<lambda>"}
    return f"<cell>, {frame.function if frame.function in known else UNNAMED}"


@lru_cache(maxsize=MOST_FILES)
def _words_of(file: str) -> frozenset[str]:
    """Return the words of a library's file; none where there is no such file, or cannot be."""
    for name in ("purelib", "stdlib"):
        folder = Path(sysconfig.get_path(name)).resolve()
        with suppress(OSError, ValueError):  # too long, or with characters that no file's name has
            path = (folder / file).resolve()
            if path.is_relative_to(folder) and path.suffix == ".py" and path.is_file():
                return _words([path.read_text(encoding="utf-8", errors="replace")])
    return frozenset()


def label(text: str, sources: Sequence[str]) -> str:
    """Return a label of a picture as far as it stands in the notebook; numbers of it are left."""
    words = re.findall(r"[^\W\d]+|\d+", text)
    known = _words(sources)
    numbers = [word for word in words if word.isdigit()]
    short = len(numbers) <= 2 and all(len(number) <= 2 for number in numbers)
    in_place = short and all(word in known for word in words if not word.isdigit())
    return text if in_place or any(text in source for source in sources) else ""


def _is_name(text: str, sources: Iterable[str]) -> bool:
    """Tell whether a text is a name that the notebook or a library holds."""
    module, _, last = text.rpartition(".")
    if text.isidentifier() or module.replace(".", "").isidentifier():
        # Not getattr: a module may make or import what it is asked for.
        held = getattr(sys.modules.get(module), "__dict__", {}).get(last)
        return isinstance(held, type) or set(text.split(".")) <= _known(sources)
    return False


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    found = []
    for text in SAID:
        parts = re.split(r"(\{\w\})", text)
        found.append(re.compile("".join(SLOTS.get(part) or re.escape(part) for part in parts)))
    return tuple(found)


def _known(sources: Iterable[str]) -> frozenset[str]:
    """Return the words of the notebook and the names that Python, torch and NumPy have."""
    return _words(sources) | _library_names()


def _words(sources: Iterable[str]) -> frozenset[str]:
    return _words_in(tuple(sources))


@lru_cache(maxsize=2)  # of the notebook that is graded, for each text that it says
def _words_in(sources: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        word for source in sources for word in re.findall(r"[^\W\d]\w*|[^\W\d]+", source)
    )


@cache
def _library_names() -> frozenset[str]:
    kinds = (int, float, str, list, tuple, dict, torch.Tensor, np.ndarray)
    found = {name for owner in (builtins, torch, np, *kinds) for name in dir(owner)}
    return frozenset(found) | OTHERS
