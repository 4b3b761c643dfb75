"""The peer: stock Otter's own runner in the same layout, on the same base, under the same limits.

Its image holds what Otter's zip would install, without miniforge, LaTeX and browser: Otter with all
its dependencies, what students may import, and the same torch wheel. So the comparison is on its
side.
"""

from importlib import resources
from pathlib import Path

from autograder.build import environment
from autograder.proving.gradescope.containers import SetUp, set_up

PACKAGES = (
    f"otter-grader==7.0.0 jupyter_server msgpack {' '.join(set(environment.allowed()) - {'torch'})}"
)
SETUP = f"""#!/usr/bin/env bash
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --no-install-recommends python3 python3-venv >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/*
python3 -m venv /autograder/venv
pip="/autograder/venv/bin/pip install -q --no-cache-dir --disable-pip-version-check"
cd /autograder/source
$pip -c constraints.txt {PACKAGES}
$pip --no-index --find-links wheels --no-deps torch 2>/dev/null || $pip --no-deps -r torch.lock \\
    --index-url https://download.pytorch.org/whl/cpu
$pip -c constraints.txt sympy networkx fsspec filelock
"""
RUN = """#!/usr/bin/env bash
export PATH=/autograder/venv/bin:$PATH
python /autograder/source/run_otter.py
"""


def set_up_stock(
    repo_root: Path, base: str, source: dict[str, bytes], wheels: dict[str, bytes]
) -> SetUp:
    """Build the peer's image for the same grading zip.

    Args:
        source: the grading zip's entries; Otter's own parts of it and ``files/`` are kept.

    Raises:
        EngineError: set-up failed.
    """
    kept = ("tests/", "files/", "otter_config.json", "torch.lock")
    entries = {name: data for name, data in source.items() if name.startswith(kept)}
    entries["setup.sh"] = SETUP.encode()
    entries["run_autograder"] = RUN.encode()
    entries["run_otter.py"] = _run_otter()
    entries["constraints.txt"] = _constraints(repo_root)
    return set_up(base, "autograder-gradescope-stock:latest", entries, wheels)


def _run_otter() -> bytes:
    """Return the script that Otter lays into its zips."""
    templates = resources.files("otter.generate") / "templates" / "common"
    text = (templates / "run_otter.py").read_text(encoding="utf-8")
    return text.replace("{{ autograder_dir }}", "/autograder").encode()


def _constraints(repo_root: Path) -> bytes:
    """Return the repository's versions without hashes, which pip does not take as constraints."""
    lines = (repo_root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if line and line[0] not in "# "]
    return ("\n".join(pins) + "\n").encode()
