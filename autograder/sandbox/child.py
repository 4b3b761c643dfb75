"""The agent inside one forked child: answers the scorer's requests about the student's objects.

It runs in the student's process, so nothing it says is believed beyond its being data: the scorer
decodes every answer with :mod:`autograder.wall.codec` and compares it with what it knows itself.
"""

import importlib
from collections.abc import Callable
from functools import partial
from types import FrameType, MappingProxyType
from typing import Any

import torch
from IPython.core.interactiveshell import InteractiveShell

from autograder import probes
from autograder.errors import EvidenceError
from autograder.sandbox import answered, calling, person, spaces, streams
from autograder.sandbox import folder as files
from autograder.sandbox import shell as shells
from autograder.sandbox.line import STOPPED, Line
from autograder.sandbox.operations import operate
from autograder.sandbox.replaced import in_place
from autograder.sandbox.telling import Aside
from autograder.wall import codec, decimals, lent, links, oracles, printing, signatures
from autograder.wall.codec.recipes import COPIES
from autograder.wall.frames import NONCE_BYTES, FrameStream
from autograder.wall.leaves import Leaves, inputs_in
from autograder.wall.requests import PYPLOT, SHARING
from autograder.wall.seeds import state_of
from autograder.wall.sharing import Shared

Message = dict[str, Any]  # decoded: a request, or a reply to one

ASKED = MappingProxyType(dict(probes.PROBES))  # as they are before student code runs


