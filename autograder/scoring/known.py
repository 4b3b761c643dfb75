"""Classes by name: Python's own and those of libraries that are loaded here."""

import re
import sys
import types
from typing import Any

# Types of Python's own whose objects stay in the sandbox; isinstance() answers as it would there.
BUILTIN_TYPES: dict[str, type] = {
    **{
        f"builtins.{cls.__name__}": cls
        for cls in vars(types).values()
        if isinstance(cls, type) and cls.__module__ == "builtins"
    },
    "builtins.builtin_method": type(re.compile("").search),  # of a class that is written in C
    "builtins.type": type,
    "builtins.object": object,
}


# Their classes, errors above all, mean something to whoever runs the tests.
HEAP = 1 << 9  # set where a class is made while Python runs
OURS = frozenset({"autograder", "otter"})


def loaded(name: str) -> type | None:
    """Return the class of a name if its module is loaded here; nothing is imported.

    The sandbox says the name, so no class of the grader's own is ever found.
    """
    if name in BUILTIN_TYPES:
        return BUILTIN_TYPES[name]
    parts = name.split(".")
    if parts[0] in OURS:
        return None
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is not None:
            found: Any = module
            for part in parts[cut:]:
                found = vars(found).get(part) if hasattr(found, "__dict__") else None
            return found if isinstance(found, type) and _is_foreign(found) else None
    return None


def reads_memory(cls: type) -> bool:
    """Tell whether torch reads the memory of whatever says that it is of a class as one of it.

    So it does with classes that are written in C: it asks ``__class__``, and looks no further.
    """
    return any(
        one.__module__.startswith("torch") and not one.__flags__ & HEAP for one in cls.__mro__
    )


def _is_foreign(cls: type) -> bool:
    """Tell whether a class is a library's, by whatever name it was found."""
    return cls.__module__.partition(".")[0] not in OURS | {"__main__"}
