"""The grading image: built when it is missing, named after what is in it.

Theory of operation. Two images lie on top of each other. The environment (Python, torch, the
locked packages) takes minutes to build and changes with the lock files; the grading image adds the
sandbox's own code and takes a second. Each is tagged with a digest of everything that goes into
it, so that an image which exists is the right one, and a changed line of code makes another.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from packaging.utils import canonicalize_name

from autograder.course import whole_lock
from autograder.engines import base_image
from autograder.engines.shipment import PACKAGE, package_digest, package_files, sandbox_files
from autograder.errors import EngineError
from autograder.files import alone

SANDBOX = PACKAGE / "sandbox"
BUILD_S, LOOK_S = 3600.0, 120.0
LISTING = """import json, platform
from importlib.metadata import distributions
found = {}
for one in distributions():
    found.setdefault(one.metadata["Name"], one.version)
print(json.dumps([platform.python_version(), found]))"""
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
# A network's own ways out, which a build needs as much as this machine does.
PASSED_ON = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST",
)  # fmt: skip


def held_image() -> str | None:
    """Return the tag of the grading image for this code, if an engine answers and holds it."""
    tag = grading_tag()
    return tag if shutil.which("docker") and has_image(tag) else None


def ensure_image(say: Callable[[str], None] | None = None) -> str:
    """Return the tag of the grading image for this code, building what is missing.

    Args:
        say: gets one line per step that takes time; default: standard error.

    Raises:
        EngineError: it cannot be built; the message names the repair.
    """
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    tag = grading_tag()
    if has_image(tag):
        return tag
    with alone("image"):
        environment = environment_tag()
        if not has_image(environment):
            say("Building the grading image (once on this machine, a few minutes) ...")
            base = base_image.find_base(say)
            say(f"  Python environment on {base}: torch {torch_version()} and what it needs ...")
            _build_environment(environment, base)
        if not has_image(tag):
            _build_grading_image(tag, environment)
            say(f"Grading image {tag} is ready.")
    return tag


def environment_tag() -> str:
    """Name the environment image after its recipe, lock, torch version and base."""
    parts = [
        (SANDBOX / "environment.Dockerfile").read_bytes(),
        (SANDBOX / "requirements.lock").read_bytes(),
        torch_version().encode(),
        base_image.wanted_base().encode(),
    ]
    return f"autograder-environment:{digest_of(parts)}"


def grading_tag() -> str:
    """Name the grading image after the environment and the code in it."""
    parts = [environment_tag().encode(), (SANDBOX / "Dockerfile").read_bytes()]
    for path in sandbox_files():
        parts += [path.relative_to(PACKAGE).as_posix().encode(), path.read_bytes()]
    return f"autograder-sandbox:{digest_of(parts)}"


def torch_version() -> str:
    """Return the scorer's torch version without its build label: the sandbox gets the same."""
    return version("torch").split("+")[0]


def has_image(tag: str) -> bool:
    """Tell whether the engine holds an image of this tag."""
    return base_image.has_image(tag)


def look_into(tag: str) -> tuple[str, dict[str, str]]:
    """Return an image's version of Python, and canonical name -> version of its packages.

    Raises:
        EngineError: it does not run.
    """
    command = ["docker", "run", "--rm", "--network", "none", tag, "python3", "-c", LISTING]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=LOOK_S
        )  # fmt: skip
        python, packages = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise EngineError(f"the grading image {tag} does not run in {LOOK_S:.0f} s") from None
    except ValueError:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise EngineError(f"the grading image {tag} does not run ({said})") from None
    return python, {canonicalize_name(name): found for name, found in packages.items()}


