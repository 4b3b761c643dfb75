"""torch without its compiler: what torch itself asks the compiler for, answered at once.

Two places in torch import ``torch._dynamo`` although nothing is compiled, which takes seconds and
over 200 MiB: ``torch.func.grad`` enters ``compiled_autograd._disable()``, and functions that torch
marks as not to be compiled import ``disable`` when they are first called. While the compiler is
not loaded, nobody can have turned it on, so turning it off has nothing to do. Whoever asks for
anything else gets the real package.
"""

import importlib
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, FrameType, ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

COMPILER = "torch._dynamo"


def defer_compiler() -> None:
    """Put stand-ins where torch looks; a real import of the compiler takes their place."""
    import torch
    from torch import _compile

    if COMPILER in sys.modules:
        return
    autograd = _Deferred(f"{COMPILER}.compiled_autograd", _disable=nullcontext)
    compiler = _Deferred(COMPILER, compiled_autograd=autograd)
    vars(torch)["_dynamo"] = compiler
    asking = _compile._disable_dynamo(defer_compiler).__code__
    sys.meta_path.insert(0, _Finder(asking, compiler))


class _Deferred:
    """Stands where a package will be; any name that it does not know loads the package."""

    def __init__(self, package: str, **known: object):
        self.__dict__.update(known, _package=package)

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._package), name)


class _Finder(MetaPathFinder, Loader):
    """Answers the compiler's import where one of torch's marked functions asks for ``disable``."""

    def __init__(self, asking: CodeType, deferred: _Deferred):
        self.asking, self.deferred = asking, deferred

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != COMPILER:
            return None
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        asked = frame is not None and frame.f_code is self.asking
        return ModuleSpec(name, self) if asked else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        vars(module)["disable"] = self.disable
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass

    def disable(self, function: T, *args: object, **kwargs: object) -> T:
        """Return the function as it is, and leave no trace of the module that held this."""
        import torch

        del sys.modules[COMPILER]
        vars(torch)["_dynamo"] = self.deferred
        return function
