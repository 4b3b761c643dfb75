"""The agent inside one forked child: answers the scorer's requests about the student's objects.

It runs in the student's process, so nothing it says is believed beyond its being data: the scorer
decodes every answer with :mod:`autograder.wall.codec` and compares it with what it knows itself.
"""

import gc
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, KeysView, ValuesView
from functools import partial
from itertools import islice, takewhile
from types import FrameType, MappingProxyType
from typing import Any

import torch
from IPython.core.interactiveshell import InteractiveShell

from autograder import probes
from autograder.errors import EvidenceError
from autograder.files import link_all
from autograder.sandbox import kernel
from autograder.sandbox import shell as shells
from autograder.sandbox.confine import Confinement
from autograder.sandbox.notes import take_notes
from autograder.sandbox.operations import operate
from autograder.wall import codec, oracles
from autograder.wall.frames import NONCE_BYTES, FrameStream, StreamEnded

Message = dict[str, Any]  # decoded: a request, or a reply to one

ASKED = MappingProxyType(dict(probes.PROBES))  # as they are before student code runs
STOPPED = "stopped: the time for this step is used up"


class Line:
    """The line to the scorer while one request is answered: for questions back, then the answer.

    One thread at a time may ask; a child that was forked off, and who comes too late, may not.
    """

    __slots__ = ("stream", "nonce", "lock", "process", "open", "asking", "interrupted")

    def __init__(self, stream: FrameStream, nonce: bytes):
        self.stream, self.nonce = stream, nonce
        self.lock = threading.Lock()
        self.process = os.getpid()
        self.open = True
        self.asking = self.interrupted = False

    def ask(self, question: bytes) -> bytes:
        """Return the answer to a question.

        Raises:
            RuntimeError: no request is being answered in this process.
        """
        with self.lock:
            if not self.open or os.getpid() != self.process:
                raise RuntimeError("a test's function can be computed only while the test waits")
            self.asking = True
            try:
                self.stream.send(self.nonce + question)
                answer = self.stream.receive()
            finally:
                self.asking = False
            if self.interrupted:
                raise KeyboardInterrupt(STOPPED)
        return answer[NONCE_BYTES:]

    def close(self, answer: bytes) -> None:
        """Send the answer to the request; nothing can be asked any more."""
        with self.lock:
            self.open = False
            self.stream.send(self.nonce + answer)

    def defers_interrupt(self) -> bool:
        """Note an interrupt that has to wait until an answer is read whole."""
        self.interrupted = self.interrupted or self.asking
        return self.asking