def digest_of(parts: list[bytes]) -> str:
    """Return a short digest of several texts, each counted with its length."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()[:12]


def _build_environment(tag: str, base: str) -> None:
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        context = Path(name)
        shutil.copy(SANDBOX / "environment.Dockerfile", context / "Dockerfile")
        shutil.copy(SANDBOX / "requirements.lock", context)
        (context / "uv.lock").write_text(locked_entry(whole_lock(), "uv"), encoding="utf-8")
        (context / "ca.pem").write_bytes(read_ca_bundle())
        _collect_wheel(context / "wheels")
        build_image(tag, context, {"BASE": base, "TORCH": torch_version()})
    prune = ["docker", "image", "prune", "--force", "--filter", "label=autograder.stage=build"]
    subprocess.run(prune, capture_output=True, stdin=subprocess.DEVNULL)  # over a gigabyte


def locked_entry(lock: Path, package: str) -> str:
    """Return the lines of a lock file that pin one package, "" where it has none."""
    text = lock.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", text, re.MULTILINE)
    return found[0] if found else ""


def _build_grading_image(tag: str, environment: str) -> None:
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        context = Path(name)
        shutil.copy(SANDBOX / "Dockerfile", context)
        _lay_out(sandbox_files(), context)
        build_image(tag, context, {"ENVIRONMENT": environment})


def _lay_out(files: list[Path], context: Path) -> None:
    """Copy files of the package into a build context."""
    for path in files:
        target = context / "autograder" / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for path in [context / "autograder", *(context / "autograder").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask: students' uids read


def ensure_extended(kind: str, recipe: Path, with_code: bool = False) -> str:
    """Return the tag of an image that adds the locked packages to the environment image.

    Args:
        kind: the repository part of the tag.
        recipe: a Dockerfile that takes ENVIRONMENT and finds ``requirements.lock``,
            ``uv.lock`` and ``ca.pem``.
        with_code: lay the whole package into the build context too.

    Raises:
        EngineError: it cannot be built.
    """
    ensure_image()
    lock, environment = whole_lock(), environment_tag()
    parts = [recipe.read_bytes(), lock.read_bytes(), environment.encode()]
    if with_code:
        parts.append(package_digest().encode())
    tag = f"{kind}:{digest_of(parts)}"
    with alone("image"):
        if has_image(tag):
            return tag
        with tempfile.TemporaryDirectory(prefix="autograder-") as name:
            context = Path(name)
            shutil.copy(recipe, context / "Dockerfile")
            shutil.copy(lock, context)
            (context / "uv.lock").write_text(locked_entry(lock, "uv"), encoding="utf-8")
            (context / "ca.pem").write_bytes(read_ca_bundle())
            if with_code:
                _lay_out(package_files(), context)
            build_image(tag, context, {"ENVIRONMENT": environment})
    return tag


def ensure_worker_image() -> str:
    """Return the tag of the image that a cluster's Dask workers run."""
    return ensure_extended(
        "autograder-worker", PACKAGE / "cluster" / "worker.Dockerfile", with_code=True
    )


def read_ca_bundle() -> bytes:
    """Return the CA bundle that this machine's tools are told to trust, or b"" if none is named."""
    for variable in CA_VARIABLES:
        path = os.environ.get(variable)
        if path and os.path.isfile(path):
            return Path(path).read_bytes()
    return b""


def _collect_wheel(folder: Path) -> None:
    """Lay a torch wheel into the folder if pip finds one on disk; never download one."""
    folder.mkdir()
    (folder / "empty").touch()  # a COPY needs something to copy
    wanted = f"torch=={torch_version()}"
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--no-index", "--no-deps", "-d", folder, wanted],
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )


def build_image(tag: str, context: Path, arguments: dict[str, str]) -> None:
    """Run ``docker build``.

    Raises:
        EngineError: it failed; the last lines of its output are in the message.
    """
    command = ["docker", "build", "--tag", tag]
    for key, value in arguments.items():
        command += ["--build-arg", f"{key}={value}"]
    for key in PASSED_ON:
        command += ["--build-arg", key] if os.environ.get(key) else []
    done = base_image.run([*command, str(context)], BUILD_S)
    if done.returncode:
        lines = [line for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
        tail = "\n".join(f"  {line}" for line in lines[-12:])
        raise EngineError(f"the image {tag} cannot be built; Docker's last lines:\n{tail}")
