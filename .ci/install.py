"""Install a lock file into the environment of the Python that runs this: with uv, or else with pip.

    .venv/bin/python .ci/install.py requirements.lock

Both hold each file against the lock's hashes; uv, itself one of the locked packages, is several
times as fast. It gets the indexes that pip is configured with. Where it cannot be installed or
cannot read them, pip installs everything. `compile.py` compiles afterwards what has to be.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

SECTIONS = ("global", "install", ":env:")  # of pip's configuration, the later ones count more
OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}
VARIABLES = {"cert": "SSL_CERT_FILE", "client-cert": "SSL_CLIENT_CERT",
             "default-timeout": "UV_HTTP_TIMEOUT", "timeout": "UV_HTTP_TIMEOUT"}  # fmt: skip
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
       "--no-deps", "--require-hashes", "-r")  # fmt: skip
UV = ("-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
      "--index-strategy", "unsafe-best-match")  # fmt: skip


def main(lock: Path) -> int:
    """Install a lock file; returns the exit status."""
    settings = parse_settings(_read("-m", "pip", "config", "list"))
    variables = {VARIABLES[name]: value for name, value in settings.items() if name in VARIABLES}
    environment = {**os.environ, **variables}
    command = [*UV, "--python", sys.executable, *uv_options(settings), "-r", str(lock)]
    if _install_uv(lock) and not _run(*command, env=environment):
        return 0
    print("uv cannot install here; pip does, which takes longer", file=sys.stderr, flush=True)
    return _run(*PIP, str(lock))


def parse_settings(listed: str) -> dict[str, str]:
    """Return pip's settings by name, from what ``pip config list`` prints."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, setting = name.rpartition(".")
        if section in found:
            found[section][setting] = str(ast.literal_eval(value))
    return {name: value for section in SECTIONS for name, value in found[section].items()}


def uv_options(settings: dict[str, str]) -> list[str]:
    """Return the options that tell uv of pip's indexes; a folder that is not there is left out."""
    options = ["--no-index"] if settings.get("no-index", "").lower() in ("1", "true", "yes") else []
    for name, option in OPTIONS.items():
        for place in settings.get(name, "").split():
            if not _is_missing(place):
                options += [option, place]
    return options


def _is_missing(place: str) -> bool:
    parts = urlsplit(place)
    return parts.scheme == "file" and not os.path.exists(url2pathname(parts.path))


def lock_entry(lock: str, package: str) -> str:
    """Return the lines of a lock file that pin one package, "" where it has none."""
    found = re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    return found[0] if found else ""


def _install_uv(lock: Path) -> bool:
    entry = lock_entry(lock.read_text(encoding="utf-8"), "uv")
    if not entry:
        return False
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder, "uv.lock")
        alone.write_text(entry, encoding="utf-8")
        return not _run(*PIP, str(alone))


def _run(*arguments: str, env: dict[str, str] | None = None) -> int:
    return subprocess.run([sys.executable, *arguments], env=env).returncode


def _read(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
