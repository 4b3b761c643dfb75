"""What a notebook finds of a kernel around its shell: an application, a command line, a debugger.

Nothing listens here and nobody answers; what is asked of the kernel does nothing.
"""

import functools
import importlib.util
import os
import pdb
import sys
from pathlib import Path
from typing import Any

from IPython.core import debugger
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets.config import Application

from autograder.sandbox.otter_stub import Inert, do_nothing

LAUNCHER = "ipykernel_launcher.py"
SILENT_MAGICS = (
    "autosave", "connect_info", "ed", "edit", "less", "man", "more", "qtconsole", "subshell",
)  # fmt: skip


class Part(Inert):
    """Stands for any part of a kernel: it has parts, and may be asked to do anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Part()

    def __call__(self, *args: object, **kwargs: object) -> None:
        """Do nothing."""


class Kernel(Part):
    """Stands where a kernel is: it knows its shell, and whatever is asked of it does nothing."""

    def __init__(self, shell: InteractiveShell):
        super().__init__()
        self.shell = shell

    def get_parent(self, channel: str = "shell") -> dict[str, Any]:
        """Return the message that is being answered: there is none."""
        return {}


class IPKernelApp(Application):
    """The application that a notebook's process is, by the name that libraries ask for."""

    name = "ipython-kernel"
    kernel = AnyTrait()


def first_names() -> dict[str, Any]:
    """Return what a kernel's notebook finds before anything has run or was displayed."""
    about = "Automatically created module for IPython interactive environment"
    module = {"__doc__": about, "__loader__": None, "__package__": None}
    return {**module, "_": "", "__": "", "___": ""}


def surround(shell: InteractiveShell) -> None:
    """Put around a shell what a kernel has there."""
    kernel = Kernel(shell)
    shell.kernel = kernel  # type: ignore[attr-defined]
    IPKernelApp.instance(kernel=kernel)
    vars(shell.user_module)["__spec__"] = None  # as of a program: what is spawned imports none
    # As a kernel's application sets it up.
    interruptible: Any = debugger.InterruptiblePdb
    vars(debugger)["Pdb"] = vars(pdb)["Pdb"] = interruptible
    vars(pdb)["set_trace"] = debugger.set_trace
    vars(sys)["breakpointhook"] = do_nothing  # debugpy's, while nobody is connected to it
    if "ipykernel" not in sys.modules:
        _register("ipykernel")
    _launcher()


def _register(name: str) -> None:
    """Let a package stand among the loaded modules; it is loaded once it is looked into."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    loader.exec_module(module)


def start_in(folder: str, shell: InteractiveShell) -> None:
    """Let a notebook find that its kernel was started in a folder, where its files would lie."""
    sys.argv = [_launcher(), "-f", os.path.join(folder, "kernel.json")]
    assert shell.history_manager is not None
    shell.history_manager.dir_hist[:] = [Path(folder)]
    shell.home_dir = folder  # which "~" names


@functools.cache
def _launcher() -> str:
    """Return the file that starts a kernel; looked for once, before a child asks."""
    spec = importlib.util.find_spec("ipykernel_launcher")
    return spec.origin if spec and spec.origin else LAUNCHER
