"""Classes by name: Python's own and those of libraries that are loaded here."""

import sys
import types
from typing import Any

# Types of Python's own whose objects stay in the sandbox; isinstance() answers as it would there.
BUILTIN_TYPES: dict[str, type] = {
    "builtins.function": types.FunctionType,
    "builtins.method": types.MethodType,
    "builtins.builtin_function_or_method": types.BuiltinFunctionType,
    "builtins.module": types.ModuleType,
    "builtins.mappingproxy": types.MappingProxyType,
    "builtins.type": type,
    "builtins.generator": types.GeneratorType,
    "builtins.coroutine": types.CoroutineType,
    "builtins.object": object,
}


# Their classes, errors above all, mean something to whoever runs the tests.
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


def _is_foreign(cls: type) -> bool:
    """Tell whether a class is a library's, by whatever name it was found."""
    return cls.__module__.partition(".")[0] not in OURS | {"__main__"}
