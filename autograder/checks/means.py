"""By which means an answer works: what it must not leave to a library.

Judged by the names that ``probes.reached`` brings. They come from the process in which student code
ran, so few points hang on these rules.
"""

import re
from collections.abc import Iterable

TRANSPOSING = {
    "T", "mT", "H", "mH", "t", "t_copy", "adjoint", "transpose", "transpose_copy",
    "matrix_transpose", "permute", "permute_copy", "permute_dims", "swapaxes", "swapdims",
    "movedim", "moveaxis", "rollaxis", "einsum", "as_strided", "as_strided_copy", "rot90", "vmap",
}  # fmt: skip
JOINING = {"stack", "column_stack"}
INDEXING = {"[]", "__getitem__", "__setitem__", "select", "index_select", "narrow", "gather",
            "take", "scatter", "index_put"}  # fmt: skip
DISTANCES = {"dist", "cdist", "pdist", "hypot", "pairwise_distance"}
NORM = re.compile(r"norm(?!al(?!iz))")  # "normalize" is one, "normal" is none


def require_own_transpose(used: Iterable[str], name: str) -> None:
    """Require that no library function exchanged the axes.

    Raises:
        AssertionError: one did; the text starts with ``[transposes-by-library]``.
    """
    names = {_plain(one) for one in used}
    found = sorted(names & TRANSPOSING)
    if not found and not names & INDEXING:
        found = sorted(names & JOINING)
    listed = ", ".join(found)
    assert not found, (
        f"[transposes-by-library] {name} uses {listed}; here the entries, rows or columns are to "
        f"be taken or placed by an index. ‖ {name} 使用了 {listed}；"
        "这道题要求按下标取出或放置元素、行或列。"
    )


def require_own_norm(used: Iterable[str], name: str) -> None:
    """Require that no library function computed a norm or a distance.

    Raises:
        AssertionError: one did; the text starts with ``[norm-by-library]``.
    """
    names = {_plain(one) for one in used if not one.startswith("_")}
    listed = ", ".join(sorted(one for one in names if one in DISTANCES or NORM.search(one)))
    assert not listed, (
        f"[norm-by-library] {name} uses {listed}; here the norm is to be computed from the entries "
        f"by arithmetic. ‖ {name} 使用了 {listed}；这道题要求由元素经算术运算得出范数。"
    )


def _plain(name: str) -> str:
    """Return the name of an operation without the underscore of its in-place form."""
    return name if name.startswith("__") else name.rstrip("_")
