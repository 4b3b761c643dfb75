"""torch.func without torch's compiler: what it asks the compiler for, answered at once.

``torch.func.grad`` enters ``torch._dynamo.compiled_autograd._disable()``, and naming that imports
the compiler: seconds and over 200 MiB for nothing, as nothing is compiled. While the compiler is
not loaded nobody can have turned compiled autograd on, so that turning it off has nothing to do.
Whoever asks for anything else gets the real package.
"""

import importlib
import sys
from contextlib import nullcontext

COMPILER = "torch._dynamo"


class _Deferred:
    """Stands where a package will be; any name that it does not know loads the package."""

    def __init__(self, package: str, **known):
        self.__dict__.update(known, _package=package)

    def __getattr__(self, name):
        return getattr(importlib.import_module(self._package), name)


def defer_compiler() -> None:
    """Put the stand-in where torch looks; a real import of the compiler takes its place."""
    import torch

    if COMPILER not in sys.modules:
        autograd = _Deferred(f"{COMPILER}.compiled_autograd", _disable=nullcontext)
        torch._dynamo = _Deferred(COMPILER, compiled_autograd=autograd)
