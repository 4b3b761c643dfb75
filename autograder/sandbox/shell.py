"""The IPython shell that runs the cells, made once in the warm worker and used in its children."""

import ast
import builtins
import getpass
import io
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from types import CodeType, FrameType
from typing import Any, cast

import numpy as np
import torch
from IPython.core import page
from IPython.core.async_helpers import _pseudo_sync_runner
from IPython.core.autocall import ExitAutocall
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Type, default
from traitlets.config import Config

from autograder.model import CellOutput
from autograder.sandbox import kernel, otter_stub, screen
from autograder.sandbox.looping import Loop
from autograder.sandbox.remembered import History, NamedValues
from autograder.sandbox.streams import BoundedText

MAX_ERROR_TEXT = 2000
CHECK = re.compile(r"""(\w+)\.check\((["'])[\w-]+\2\)\s*""")


class Transformers(TransformerManager):
    """IPython's own way from a cell to Python, which most cells need not go.

    Its token transformers look for magics, shell lines and help, and tokenize the cell anew for
    each pass to find them. A cell without any of their signs holds none.
    """

    SIGN = re.compile(r"[%!?]|^\s*[,;/]", re.MULTILINE)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Return the lines as IPython does."""
        return super().do_token_transforms(lines) if self.SIGN.search("".join(lines)) else lines


NOBODY = (
    "nobody can answer input() while a notebook is graded; write the value into the code ‖ "
    "评分时没有人能回答 input()；请把值直接写进代码"
)


class Exit(ExitAutocall):
    """What ``exit`` and ``quit`` name in a kernel."""

    def __call__(self, keep_kernel: object = False) -> None:
        """Ask the shell to end; what is handed over says whether the kernel goes on."""
        cast(ZMQInteractiveShell, self._ip).ask_exit()


class ZMQInteractiveShell(InteractiveShell):
    """What a kernel's shell does beyond IPython's, by the name that libraries ask for."""

    display_pub_class = Type(screen.ZMQDisplayPublisher)
    displayhook_class = Type(screen.ZMQShellDisplayHook)
    kernel = AnyTrait()
    exiter = AnyTrait()
    parent_header: dict[str, Any] = {}
    shown: BaseException | None = None  # the last error that was displayed

    def __init__(self, **options: Any):
        self.loop = Loop()
        super().__init__(**options)

    @default("exiter")
    def _make_exiter(self) -> ExitAutocall:
        return Exit(self)

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        if not _is_in_a_widget():
            self.shown = evalue
        with screen.beside():
            super()._showtraceback(etype, evalue, stb)

    def init_history(self) -> None:
        """Give the shell its history."""
        self.history_manager = History(shell=self, parent=self)
        self.configurables.append(self.history_manager)  # type: ignore[arg-type]

    def run_awaiting(self, raw_cell: str, **options: Any) -> ExecutionResult:
        """Run a cell inside this process's event loop, as a kernel runs every cell."""
        transformed, failure = raw_cell, None
        try:
            transformed = self.transform_cell(raw_cell)
        except Exception:
            failure = sys.exc_info()
        how: dict[str, Any] = {"transformed_cell": transformed, "preprocessing_exc_tuple": failure}
        awaits = self.should_run_async(raw_cell, **how)
        try:
            result = self.loop.run(self.run_cell_async(raw_cell, **how, **options), not awaits)
        finally:
            self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        return result

    def system(self, cmd: str) -> None:
        """Run a shell line; its output is printed, its exit status is ``_exit_code``.

        Raises:
            OSError: the line asks for a process in the background, as in a kernel.
        """
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        done = subprocess.run(
            self.var_expand(cmd, depth=1), shell=True, executable=find_shell(), text=True,
            errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        sys.stdout.write(done.stdout)
        self.user_ns["_exit_code"] = done.returncode
        if self.system_raise_on_error and done.returncode:
            raise subprocess.CalledProcessError(done.returncode, cmd)

    system_piped = system_raw = system

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Choose a backend by the name that ``%matplotlib`` takes.

        Raises:
            As IPython's does.
        """
        return super().enable_matplotlib("nbagg" if gui in ("widget", "ipympl") else gui)

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept the name of a graphical interface: there is none."""

    def get_parent(self) -> dict[str, Any]:
        """Return the message that asked for this cell: there is none."""
        return self.parent_header

    def set_parent(self, parent: object) -> None:
        """Accept such a message."""

    def ask_exit(self) -> None:
        """Accept ``exit()``: what it ends in Jupyter is the session of whoever sits there."""

    def raw_input(self, prompt: str = "") -> str:
        """Stand where ``input`` and ``getpass`` are.

        Raises:
            StdinNotImplementedError: always.
        """
        raise StdinNotImplementedError(NOBODY)


def _is_in_a_widget() -> bool:
    """Tell whether a widget for output takes what is shown now: then no cell ends in that error."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if frame.f_globals.get("__name__") == "ipywidgets.widgets.widget_output":
            return True
        frame = frame.f_back
    return False


def find_shell() -> str:
    """Return the shell of shell lines."""
    return next(
        (path for path in ("/bin/bash", "/usr/bin/bash") if os.path.exists(path)), "/bin/sh"
    )


class Shell(ZMQInteractiveShell):
    """A kernel's shell with a short way for ordinary cells, all that is new in it being speed.

    A cell's statements are compiled in one piece, not one by one, and run without what IPython
    keeps about a cell for its history. Cells that await, that do not compile, or that somebody
    asked IPython to tell about take its own way.
    """

    AWAITING = re.compile(r"await|async")

    def run_cell(  # type: ignore[override]
        self, raw_cell: str, store_history: bool = False, **options: Any
    ) -> ExecutionResult:
        """Run a cell; the value of a last expression is displayed."""
        ready = self._compile_ordinary(raw_cell) if store_history and not options else None
        looping = self.loop.made is not None or self.AWAITING.search(raw_cell)
        nested = self.loop.is_running()  # one that a cell runs: IPython knows what may await there
        if ready is None and looping and self.autoawait and not options and not nested:
            return self.run_awaiting(raw_cell, store_history=store_history)
        if ready is None:
            return super().run_cell(raw_cell, store_history, **options)
        cell, codes = ready
        result = ExecutionResult(ExecutionInfo(raw_cell, store_history, False, True, None))
        number = result.execution_count = self.execution_count
        self.execution_count = number + 1
        self.events.trigger("pre_execute")
        assert self.history_manager is not None
        self.history_manager.store_inputs(number, cell, raw_cell)
        try:
            with self.builtin_trap, self.display_trap:
                self.displayhook.exec_result = result
                any(_pseudo_sync_runner(self.run_code(code, result)) for code in codes)
                self.displayhook.exec_result = None
        finally:
            self.last_execution_succeeded, self.last_execution_result = result.success, result
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell", result)  # the cell may have asked for it
        return result

    def _compile_ordinary(self, raw_cell: str) -> tuple[str, list[CodeType]] | None:
        """Return the Python text of a cell and its code, a last expression's apart."""
        watched = self.events.callbacks["pre_run_cell"] or self.events.callbacks["post_run_cell"]
        special = self.ast_transformers or self.ast_node_interactivity != "last_expr"
        unusual = watched or special or self.loop.made or self.AWAITING.search(raw_cell)
        if unusual or not raw_cell.strip():  # a blank cell is not counted
            return None
        try:
            cell = self.transform_cell(raw_cell)
            name = self.compile.cache(cell, self.execution_count, raw_code=raw_cell)
            tree = self.compile.ast_parse(cell, filename=name)
            body = tree.body if isinstance(tree, ast.Module) else []
            shown = body[-1:] if body and isinstance(body[-1], ast.Expr) else []
            parts: list[tuple[ast.Module | ast.Interactive, str]] = [
                (ast.Module(body[: len(body) - len(shown)], []), "exec")
            ]
            parts += [(ast.Interactive(shown), "single")] if shown else []
            # IPython's annotation says text; it compiles trees in the same way.
            compile_tree: Callable[..., CodeType] = self.compile
            codes = [compile_tree(part, name, mode) for part, mode in parts if part.body]
        except Exception:
            return None
        return cell, codes


def make_shell() -> InteractiveShell:
    """Return a shell as a kernel has it, without history on disk, colours or pictures."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.autoindent = False
    config.InteractiveShell.show_rewritten_input = False
    config.InteractiveShell.xmode = "Minimal"
    config.IPKernelApp = Config()  # where libraries look whether they are in a notebook
    Shell.__name__ = Shell.__qualname__ = ZMQInteractiveShell.__name__
    Shell.__module__ = "ipykernel.zmqshell"
    shell = Shell.instance(config=config)
    shell.input_transformer_manager = Transformers()
    shell.db = NamedValues()
    assert shell.extension_manager is not None
    shell.extension_manager.load_extension("storemagic")
    # What is shown in a pager, or does something to the page in the browser, leaves no output.
    shell.set_hook("show_in_pager", page.as_hook(otter_stub.do_nothing), 90)
    for magic in kernel.SILENT_MAGICS:
        shell.magics_manager.magics["line"][magic] = lambda line="": None
    _run_every_path_once(shell)
    kernel.surround(shell)
    return shell


def _run_every_path_once(shell: InteractiveShell) -> None:
    """Run an ordinary cell, a display and an error, so that a child finds their imports done."""
    run_once(shell, "0", "import math\nprint(math)", "%pwd", "1 / 0", "1 +")


def run_once(shell: InteractiveShell, *sources: str) -> None:
    """Run cells for what they import, and forget them."""
    with redirect_stdout(io.StringIO()):
        for source in sources:
            shell.run_cell(source, store_history=True)
    forget_session(shell)


def forget_session(shell: InteractiveShell) -> None:
    """Forget what cells defined and displayed, and count them from 1 again."""
    shell.reset(new_session=True)
    shell.execution_count = 1
    assert shell.history_manager is not None
    shell.history_manager.output_hist_reprs.clear()
    shell.user_ns.update(kernel.first_names())


def run_cell(
    shell: InteractiveShell,
    source: str,
    output: BoundedText,
    seed: int | None,
    seed_variable: str | None = None,
) -> CellOutput:
    """Run one cell as a kernel would: an error ends the cell, not the notebook.

    Args:
        seed: Otter's seed between cells, or None.
        seed_variable: the name that it is given before each cell, in place of the generators.
    """
    if seed is not None and not source.startswith("%%"):  # as Otter leaves those
        sow(shell, seed, seed_variable)
    if only_checks(shell, source):
        shell.execution_count += 1
        return CellOutput()
    assert isinstance(shell, ZMQInteractiveShell)
    shell.shown = error = None
    try:
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec or shell.shown
        error = shell.loop.turn() or error
    except Exception as raised:  # while IPython told of an error, as where a debugger is asked for
        error = raised
    shell.shown = None
    take_over_input(shell)
    return CellOutput(text=output.take(), error=None if error is None else describe_error(error))


def only_checks(shell: InteractiveShell, source: str) -> bool:
    """Tell whether a cell only asks Otter's stand-in for a check, which does nothing."""
    check = CHECK.fullmatch(source)
    return check is not None and type(shell.user_ns.get(check[1])) is otter_stub.Notebook


def sow(shell: InteractiveShell, seed: int, variable: str | None) -> None:
    """Seed the generators, or a variable of the notebook's, as Otter does before each cell."""
    if variable:
        shell.user_ns[variable] = seed
    else:
        seed_generators(seed)


def seed_generators(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators."""
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for other devices first


def describe_error(error: BaseException) -> str:
    """Return ``Type: message``, bounded, whatever the student's exception class does.

    Of an error whose message raises another one a kernel tells that other one.
    """
    name = type(error).__name__
    try:
        text = str(error)
    except BaseException as failure:
        name, text = type(failure).__name__, f"(raised while the message of {name} was read)"
    return f"{name}: {text}"[:MAX_ERROR_TEXT]


def take_over_input(shell: InteractiveShell) -> None:
    """Let ``input`` and ``getpass`` say that nobody answers."""
    assert isinstance(shell, ZMQInteractiveShell)
    # The same object each time: a new one would be taken for a change that the student made.
    asked = vars(shell).setdefault("asked", shell.raw_input)
    vars(builtins)["input"] = vars(getpass)["getpass"] = asked