class Agent:
    """Holds the shell, the handles and the autograd calls of one submission.

    Args:
        shell: the warm IPython shell.
        output: where the student's prints go.
        seed: Otter's seed between cells, or None.
        seed_variable: the name of the notebook's that it is given to, or None: the generators.
        sharing: whether what may change is one on both sides.
    """

    # Nothing else can be hung on an agent, and no bound method of one is handed to student code.
    __slots__ = (
        "shell", "output", "seed", "seed_variable", "kept", "handles", "calls", "linked", "inputs",
        "call_id", "busy", "line", "shared", "sharing", "lent", "aside", "leaves", "answers",
        "spaces",
    )  # fmt: skip

    def __init__(
        self,
        shell: InteractiveShell,
        output: streams.BoundedText,
        seed: int | None,
        seed_variable: str | None = None,
        sharing: bool = True,
    ) -> None:
        self.shell = shell
        self.output = output
        self.seed, self.seed_variable = seed, seed_variable
        self.kept: list[Any] = []
        # By id, which nothing else can have while the object is kept.
        self.handles: dict[int, int] = {}
        self.calls: list[tuple[list[torch.Tensor], list[torch.Tensor]]] = []
        self.linked: list[torch.Tensor] = []
        self.inputs: list[torch.Tensor] = []
        self.call_id: int | None = None
        self.busy = False
        self.line: Line | None = None
        self.shared, self.sharing, self.leaves = Shared(2), sharing, Leaves(weak=False)
        self.shared.leaves = self.leaves
        self.aside, self.answers = Aside(output, sharing), dict[int, torch.Tensor]()
        self.lent: dict[int, Any] = {}  # functions and objects of tests by their numbers
        self.spaces = spaces.Spaces(shell)

        def interrupt(signum: int, frame: FrameType | None) -> None:
            if self.busy and not (self.line and self.line.defers_interrupt()):
                raise KeyboardInterrupt(STOPPED)

        person.interrupted_by(interrupt)

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
        self.aside.begin()
        try:
            message = self.unpack(frame.pop()[NONCE_BYTES:])
            handle = HANDLERS[message["op"]]
            self.shared.open = self.sharing and message["op"] in SHARING
            self.shared.paths = message.get("paths")
            self.shared.copies.between = False
            self.busy = True
            try:
                try:
                    with (
                        in_place(message.get("replaced")),
                        self.aside.noting(message, self.shared.open),
                    ):
                        reply = {"ok": True, **handle(self, message), **self.remember_call()}
                except RecursionError as error:  # of the student's code
                    return self.pack_error(error)
                reply |= self.aside.said() | self.told_of_leaves() | COPIES.told()
                return codec.pack(reply, self.keep, self.link, self.shared)
            finally:
                self.busy = False
                self.aside.listen()
        except (EvidenceError, RecursionError, MemoryError) as error:
            return codec.pack({"ok": False, "limit": f"{type(error).__name__}: {error}"})
        except BaseException as error:
            return self.pack_error(error)

    def pack_error(self, error: BaseException) -> bytes:
        try:
            reply = {"ok": False, "error": error, "number": calling.number_of(error)}
            reply |= self.aside.said() | self.told_of_leaves() | COPIES.told()
            return codec.pack(reply, self.keep, None, self.shared)
        except EvidenceError as limit:
            return codec.pack({"ok": False, "limit": f"EvidenceError: {limit}"})
        except BaseException:
            return codec.pack({"ok": False, "limit": "the error cannot be described"})

    def told_of_leaves(self) -> Message:
        told = self.leaves.told() if self.shared.open else []
        return {"leaves": told} if told else {}

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
            return self.function(plain)
        if kind == "leaf":
            value = self.leaves.find(plain["own"])
            plain["grad_on"] = value.requires_grad
        if type(plain.get("linked")) is int:
            self.answers[plain["linked"]] = value
        if kind in ("tensor", "leaf") and plain.get("grad_on") is True:
            if kind == "tensor" and type(plain.get("own")) is int:
                value = self.leaves.adopt(plain["own"], value)
            self.inputs.append(value)
        return value

    def unpack(self, data: bytes) -> Any:
        """Decode a message of the scorer's."""
        self.leaves.fresh.clear()
        value = codec.unpack(data, self.resolve, self.adopt, self.shared)
        if self.shared.received or self.shared.copies.fresh:
            codec.settle(self.shared, self.keep, self.link, None)
        if "leaves" in value:
            self.leaves.take(value["leaves"], self.resolve)
        return value

    def function(self, plain: Message) -> Any:
        """Return what stands here for a test's function or object, the same each time."""
        number: int = plain["id"]
        if number not in self.lent:

            def ask(path: str, levels: int, inputs: oracles.Tensors) -> list[torch.Tensor]:
                return self.ask(number, path, levels, inputs)

            def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
                return self.call_back(number, args, kwargs)

            def do(operation: str, *args: Any) -> Any:
                return self.call_back(number, args, {}, operation)

            handle: Any = oracles.make_handle(ask, plain["name"], plain["saves"])
            handle = signatures.signed(handle, plain.get("parameters", ()))
            if "takes" in plain:
                handle = calling.make_callable(handle, call, plain, self.sharing)
            if "does" in plain:
                handle = lent.make_lent(do, handle, plain)
            if "bases" in plain:
                found = lent.make_error_class(plain["name"], plain["bases"], number)
                handle = found or handle
            self.lent[number] = handle
        return self.lent[number]

    def call_back(
        self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any], operation: str = "call"
    ) -> Any:
        """Call a test's function, or do something else with an object of its.

        Raises:
            Exception: what it raises.
        """
        asked = {"function": number, "args": args, "kwargs": codec.Fields(kwargs)}
        follows = self.sharing and torch.is_grad_enabled()
        inputs = inputs_in((args, kwargs)) if follows else []
        return answered.ask(self.question, {**asked, "operation": operation}, inputs)

    def question(self, asked: Message) -> tuple[Message, dict[int, torch.Tensor]]:
        """Put a question about a test's function; returns the answer and what graphs lead to."""
        assert self.line is not None, "it is a request that computes something"
        asked |= {**self.aside.drawn(), **self.told_of_leaves()}
        asked |= COPIES.told(between=True)
        asked |= {} if torch.is_grad_enabled() else {"quiet": True}
        self.shared.copies.between = True
        question = codec.pack(asked, self.keep, self.link, self.shared)
        self.shared.copies.between = False
        answer = self.line.ask(codec.CALL + question, self.serve_between)
        inputs, self.inputs, self.answers = self.inputs, [], {}
        reply = self.unpack(answer[len(codec.CALL) :])
        self.inputs = inputs
        self.aside.hear(reply)
        return reply, self.answers

    def serve_between(self, frame: bytes) -> None:
        """Answer a request that comes while another one waits for a test's function."""
        assert self.line is not None
        outer = self.line, self.linked, self.inputs, self.call_id
        self.line = Line(outer[0].stream, frame[:NONCE_BYTES])
        try:
            self.line.close(self.answer([frame]))
        finally:
            self.line, self.linked, self.inputs, self.call_id = outer
            self.busy, self.shared.open, self.aside.draws = True, self.sharing, self.sharing

    def ask(
        self, oracle: int, path: str, levels: int, inputs: oracles.Tensors
    ) -> list[torch.Tensor]:
        """Ask the scorer about a function that a test handed over."""
        try:
            question = oracles.pack_question(oracle, path, levels, inputs)
        except EvidenceError as error:
            raise RuntimeError(str(error)) from None
        assert self.line is not None, "it is a request that computes something"
        with torch.enable_grad():  # the function may call student code
            return oracles.unpack_answer(self.line.ask(question, self.serve_between))

    def link(self, tensor: torch.Tensor) -> Message:
        """Mark result tensors that the scorer's autograd graph goes on from."""
        if (number := self.leaves.number_of(tensor)) is not None and number < 0:
            return {"own": number, "known": number in self.leaves.named}
        if not tensor.requires_grad:
            return {}
        node = {} if tensor.grad_fn is None else {"node": type(tensor.grad_fn).__name__}
        given = any(tensor is leaf for leaf in self.inputs)
        if tensor.is_leaf and not given and self.shared.open:
            self.leaves.hold(self.keep(tensor), tensor)
        if self.call_id is None or (tensor.is_leaf and not given):
            return node
        self.linked.append(tensor)
        return {"linked": len(self.linked) - 1, **node}

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
        seed = self.seed if message.get("seeded", True) else None
        how = self.output, seed, self.seed_variable
        output = shells.run_cell(self.shell, message["source"], *how)
        reply = {"text": output.text, "error": output.error, "dropped": self.output.dropped}
        following = message.get("following")
        if following and shells.only_checks(self.shell, following):
            shells.run_cell(self.shell, following, *how)
            reply["along"] = True
        return reply

    def sow(self, message: Message) -> Message:
        """Seed as before a cell: in stock Otter tests run in one."""
        if self.seed is not None:
            shells.sow(self.shell, self.seed, self.seed_variable)
        return {}

    def states(self, message: Message) -> Message:
        """Return the states of generators."""
        return {"value": {name: state_of(name) for name in message["names"]}}

    def get(self, message: Message) -> Message:
        known = self.shell.user_ns
        found = {name: known[name] for name in message["names"] if name in known}
        more = {"printing": printing.changed_settings(), "decimals": decimals.settings()}
        told = {name: one for name, one in more.items() if one and one != decimals.USUAL}
        return {"values": codec.Fields(found), **told}

    def pyplot(self, message: Message) -> Message:
        """Return what pyplot says of the notebook's figures."""
        if message["name"] not in PYPLOT:
            raise EvidenceError("a test asks for no such function")
        there = importlib.import_module("matplotlib.pyplot")
        return {"value": getattr(there, message["name"])(*message["args"])}

    def set(self, message: Message) -> Message:
        """Give a name of the notebook's the value that a test gives it."""
        self.shell.user_ns[message["name"]] = message["value"]
        return {}

    def names(self, message: Message) -> Message:
        return {"value": [name for name in self.shell.user_ns if type(name) is str][:5000]}

    def space(self, message: Message) -> Message:
        return {"value": self.spaces.do(message["act"], message["about"])}

    def call(self, message: Message) -> Message:
        target = message["target"]
        if self.sharing:  # a list of leaves may have come with another request
            self.inputs = inputs_in((message["args"], message["kwargs"]))
        return {"value": target(*message["args"], **message["kwargs"])}

    def probe(self, message: Message) -> Message:
        return {"value": ASKED[message["name"]](*message["args"], **message["kwargs"])}

    def operate(self, message: Message) -> Message:
        return {"value": operate(message["target"], message["operation"], message["args"])}

    def vjp(self, message: Message) -> Message:
        """Vector-Jacobian product of an earlier call, itself differentiable if asked."""
        inputs, outputs = self.calls[message["of"] - 1]
        grads, create = message["gradients"], message["create"]
        value = links.product(outputs, inputs, grads, create)
        more = [grad for grad in grads if grad is not None and grad.requires_grad]
        self.inputs = [*inputs, *more] if create else []
        return {"value": value}


def _beside(done: Callable[[Message], Message], agent: Agent, message: Message) -> Message:
    return done(message)


HANDLERS: dict[str, Callable[[Agent, Message], Message]] = {
    "cell": Agent.run_cell,
    "sow": Agent.sow,
    "states": Agent.states,
    **{op: partial(_beside, done) for op, done in files.DONE.items()},
    "get": Agent.get,
    "names": Agent.names,
    "space": Agent.space,
    "set": Agent.set,
    "pyplot": Agent.pyplot,
    "call": Agent.call,
    "probe": Agent.probe,
    "operate": Agent.operate,
    "vjp": Agent.vjp,
}