class Agent:
    """Holds the shell, the handles and the autograd calls of one submission.

    Args:
        shell: the warm IPython shell.
        output: where the student's prints go.
        seed: Otter's seed between cells, or None.
    """

    # Nothing else can be hung on an agent, and no bound method of one is handed to student code.
    __slots__ = (
        "shell", "output", "seed", "kept", "handles", "calls", "linked", "inputs", "call_id",
        "busy", "line",
    )  # fmt: skip

    def __init__(
        self, shell: InteractiveShell, output: shells.BoundedText, seed: int | None
    ) -> None:
        self.shell = shell
        self.output = output
        self.seed = seed
        self.kept: list[Any] = []
        # By id, which nothing else can have while the object is kept.
        self.handles: dict[int, int] = {}
        self.calls: list[tuple[list[torch.Tensor], list[torch.Tensor]]] = []
        self.linked: list[torch.Tensor] = []
        self.inputs: list[torch.Tensor] = []
        self.call_id: int | None = None
        self.busy = False
        self.line: Line | None = None

        def interrupt(signum: int, frame: FrameType | None) -> None:
            if self.busy and not (self.line and self.line.defers_interrupt()):
                raise KeyboardInterrupt(STOPPED)

        signal.signal(signal.SIGINT, interrupt)

    def serve(self, stream: FrameStream) -> None:
        """Answer requests until the stream ends."""
        while True:
            frame = [stream.receive()]
            nonce = frame[0][:NONCE_BYTES]
            self.line = Line(stream, nonce)
            self.line.close(self.answer(frame))

    def answer(self, frame: list[bytes]) -> bytes:
        """Return the packed reply to the one frame in a list.

        The frame is taken out of the list: it may hold a hidden test's words, and no variable of
        ours may keep them while student code runs.
        """
        self.linked, self.inputs, self.call_id = [], [], None
        try:
            message = codec.unpack(
                frame.pop()[NONCE_BYTES:], resolve=self.resolve, adopt=self.adopt
            )
            handle = HANDLERS[message["op"]]
            self.busy = True
            try:
                reply = {"ok": True, **handle(self, message), **self.remember_call()}
                return codec.pack(reply, self.keep, self.link)
            finally:
                self.busy = False
                self.output.take()  # what tests make a notebook print is nobody's output
        except (EvidenceError, RecursionError, MemoryError) as error:
            return codec.pack({"ok": False, "limit": f"{type(error).__name__}: {error}"})
        except BaseException as error:
            return self.pack_error(error)

    def pack_error(self, error: BaseException) -> bytes:
        try:
            return codec.pack({"ok": False, "error": error}, self.keep)
        except BaseException:
            return codec.pack({"ok": False, "limit": "the error cannot be described"})

    def keep(self, value: Any) -> int:
        """Return the handle of an object; it stays the same, so that equal questions look equal."""
        if id(value) not in self.handles:
            self.kept.append(value)
            self.handles[id(value)] = len(self.kept)
        return self.handles[id(value)]

    def resolve(self, handle: int) -> Any:
        if not 1 <= handle <= len(self.kept):
            raise EvidenceError("unknown handle")
        return self.kept[handle - 1]

    def adopt(self, kind: str, plain: Message, value: Any) -> Any:
        if kind == "oracle":

            def ask(path: str, levels: int, inputs: oracles.Tensors) -> list[torch.Tensor]:
                return self.ask(plain["id"], path, levels, inputs)

            return oracles.make_handle(ask, plain["name"], plain["saves"])
        if kind == "tensor" and plain.get("grad_on") is True:
            self.inputs.append(value)
        return value

    def ask(
        self, oracle: int, path: str, levels: int, inputs: oracles.Tensors
    ) -> list[torch.Tensor]:
        """Ask the scorer about a function that a test handed over."""
        try:
            question = oracles.pack_question(oracle, path, levels, inputs)
        except EvidenceError as error:
            raise RuntimeError(str(error)) from None
        assert self.line is not None, "it is a request that computes something"
        return oracles.unpack_answer(self.line.ask(question))

    def link(self, tensor: torch.Tensor) -> Message:
        """Mark result tensors that the scorer's autograd graph goes on from."""
        if self.call_id is None or not tensor.requires_grad:
            return {}
        if tensor.is_leaf and not any(tensor is leaf for leaf in self.inputs):
            return {}
        self.linked.append(tensor)
        return {"linked": len(self.linked) - 1}

    def remember_call(self) -> Message:
        """Keep what a later vector-Jacobian product needs, if this call took part in autograd."""
        if not self.inputs:
            return {}
        self.calls.append((list(self.inputs), self.linked))
        self.call_id = len(self.calls)
        return {
            "call": self.call_id,
            "grads": [None if leaf.grad is None else leaf.grad.detach() for leaf in self.inputs],
        }

    def run_cell(self, message: Message) -> Message:
        output = shells.run_cell(self.shell, message["source"], self.output, self.seed)
        return {"text": output.text, "error": output.error, "dropped": self.output.dropped}

    def lay(self, message: Message) -> Message:
        """Write a part of one of the assignment's own files, before any cell runs."""
        folder = os.getcwd()
        if folder not in sys.path:
            sys.path.insert(0, folder)  # helper modules are imported from it
        path = os.path.join(folder, message["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab") as file:
            file.write(message["data"])
        return {}

    def get(self, message: Message) -> Message:
        known = self.shell.user_ns
        return {"values": {name: known[name] for name in message["names"] if name in known}}

    def names(self, message: Message) -> Message:
        return {"value": [name for name in self.shell.user_ns if type(name) is str][:5000]}

    def call(self, message: Message) -> Message:
        target = message["target"]
        value = target(*message["args"], **message["kwargs"])
        # What can only be gone through crosses as what one finds on the way.
        goes_through = isinstance(value, (Iterator, KeysView, ValuesView))
        return {"value": list(islice(value, codec.MAX_NODES)) if goes_through else value}

    def probe(self, message: Message) -> Message:
        return {"value": ASKED[message["name"]](*message["args"], **message["kwargs"])}

    def operate(self, message: Message) -> Message:
        return {"value": operate(message["target"], message["operation"], message["args"])}

    def vjp(self, message: Message) -> Message:
        """Vector-Jacobian product of an earlier call, itself differentiable if asked."""
        inputs, outputs = self.calls[message["of"] - 1]
        grads = message["gradients"]
        pairs = [(out, grad) for out, grad in zip(outputs, grads) if grad is not None]
        result = torch.autograd.grad(
            [out for out, _ in pairs], inputs, [grad for _, grad in pairs],
            create_graph=message["create"], retain_graph=True, allow_unused=True,
        )  # fmt: skip
        if message["create"]:
            self.inputs = list(inputs) + [g for g in grads if g is not None and g.requires_grad]
        else:
            self.inputs = []
        return {"value": list(result)}


HANDLERS: dict[str, Callable[[Agent, Message], Message]] = {
    "cell": Agent.run_cell,
    "lay": Agent.lay,
    "get": Agent.get,
    "names": Agent.names,
    "call": Agent.call,
    "probe": Agent.probe,
    "operate": Agent.operate,
    "vjp": Agent.vjp,
}


OURS = __name__.partition(".")[0]
_ours: list[str] = []  # of the modules that were loaded before the first fork
_newest = ""  # the last of all modules then
OUT_OF_MEMORY = 72  # exit status
FOLDER_VARIABLES = (
    "HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "TORCH_HOME", "TORCHINDUCTOR_CACHE_DIR",
)  # fmt: skip

# As a kernel sets them; and pip gives up at once where nothing can be reached.
KERNEL_VARIABLES = {
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "USER": "student",
    "LOGNAME": "student",
    "FORCE_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def run_child(
    channel: socket.socket,
    noting: int,
    confinement: Confinement,
    ruleset: int | None,
    shell: InteractiveShell,
    uid: int,
    folder: str,
    start: dict[str, Any],
) -> None:
    """Become the sandbox of one submission; never returns.

    Args:
        noting: a pipe for notes of what only a forger touches.
    """
    try:
        os.setsid()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        _close_others(channel.fileno(), noting, ruleset)
        output = shells.redirect_output(start["limits"].output_kib)
        confinement.enter(uid, folder, start["limits"], ruleset)
        _close_others(channel.fileno(), noting)  # what confinement opened
        os.chdir(folder)
        if start.get("shared"):
            link_all(start["shared"], folder)
        sys.path.insert(0, "")
        for name in FOLDER_VARIABLES:
            os.environ[name] = folder
        os.environ.update(KERNEL_VARIABLES)
        os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
        kernel.name_command(folder)
        gc.enable()
        tempfile.tempdir = None  # it remembers the warm worker's
        agent = Agent(shell, output, start["seed"])
        stream = FrameStream(channel, codec.MAX_FRAME_BYTES + NONCE_BYTES)
        os.register_at_fork(after_in_child=partial(_step_back, channel, os.nice))
        _take_ourselves_out()
        take_notes(noting)
        stream.send(b"ready")
        agent.serve(stream)
    except StreamEnded:
        pass
    except MemoryError:  # also while an answer is made
        os._exit(OUT_OF_MEMORY)
    finally:
        os._exit(0)


def _step_back(channel: socket.socket, nice: Callable[[int], int]) -> None:
    """In what a submission forks: two may not answer one request, and the one that does goes first.

    A submission's other processes then hold up neither it nor those who watch it.
    """
    channel.close()
    nice(19)


def _take_ourselves_out() -> None:
    """Leave nothing of ours in ``sys.modules``: an import finds a fresh copy that nobody asks.

    That stops one-liners; whoever searches the process still finds the agent.
    """
    newer = takewhile(lambda name: name != _newest, reversed(sys.modules))
    names = [*_ours, *filter(_is_ours, list(newer))]
    for name in names:
        sys.modules.pop(name, None)


def know_ourselves() -> None:
    """Note, before the first fork, which modules are ours.

    Looking through all names in a child would copy the thousand pages that they lie on.
    """
    global _newest
    _newest = next(reversed(sys.modules))
    _ours[:] = filter(_is_ours, sys.modules)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == OURS


def _close_others(*kept: int | None) -> None:
    first = 3
    for fd in sorted(fd for fd in kept if fd is not None):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, 65_536)
