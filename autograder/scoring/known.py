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
    "builtins.type": type,
    "builtins.generator": types.GeneratorType,
    "builtins.coroutine": types.CoroutineType,
    "builtins.object": object,
}


def loaded(name: str) -> type | None:
    """Return the class of a name if its module is loaded here; nothing is imported."""
    if name in BUILTIN_TYPES:
        return BUILTIN_TYPES[name]
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is not None:
            found: Any = module
            for part in parts[cut:]:
                found = vars(found).get(part) if hasattr(found, "__dict__") else None
            return found if isinstance(found, type) and found.__module__ != "__main__" else None
    return None
