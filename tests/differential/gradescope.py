"""The same notebooks on Gradescope's layout: in an image that ``make check-gradescope`` has set up.

``python -m tests.differential.gradescope [IMAGE]`` grades every case there, by this checkout's code
in the image's environment, and says which ones end otherwise than the record and the reasons say.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tomllib

from tests.differential.notebooks import HERE, RECORD, load_cases

IMAGE = "autograder-gradescope:autodiff"
ROOT = HERE.parents[1]
INSIDE = "--inside"
MINUTES = 20


def main(arguments: list[str]) -> int:
    """Grade every case in a container, and compare; returns the exit status."""
    if arguments == [INSIDE]:
        print(json.dumps(grade_here(json.load(sys.stdin))))
        return 0
    image = arguments[0] if arguments else IMAGE
    found = grade_in(image, load_cases())
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))["cases"]
    reasons = tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))
    different = [
        name
        for name, record in recorded.items()
        if any(found[name][key] != record[key] for key in ("passed", "errors"))
    ]
    unexplained = [name for name in different if name not in reasons]
    for name in unexplained:
        print(f"{name}: here {found[name]}, there {recorded[name]}")
    print(f"{len(found)} notebooks in {image}: {len(different)} end otherwise, "
          f"{len(unexplained)} of them without a reason")  # fmt: skip
    return 1 if unexplained else 0


def grade_in(image: str, cases: dict[str, list[str]]) -> dict[str, dict]:
    """Grade cases in a container of an image, without a network."""
    command = ["docker", "run", "--rm", "--interactive", "--network", "none",
               "--volume", f"{ROOT}:/checkout:ro", "--env", "PYTHONPATH=/checkout",
               "--env", "PYTHONDONTWRITEBYTECODE=1", "--workdir", "/", image,
               "/autograder/venv/bin/python", "-m", __spec__.name, INSIDE]  # fmt: skip
    done = subprocess.run(
        command, input=json.dumps(cases).encode(), stdout=subprocess.PIPE, timeout=MINUTES * 60,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def grade_here(cases: dict[str, list[str]]) -> dict[str, dict]:
    """Grade cases as run_autograder does: by a worker that is forked from this process."""
    from autograder.engines.local import ForkedEngine
    from autograder.gradescope.run import _prepare_scorer

    # run_autograder has none of these, of whose files %autoreload would complain.
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]
    engine = ForkedEngine()
    engine.start()  # what is imported after this the worker does not share
    _prepare_scorer()
    from tests.differential.grading import grade_case

    with engine, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nb.ipynb"
        return {name: grade_case(engine, changes, path) for name, changes in cases.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
