"""ipykernel's own kernel, many times: each is forked from a process that has imported much.

``python forked_kernel.py SOCKET`` forks a kernel for every connection file that it is sent;
``python forked_kernel.py SOCKET CONNECTION_FILE`` is what stands in a kernel's place for whoever
started it. Nothing of a notebook has run in the first process. It runs as a script, in whichever
environment has Otter, and imports nothing of ours.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
LEAST_BYTES = 2 * 2**30
SEED = 42  # torch's own differs from process to process: what is drawn must not decide a test


def serve(path: str) -> None:
    """Fork kernels until killed, or until whoever started this is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    del sys.path[0]  # this file's folder
    from ipykernel.kernelapp import IPKernelApp

    initialize: Any = IPKernelApp.init_pdb
    initialize(None)  # as each kernel does before doctest derives from the debugger
    sys.modules.pop("doctest", None)
    import numpy  # noqa: F401
    import otter  # noqa: F401

    with contextlib.suppress(ImportError):
        import matplotlib.pyplot  # noqa: F401 - under a kernel's MPLBACKEND
    with contextlib.suppress(ImportError):
        import torch

        torch.manual_seed(SEED)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        client, _ = listener.accept()
        with client.makefile() as stream:
            order = json.loads(stream.readline())
        if not os.fork():
            listener.close()
            become_kernel(client, order)
        client.close()


def become_kernel(client: socket.socket, order: dict) -> None:
    """Run one kernel in this process; never returns."""
    client.send(b"%d\n" % os.getpid())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # also where nobody stops it
    limit_memory()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.path.insert(0, "")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    from ipykernel.kernelapp import launch_new_instance

    sys.argv = ["ipykernel_launcher", *order["arguments"]]
    try:
        launch_new_instance(argv=sys.argv[1:])
    finally:
        os._exit(0)  # the client's end closes with the process


def limit_memory() -> None:
    """Leave this process a quarter of the machine's memory: a notebook may ask for all of it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    most = max(whole // 4, LEAST_BYTES)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def ask(path: str, file: str, *options: str) -> None:
    """Have a kernel forked, and end when it does."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    order = {
        "arguments": ["-f", file, *options],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
    }
    client.sendall(json.dumps(order).encode() + b"\n")
    with client.makefile() as stream:
        pid = int(stream.readline())
        signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
        signal.signal(signal.SIGINT, lambda *_: os.kill(pid, signal.SIGINT))
        stream.read()


if __name__ == "__main__":
    serve(*sys.argv[1:]) if len(sys.argv) == 2 else ask(*sys.argv[1:])
