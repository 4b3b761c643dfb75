"""Modules by name: where a notebook's name is a library, tests use the scorer's own.

A test that computes with the notebook's ``np`` means NumPy. The sandbox says only what the module
is called; a lie brings the true library of that name, or a stand-in. A test may call anything of
the module with a value of the student's, and the name that it calls may be bound to another module
than it thinks: no module is on the list whose functions run texts (sympy) or unpickle.
"""

import importlib
import re
from contextlib import suppress
from types import ModuleType

LIBRARIES = frozenset({
    "babypandas", "bisect", "calendar", "cmath", "collections", "copy", "datascience", "datetime",
    "decimal", "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math",
    "matplotlib", "networkx", "numbers", "numpy", "operator", "pandas", "random", "re", "scipy",
    "seaborn", "sklearn", "statistics", "string", "textwrap", "torch",
})  # fmt: skip
PARTS = frozenset({
    "matplotlib.pyplot", "numpy.linalg", "numpy.random", "numpy.testing", "pandas.testing",
    "scipy.linalg", "scipy.optimize", "scipy.special", "scipy.stats", "torch.autograd",
    "torch.func", "torch.linalg", "torch.nn", "torch.nn.functional",
})  # fmt: skip
LISTED = LIBRARIES | PARTS

MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_IMPORTS = re.compile(
    rf"^[ \t]*(?:from[ \t]+({MODULE.pattern})[ \t]+import|import[ \t]+([^#;\n]+))", re.M
)


def modules_imported(source: str) -> list[str]:
    """Return the modules that a text of Python imports, also one with magics in it, sorted."""
    found: set[str] = set()
    for taken, listed in _IMPORTS.findall(source):
        names = (
            [taken] if taken else [part.split()[0] for part in listed.split(",") if part.split()]
        )
        found.update(name for name in names if MODULE.fullmatch(name))
    return sorted(found)


def library(name: object) -> ModuleType | None:
    """Return the scorer's own module of a name, None where it is no library of the list."""
    if not isinstance(name, str) or name not in LISTED:
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


BROUGHT = frozenset({"networkx", "pandas", "scipy", "sklearn"})
MAX_MODULE = 200


def bring(name: str) -> None:
    """Import the module of a library's class, so that tests that import it later find the same.

    Args:
        name: of the class, as the sandbox says: a lie imports a part of a library of the list.
    """
    module = name.rpartition(".")[0]
    if module.partition(".")[0] not in BROUGHT or not _is_plain(module):
        return
    with suppress(Exception):  # no such part, or one that cannot be imported here
        importlib.import_module(module)


def _is_plain(module: str) -> bool:
    """Tell whether a name is that of a part of a library that is no test and no program."""
    first, *inner = module.split(".")
    return (
        bool(inner) and len(module) <= MAX_MODULE and "test" not in module
        and all(part.isascii() and part.isidentifier() and not part[0].isupper()
                for part in (first, *inner))
        and not any(part.startswith("__") for part in inner)
    )  # fmt: skip
