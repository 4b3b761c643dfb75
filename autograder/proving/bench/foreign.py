"""Another course's assignment: pandas, a data file, doctests; beside both ways of stock Otter.

The course is made up here, after what public courses have: a table is read, cleaned, grouped and
drawn, and half of the tests are hidden. Nothing of it is this project's own: no name, no manifest.
"""

import json
import random
import tempfile
from pathlib import Path

from autograder.build.archive import make_zip
from autograder.proving.bench import peers
from autograder.proving.bench.throughput import beside_peers, summarise, time_peers
from autograder.proving.bench.timing import DOCKER, grade_class

NAME = "rain"
ROWS = 2000
TOWNS = ("Abbey", "Brook", "Cliff", "Dale", "Elm", "Ford", "Glen", "Hill")
CELLS = (
    "import otter\ngrader = otter.Notebook()",
    "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n%matplotlib inline",
    'rain = pd.read_csv("rain.csv")\nrain.head()',
    "known = rain.dropna()\ndropped = len(rain) - len(known)",
    'by_town = known.groupby("town")["mm"].agg(["mean", "max"]).sort_values("mean")',
    "def wet_days(table, least):\n    return int((table['mm'] >= least).sum())",
    'by_town["mean"].plot.bar()\nplt.ylabel("mm a day")',
    'wettest = by_town["mean"].idxmax()\nspread = float(np.ptp(by_town["mean"]))',
)
# Question -> the cell that it checks; its doctests, of which the first is public.
QUESTIONS: dict[str, tuple[int, tuple[str, ...]]] = {
    "q1": (2, (">>> rain.shape\n(2000, 3)", ">>> list(rain.columns)\n['day', 'town', 'mm']")),
    "q2": (3, (">>> dropped\n{dropped}", ">>> bool(known.isna().any().any())\nFalse")),
    "q3": (4, (">>> list(by_town.columns)\n['mean', 'max']",
               ">>> bool(by_town['mean'].is_monotonic_increasing)\nTrue",
               ">>> float(by_town['max'].max()) == float(known['mm'].max())\nTrue")),
    "q4": (5, (">>> wet_days(known, 0) == len(known)\nTrue",
               ">>> all(wet_days(known, n) >= wet_days(known, n + 1) for n in range(5))\nTrue")),
    "q5": (7, (">>> wettest in by_town.index\nTrue", ">>> 0 < spread < 20\nTrue")),
}  # fmt: skip


def measure_foreign(workers: int, rounds: int, copies: int, own: int) -> dict:
    """Measure this grader and both peers in turn; returns medians, ratios with their spread.

    Args:
        copies: submissions graded by each peer in a round.
        own: submissions graded by this grader in a round.
    """
    tag = peers.ensure_peer_image()
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        archive = base / f"{NAME}.zip"
        archive.write_bytes(make_course())
        few = write_class(base / "few", copies, "few")
        grade_class(NAME, archive, base / "few", base / "warm-up", DOCKER, workers)
        for number in range(rounds):
            write_class(base / f"class{number}", own, str(number))
            ours = grade_class(
                NAME, archive, base / f"class{number}", base / f"out{number}", DOCKER, workers
            )
            rows.append(beside_peers(ours, time_peers(tag, NAME, archive, few, workers)))
    return {**summarise(rows), "workers": workers, "rounds": rounds, "submissions": own}


def make_course() -> bytes:
    """Return the grading zip, as `otter generate` lays one out."""
    table, dropped = _table()
    entries = {
        "otter_config.json": json.dumps({"lang": "python"}).encode(),
        "environment.yml": b"dependencies: [python, pip, {pip: [pandas, matplotlib]}]\n",
        "files/rain.csv": table.encode(),
    }
    for question, (_, (public, *hidden)) in QUESTIONS.items():
        cases = [{"code": public.format(dropped=dropped), "hidden": False, "points": 1}]
        cases += [{"code": code, "hidden": True, "points": 1} for code in hidden]
        suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": question, "points": None, "suites": [suite]}
        entries[f"tests/{question}.py"] = f"OK_FORMAT = True\n\ntest = {test!r}\n".encode()
    return make_zip(entries)


def _table() -> tuple[str, int]:
    """Return the data file, and in how many of its rows a value is missing."""
    draw = random.Random(0)
    lines, missing = ["day,town,mm"], 0
    for row in range(ROWS):
        gone = draw.random() < 0.05
        missing += gone
        amount = "" if gone else f"{max(0.0, draw.gauss(3, 3)):.1f}"
        lines.append(f"{row // len(TOWNS)},{TOWNS[row % len(TOWNS)]},{amount}")
    return "\n".join(lines) + "\n", missing


def write_class(folder: Path, count: int, mark: str) -> list[Path]:
    """Write ``count`` right notebooks, no two alike.

    Args:
        mark: makes two classes differ.
    """
    folder.mkdir()
    checked = {cell: question for question, (cell, _) in QUESTIONS.items()}
    made = []
    for number in range(count):
        sources = [f"# submission {mark}-{number}"]
        for place, source in enumerate(CELLS):
            sources.append(source)
            if place in checked:
                sources.append(f'grader.check("{checked[place]}")')
        cells: list[dict] = [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
             "source": source} for source in sources
        ]  # fmt: skip
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        made.append(folder / f"{number:05}.ipynb")
        made[-1].write_text(json.dumps(notebook), encoding="utf-8")
    return made
