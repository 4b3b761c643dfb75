"""What the errors that learners of autograd and linear algebra meet are trying to say."""

# ruff: noqa: E501

import re

EXPLANATIONS: list[tuple[str, str, str]] = [
    (
        r"backward through the graph a second time",
        "backward() frees the tensors that the graph saved. Pass retain_graph=True to the first call "
        "if you need a second one; the gradients then add up.",
        "backward() 会释放计算图保存的张量。若需要第二次调用，请在第一次传入 retain_graph=True；梯度随后会累加。",
    ),
    (
        r"grad can be implicitly created only for scalar",
        "Only a scalar has a gradient without further information. For a vector give weights with "
        "backward(gradient=...), or sum first, which is the same as weights of one.",
        "只有标量可以直接求梯度。对于向量，请用 backward(gradient=...) 给出权重，或先求和（等同于权重全为 1）。",
    ),
    (
        r"Mismatch in shape: grad_output",
        "The tensor given as gradient= must have the shape of the tensor on which backward is called.",
        "作为 gradient= 传入的张量必须与调用 backward 的张量形状相同。",
    ),
    (
        r"Only Tensors of floating point",
        "Gradients need real numbers: write 3.0 instead of 3, or give dtype=torch.float32.",
        "梯度需要浮点数：把 3 写成 3.0，或指定 dtype=torch.float32。",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "No graph leads to this tensor. Make the input with requires_grad=True before computing with it.",
        "没有计算图通向这个张量。请在计算之前用 requires_grad=True 创建输入。",
    ),
    (
        r"leaf Variable that requires grad is being used in an in-place",
        "A leaf must not be changed in place while autograd watches it; make a new tensor instead.",
        "autograd 跟踪叶子张量时不能原地修改它；请创建一个新张量。",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy does not know the graph: call .detach() first.",
        "NumPy 不了解计算图：请先调用 .detach()。",
    ),
    (
        r"size of tensor a .* must match the size of tensor b",
        "Broadcasting compares shapes from the last axis on: in each place the lengths are equal, or "
        "one of them is 1 (a sum with keepdim=True keeps its axis as such a 1).",
        "广播从最后一个轴开始逐位比较形状：同一位上的长度要相等，或者其中一个为 1（求和时用 "
        "keepdim=True 会把该轴保留为 1）。",
    ),
    (
        r"doesn't match the broadcast shape",
        "An operation in place keeps the shape of its left side, so the result of broadcasting must "
        "not be larger than that.",
        "原地运算要保持左边的形状，因此广播的结果不能比它更大。",
    ),
    (
        r"Boolean value of Tensor with more than one value is ambiguous",
        "A condition needs one yes or no; a comparison of tensors gives one for each entry.",
        "条件需要一个“是”或“否”；张量的比较对每个元素各给出一个。",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch|inconsistent tensor size",
        "In a matrix product the columns of the left must be as many as the rows of the right.",
        "矩阵乘积中，左边的列数必须等于右边的行数。",
    ),
    (
        r"len\(\) of a 0-d tensor",
        "len() counts along the first axis, and a single number has no axis.",
        "len() 沿第一个轴计数，而单个数没有轴。",
    ),
    (
        r"must be 1D or 2D",
        "A matrix norm needs two axes: name them with dim=, or leave ord out to get the 2-norm of all "
        "entries.",
        "矩阵范数需要两个轴：用 dim= 指定，或省略 ord，得到所有元素的 2-范数。",
    ),
    (
        r"only one element tensors can be converted|a Tensor with \d+ elements cannot be converted",
        "Only a tensor with one element becomes a Python number; sum or index it first.",
        "只有单元素张量才能转换为 Python 数；请先求和或取下标。",
    ),
    (
        r"name '\w+' is not defined",
        "The name was never set: was the cell that defines it run, and spelled the same?",
        "该名称未定义：定义它的单元格运行了吗？拼写一致吗？",
    ),
]  # fmt: skip
_COMPILED = [
    (re.compile(pattern), (english, chinese)) for pattern, english, chinese in EXPLANATIONS
]


def explanation(message: str) -> tuple[str, str] | None:
    """Return what an error message means, in English and Chinese, or None."""
    message = message[:2000]
    for pattern, pair in _COMPILED:
        if pattern.search(message):
            return pair
    return None
