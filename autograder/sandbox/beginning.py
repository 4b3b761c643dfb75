"""How a forked child becomes the sandbox of one submission."""

import gc
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from autograder.files import link_all
from autograder.sandbox import absence, backend, kernel, person, streams
from autograder.sandbox import folder as files
from autograder.sandbox.child import Agent
from autograder.sandbox.confine import Confinement
from autograder.sandbox.notes import take_notes
from autograder.sandbox.variables import FOLDER_VARIABLES, KERNEL_VARIABLES
from autograder.wall import codec
from autograder.wall.frames import NONCE_BYTES, FrameStream, StreamEnded

OUT_OF_MEMORY = 72  # exit status


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
        streams.close_others(channel.fileno(), noting, ruleset)
        output = streams.redirect_output(start["limits"].output_kib)
        confinement.enter(uid, folder, start["limits"], ruleset)
        streams.close_others(channel.fileno(), noting)  # what confinement opened
        os.chdir(folder)
        if start.get("shared"):
            link_all(start["shared"], folder)
        sys.path.insert(0, "")
        for name in FOLDER_VARIABLES:
            os.environ[name] = folder
        os.environ.update(KERNEL_VARIABLES)
        os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
        person.live_in(folder, KERNEL_VARIABLES["LOGNAME"])
        kernel.start_in(folder, shell)
        backend.work_in(folder)
        files.work_in(folder)
        gc.enable()
        tempfile.tempdir = None  # it remembers the warm worker's
        agent = Agent(
            shell, output, start["seed"], start.get("seed_variable"), start.get("sharing", True)
        )
        stream = FrameStream(channel, codec.MAX_FRAME_BYTES + NONCE_BYTES)
        os.register_at_fork(after_in_child=partial(_step_back, channel, os.nice))
        absence.take_out()
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
