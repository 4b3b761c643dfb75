"""Errors of the libraries that questions on data and on documentation ask for."""

from autograder.checks.errors import OWN_LINE, SIZE_MISMATCH, Known

MANY_TRUTHS = Known(
    "RuntimeError",
    r"boolean value of tensor with more than one value is ambiguous",
    (OWN_LINE,),
    kin=r"boolean value of tensor with no values is ambiguous",
    right="if X < Y",
)
# Of (2, 3, 4) with (2, 3): 4 against 3 in the last axis.
CLASH = Known(
    "RuntimeError",
    r"(size of tensor a|expanded size of the tensor) \(([34])\) must match the (size of tensor b|"
    r"existing size) \((?!\2)[34]\) at non-singleton dimension 2"
    r"|broadcast a dimension of length [34] at -1!.*\(2, 3(, 4)?\).*\[(1, 2, 3|2, 3, 4)\]",
    SIZE_MISMATCH.places,
    kin=rf"{SIZE_MISMATCH.pattern}|expanded size of the tensor",
    right="torch.ones(2, 3, 4) + torch.ones(2, 3)",
)
GROWING = Known(
    "RuntimeError",
    r"output with shape \[3, 1\] doesn't match the broadcast shape \[3, 4\]"
    r"|expanded size of the tensor \(1\) must match the existing size \(4\)",
    SIZE_MISMATCH.places,
    kin=r"output with shape .* doesn't match the broadcast shape|expanded size of the tensor",
    right="a += b",
)
TEXT_MEAN = Known(
    "TypeError",
    r"reduction 'mean'|could not convert .* to numeric|does not support (operation|"
    r"reduction) 'mean'|can only concatenate str|unsupported operand type\(s\) for \+",
    ("pandas", "numpy"),
    right="mean()",
    through="mean",
)
OBJECT_ARRAY = Known(
    "TypeError", r"can't convert np.ndarray of type numpy.object_", (OWN_LINE, "torch")
)
NO_SIGNATURE = Known(
    "ValueError",
    r"no signature found for builtin.*\bmethod add of type\b",
    ("python",),
    kin=r"no signature found",
    right="inspect.signature(torch.add)",
    about=("another function than that", "函数"),
)
