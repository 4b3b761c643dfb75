"""Record what stock Otter, with a real ipykernel, gives each case.

``python -m tests.differential.record`` makes the record anew. Only cases that are new or changed
are run, unless ``--all`` is given. It is run as root, in a network namespace of its own, so
without a network.
"""

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

from nbconvert.preprocessors import ExecutePreprocessor

from autograder.proving.parity.kernels import start_kernels
from tests.differential.notebooks import RECORD, load_cases, make_notebook, test_sources

VERSIONS = ("otter-grader", "ipykernel", "ipython", "matplotlib", "matplotlib-inline", "torch")
CLONE_NEWNET = 0x40000000
CELL_S = 120


def main(arguments: list[str]) -> int:
    """Record what is missing; returns the exit status."""
    old = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"cases": {}}
    kept = {} if "--all" in arguments else old["cases"]
    made, names = {}, [name for name in arguments if not name.startswith("-")]
    cut_off_network()
    ExecutePreprocessor.timeout.default_value = CELL_S
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernels").mkdir()
        server, kernels = start_kernels(Path(folder) / "kernels")
        os.environ.update(kernels)
        for name, changes in mixed(load_cases()):
            notebook = make_notebook(changes)
            digest = digest_of(notebook)
            if kept.get(name, {}).get("digest") == digest and name not in names:
                made[name] = kept[name]
                continue
            made[name] = {"digest": digest, **run_stock(notebook, Path(folder))}
            print(name, json.dumps(made[name]), flush=True)
            save(made | {key: value for key, value in kept.items() if key not in made})
        server.kill()
    save(made)
    return 0


def mixed(cases: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Return the cases in an order in which any first part holds some of each kind."""
    listed = list(cases.items())
    return [entry for start in range(12) for entry in listed[start::12]]


def save(cases: dict) -> None:
    """Write the record with the versions that made it."""
    made_by = {name: version(name).split("+")[0] for name in VERSIONS}
    made_by["python"] = platform.python_version()
    lines = [f" {json.dumps(name)}: {json.dumps(cases[name])}" for name in sorted(cases)]
    text = f'{{"versions": {json.dumps(made_by)},\n"cases": {{\n' + ",\n".join(lines) + "\n}}\n"
    RECORD.write_text(text, encoding="utf-8")


def digest_of(notebook: dict) -> str:
    """Return what changes when a notebook or the tests do."""
    text = json.dumps([notebook, test_sources()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def cut_off_network() -> None:
    """Give this process, and all that it starts, a network that holds this machine alone."""
    import ctypes
    import fcntl
    import socket
    import struct

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        sys.exit("the record is made without a network: run this as root")
    with socket.socket() as any_socket:  # SIOCSIFFLAGS: lo is up
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 0x1))


def run_stock(notebook: dict, folder: Path) -> dict:
    """Return which tests pass in stock Otter, and the type of the error that ends each cell."""
    from otter.execute import grade_notebook

    home = Path(tempfile.mkdtemp(dir=folder))
    tests = home / "tests"
    tests.mkdir()
    for name, source in test_sources().items():
        (tests / f"{name}.py").write_text(source)
    (home / "work").mkdir()
    (home / "work" / "nb.ipynb").write_text(json.dumps(notebook))
    os.chdir(home / "work")
    ended: dict[str, str] = {}
    ExecutePreprocessor.on_cell_executed.default_value = partial(note_end, ended)
    try:
        results = grade_notebook(
            "nb.ipynb", tests_glob=[str(path) for path in sorted(tests.glob("*.py"))],
            test_dir=str(tests), cwd=os.getcwd(), seed=42,
        )  # fmt: skip
    except Exception as error:
        return {"died": type(error).__name__}
    finally:
        os.chdir("/")
        shutil.rmtree(home)
    passed = {
        name: [result.passed for result in test.test_case_results]
        for name, test in sorted(results.results.items())
    }
    return {"passed": passed, "errors": errors_of(results.notebook, notebook, ended)}


def note_end(ended: dict[str, str], cell: dict, cell_index: int, execute_reply: dict) -> None:
    """Keep the type of the error that ended a cell, as the kernel replies."""
    content = execute_reply["content"]
    if content["status"] == "error":
        ended[cell.get("id")] = content["ename"]


def errors_of(executed: dict, notebook: dict, ended: dict[str, str]) -> list[str]:
    """Return each original cell's error type, "" where it ended well.

    Of some errors a kernel shows text only, which its reply names; some that it shows end no cell.
    """
    found = dict(ended)
    for cell in executed["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                found[cell.get("id")] = output["ename"]
    return [found.get(cell["id"], "") for cell in notebook["cells"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
