"""Gradescope's layout in containers on this machine: build an image with set-up, run an upload."""

import io
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.engines import base_image
from autograder.errors import EngineError

CPUS, MEMORY, LIMIT_S = "0.5", "768m", 600
SETUP_S, REMOVE_S = 1800, 600
CA_PATH = "/usr/local/share/autograder-ca.pem"
PASSED_ON = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
# Ends like run_autograder itself, and leaves the most memory that the container ever held.
RUN = """/autograder/run_autograder >/autograder/stdout 2>&1
ended=$?
cat /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes \
    >/autograder/peak 2>/dev/null
exit $ended"""


@dataclass(frozen=True)
class SetUp:
    """An image after set-up.

    Attributes:
        wall_s: seconds that setup.sh took.
        log: what it printed.
    """

    tag: str
    base: str
    wall_s: float
    size_mib: float
    log: str


@dataclass(frozen=True)
class Run:
    """One run of run_autograder under Gradescope's limits.

    Attributes:
        results: the bytes of results.json, or None.
        wall_s: from the container's start to its end.
    """

    results: bytes | None
    wall_s: float
    peak_mib: float
    exit_status: int
    stdout: str


def docker(*arguments: str, stdin: bytes | None = None, timeout_s: float = 120.0) -> bytes:
    """Run a docker command and return what it prints.

    Raises:
        EngineError: it failed.
    """
    try:
        done = subprocess.run(
            ["docker", *arguments], input=stdin, capture_output=True, timeout=timeout_s
        )
    except FileNotFoundError:
        raise EngineError("docker is not installed; this check needs a Docker engine") from None
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"docker {arguments[0]} took longer than {timeout_s:.0f} s; the machine is busy with "
            "other work: run the command again when it is not"
        ) from None
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).decode(errors="replace").splitlines()[-25:])
        raise EngineError(f"docker {arguments[0]} failed:\n{tail}")
    return done.stdout


@contextmanager
def container(*options: str) -> Iterator[str]:
    """Create a container and remove it at the end; yields its id."""
    name = docker("create", *options).decode().strip()
    try:
        yield name
    finally:
        docker("rm", "--force", name, timeout_s=REMOVE_S)


def copy_in(name: str, entries: dict[str, bytes]) -> None:
    """Write files into a container as root; a name that ends in "/" makes a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in entries.items():
            info = tarfile.TarInfo(path.strip("/"))
            info.mtime = int(time.time())
            if path.endswith("/"):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                info.size, info.mode = len(data), 0o755 if data[:2] == b"#!" else 0o644
                archive.addfile(info, io.BytesIO(data))
    docker("cp", "-", f"{name}:/", stdin=buffer.getvalue(), timeout_s=600)


def copy_out(name: str, path: str) -> bytes | None:
    """Return a file of a container, or None where there is none."""
    try:
        data = docker("cp", f"{name}:{path}", "-")
    except EngineError:
        return None
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        first = archive.next()
        file = archive.extractfile(first) if first else None
        return file.read() if file else None


def set_up(base: str, tag: str, source: dict[str, bytes], wheels: dict[str, bytes]) -> SetUp:
    """Lay a grading zip out on a base image, run its setup.sh, and keep the outcome as an image.

    Args:
        source: the zip's entries.
        wheels: packages that this machine has on disk, by file name; not kept in the image.

    Raises:
        EngineError: set-up failed; its log is in the message.
    """
    entries = {f"autograder/source/{name}": data for name, data in source.items()}
    entries |= {f"autograder/source/wheels/{name}": data for name, data in wheels.items()}
    entries |= {"autograder/submission/": b"", "autograder/results/": b""}
    entries["autograder/run_autograder"] = source["run_autograder"]
    certificates = _ca_bundle()
    if certificates:
        entries[CA_PATH] = certificates
    with container("--workdir", "/autograder", base, "sleep", str(SETUP_S)) as name:
        copy_in(name, entries)
        docker("start", name)
        environment = [f"--env={key}" for key in PASSED_ON if os.environ.get(key)]
        if certificates:
            environment += [f"--env=PIP_CERT={CA_PATH}", f"--env=SSL_CERT_FILE={CA_PATH}"]
        began = time.monotonic()
        log = docker("exec", *environment, name, "bash", "-c",
                     "exec /autograder/source/setup.sh 2>&1", timeout_s=SETUP_S)  # fmt: skip
        wall_s = time.monotonic() - began
        docker("exec", name, "rm", "-rf", "/autograder/source/wheels", CA_PATH)
        change = ["--change", 'CMD ["/autograder/run_autograder"]']
        docker("commit", "--pause=false", *change, name, tag, timeout_s=600)
    return SetUp(tag, base, wall_s, image_mib(tag), log.decode(errors="replace"))


def run_upload(tag: str, uploads: dict[str, bytes], metadata: dict) -> Run:
    """Run an image's run_autograder on uploaded files, under Gradescope's default limits."""
    options = ["--cpus", CPUS, "--memory", MEMORY, "--memory-swap", MEMORY, "--network", "none"]
    with container(*options, "--workdir", "/autograder", tag, "bash", "-c", RUN) as name:
        entries = {f"autograder/submission/{path}": data for path, data in uploads.items()}
        entries["autograder/submission_metadata.json"] = json.dumps(metadata).encode()
        copy_in(name, {"autograder/submission/": b"", **entries})
        began = time.monotonic()
        docker("start", name)
        status = int(docker("wait", name, timeout_s=LIMIT_S + 60))
        wall_s = time.monotonic() - began
        peaks = (copy_out(name, "/autograder/peak") or b"0").split()
        return Run(
            results=copy_out(name, "/autograder/results/results.json"),
            wall_s=wall_s,
            peak_mib=max(map(int, peaks), default=0) / 2**20,
            exit_status=status,
            stdout=(copy_out(name, "/autograder/stdout") or b"").decode(errors="replace"),
        )


def image_mib(tag: str) -> float:
    """Return an image's size, its base included."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", tag)) / 2**20


def usual_base() -> str:
    """Return the base image to build on; see :mod:`autograder.engines.base_image`."""
    return base_image.find_base(print)


def _ca_bundle() -> bytes:
    for variable in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        path = os.environ.get(variable)
        if path and os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read()
    return b""
