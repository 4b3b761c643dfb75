"""Functions of the standard library's and NumPy's that a test replaces while it calls student code.

``mock.patch("builtins.input")`` replaces the scorer's. Student code is to meet the replacement as
well, which answers from the test's side like any function that is handed over.
"""

import importlib
import sys
from typing import Any

NAMES = {
    "builtins": ("input", "open", "print"),
    "random": ("choice", "choices", "gauss", "randint", "random", "randrange", "sample", "shuffle",
               "uniform"),
    "time": ("monotonic", "perf_counter", "sleep", "time"),
    "os": ("getenv", "listdir", "makedirs", "mkdir", "remove", "rename", "system", "urandom"),
    "os.path": ("exists", "getsize", "isdir", "isfile"),
    "pathlib:Path": ("exists", "glob", "is_dir", "is_file", "iterdir", "mkdir", "open",
                     "read_bytes", "read_text", "unlink", "write_text"),
    "secrets": ("choice", "randbelow", "token_hex"),
    "subprocess": ("Popen", "call", "check_output", "run"),
    "urllib.request": ("urlopen", "urlretrieve"),
    "webbrowser": ("open",),
    "numpy.random": ("choice", "default_rng", "normal", "permutation", "rand", "randint", "randn",
                     "random", "shuffle", "uniform"),
}  # fmt: skip
LATE = {"requests": ("delete", "get", "patch", "post", "put", "request")}  # if it is there at all


def _owner(place: str) -> Any:
    """Return a module, or a class in one."""
    module, _, name = place.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


WATCHED = [
    (place, _owner(place), {name: getattr(_owner(place), name) for name in names})
    for place, names in NAMES.items()
]


def replaced() -> list[list[Any]]:
    """Return module or class, name and replacement of each function that is another one now."""
    found = []
    for module, owner, usual in WATCHED:
        held = vars(owner)
        for name in usual:
            if (value := held.get(name, usual[name])) is not usual[name] and callable(value):
                found.append([module, name, value])
    for module, names in LATE.items():
        for name in names if module in sys.modules else ():
            value = getattr(sys.modules[module], name, None)
            if callable(value) and not str(getattr(value, "__module__", "")).startswith(module):
                found.append([module, name, value])
    return found
