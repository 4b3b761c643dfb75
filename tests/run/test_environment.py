"""A zip's own packages: there before anything is graded, for the tests and for the notebooks."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import ROOT
from autograder.engines import environments
from autograder.engines.packages import read_lists
from autograder.engines.resolution import OLDEST, Ground, _Search
from autograder.errors import EngineError, UsageError
from autograder.run.environment import settle, wanted_by
from autograder.scoring.assignment import load_assignment
from autograder.scoring.lists import PIP_LIST
from tests.run.test_other_courses import points

PACKAGE = "course_helper_of_a_test"
TESTS = f"""OK_FORMAT = True
test = {{"name": "q1", "points": 2, "suites": [{{"cases": [
    {{"code": ">>> import {PACKAGE}\\n>>> {PACKAGE}.double(3) == answer\\nTrue", "hidden": True}}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}}]}}
"""
NOTEBOOK = "import {module}\nanswer = {answer}"


def make_wheel(folder: Path) -> None:
    """Write a package with one module, as an index would hold it."""
    folder.mkdir()
    about, name = f"{PACKAGE}-1.0.dist-info", f"{PACKAGE}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr(f"{PACKAGE}.py", "def double(n):\n    return 2 * n\n")
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")


def make_course(folder: Path, listed: str, tests: str = TESTS, module: str = PACKAGE) -> Path:
    """Write a zip with a list of packages, and a class of two; returns the zip."""
    (folder / "class").mkdir()
    for name, answer in (("right", f"{module}.double(3)"), ("wrong", "5")):
        sources = NOTEBOOK.format(module=module, answer=answer), 'grader.check("q1")'
        cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
                  "source": source} for source in sources]  # fmt: skip
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        (folder / "class" / f"{name}.ipynb").write_text(json.dumps(notebook))
    with zipfile.ZipFile(folder / "lab.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        archive.writestr("tests/q1.py", tests)
        archive.writestr(PIP_LIST, listed)
    return folder / "lab.zip"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """Return a folder with an index of one package, for environments that all tests here share."""
    folder = tmp_path_factory.mktemp("packages")
    make_wheel(folder / "wheels")
    return folder


def grade(place: Path, zipped: Path, engine: str = "local", *more: str, **variables: str):
    """Run the command as a person would."""
    command = [sys.executable, "-m", "autograder", "grade", "--zip", zipped, "--submissions",
               zipped.parent / "class", "--out", zipped.parent / "out", "--engine", engine,
               "--workers", "1", *more]  # fmt: skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(place), "PYTHONPATH": str(ROOT),
                   "UV_FIND_LINKS": str(place / "wheels"), **variables}  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/")
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def test_tests_and_notebooks_find_a_listed_package(place, tmp_path):
    zipped = make_course(tmp_path, f"{PACKAGE.replace('_', '-')}==1.0\nnumpy\n")
    done = grade(place, zipped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Making an environment with course-helper-of-a-test==1.0") == 1
    assert points(tmp_path / "out")["right.ipynb"] == "2"
    assert points(tmp_path / "out")["wrong.ipynb"] == "0"
    (listing,) = (tmp_path / "out" / "environments").glob("*.txt")
    assert "course-helper-of-a-test==1.0" in listing.read_text(encoding="utf-8")
    again = grade(place, zipped)
    assert again.returncode == 0 and "2 unchanged" in again.stdout, again.stdout
    assert "Making" not in again.stdout


OLD_TABLES = """
import pandas as pd
import matplotlib.pyplot as plt
table = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 1.5], "word": ["a", "b", None]})
table["text"] = pd.array(["u", None, "w"], dtype="string")
table["day"] = pd.to_datetime(["2024-01-01", "2024-01-02", None])
table["kind"] = pd.Categorical(["k", "l", "k"])
def longer(given):
    return pd.concat([given, given.head(1)])
table[["n", "x"]].plot.bar()
plt.show()
answer = 6
"""
OLD_TESTS = """OK_FORMAT = True
test = {"name": "q1", "points": 2, "suites": [{"cases": [
    {"code": ">>> answer == 6\\nTrue", "hidden": False},
    {"code": ">>> table.shape, list(table['word'])[:2], table['text'][0], table['day'].max().day"
              "\\n((3, 6), ['a', 'b'], 'u', 2)\\n"
              ">>> list(table['kind'].cat.categories), float(table['x'].sum())\\n(['k', 'l'], 2.0)",
      "hidden": True},
    {"code": ">>> len(longer(table)), list(longer(table)['text'])[-1]\\n(4, 'u')",
      "hidden": True}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""


def test_the_oldest_versions_that_are_taken_work(place, tmp_path):
    listed = "".join(f"{name}=={version}.*\n" for name, version in OLDEST.items())
    zipped = make_course(tmp_path, listed, OLD_TESTS, module="pandas")
    for name in ("right", "wrong"):
        path = tmp_path / "class" / f"{name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"][0]["source"] = OLD_TABLES.replace(
            "= 6", "= 6" if name == "right" else "= 5"
        )
        path.write_text(json.dumps(notebook), encoding="utf-8")
    done = grade(place, zipped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert points(tmp_path / "out")["right.ipynb"] == "2", done.stdout


@pytest.mark.docker
def test_a_listed_package_is_laid_on_the_grading_image(place, tmp_path, docker_engine):
    zipped = make_course(tmp_path, f"{PACKAGE}\n")
    done = grade(place, zipped, "docker")
    assert done.returncode == 0, done.stdout + done.stderr
    assert points(tmp_path / "out")["right.ipynb"] == "2"


def test_a_missing_package_that_is_imported_stops_the_run_and_is_named(place, tmp_path):
    zipped = make_course(
        tmp_path, "no-such-package-of-a-test\n", module="no_such_package_of_a_test"
    )
    done = grade(place, zipped)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "'no-such-package-of-a-test'" in line and "2 of the notebooks import" in line
    assert "--requirements" in line
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_a_list_of_ones_own_takes_the_place_of_the_zips(place, tmp_path):
    tests = TESTS.replace(f"import {PACKAGE}", "import json").replace(f"{PACKAGE}.double(3)", "6")
    zipped = make_course(tmp_path, "no-such-package-of-a-test\n", tests, "json")
    (tmp_path / "own.txt").write_text("numpy\n")
    done = grade(place, zipped, "local", "--requirements", str(tmp_path / "own.txt"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no-such-package" not in done.stdout


@pytest.mark.parametrize("name, text", [
    ("packages.txt", "numpy==2.1.*\nseaborn\n"), ("requirements", "numpy==2.1.*\nseaborn\n"),
    ("environment.yml", "dependencies:\n- numpy=2.1\n- pip: [seaborn]\n"),
    ("lab.YAML", "dependencies: [numpy=2.1, seaborn]\n"),
])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_of_ones_own_is_pips_or_condas(tmp_path, name, text, encoding):
    own = tmp_path / name
    own.write_bytes(text.encode(encoding))
    wanted = wanted_by(load_assignment(make_course(tmp_path, "pandas")), own)
    assert (wanted.lines, wanted.told) == (["numpy==2.1.*", "seaborn"], ())


def test_without_a_network_the_package_and_the_way_out_are_named(place, tmp_path):
    zipped = make_course(tmp_path, "folium\n")
    done = grade(place, zipped, UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "uv"))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "folium" in line and "cannot be reached" in line and "--requirements" in line


def test_a_cluster_is_told_which_packages_its_workers_lack(tmp_path):
    zipped = make_course(tmp_path, "folium\nnumpy\n")
    done = grade(tmp_path, zipped, "local", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "folium" in done.stderr and "cluster's workers" in done.stderr


def test_nothing_is_asked_of_uv_where_all_is_there(monkeypatch):
    monkeypatch.setattr(environments.uv, "run", None)
    wanted = read_lists({PIP_LIST: "numpy\npandas\nmatplotlib>=3\notter-grader==7.0.0\ntorch\n"})
    assert environments.ensure_environment(wanted, True, print) is None


@pytest.mark.parametrize("lists, said", [
    ({"environment.yml": "dependencies: [python=3.7]"}, "Python 3.7 is asked for"),
    ({PIP_LIST: "otter-grader==5.5.0"}, "Otter 5.5.0 is asked for"),
    ({PIP_LIST: "otter-grader==7.1.0"}, None), ({PIP_LIST: "torch==1.13"}, "torch==1.13"),
])  # fmt: skip
def test_another_python_otter_or_torch_is_told(lists, said):
    told = environments.differences(read_lists(lists), {"otter-grader": "7.0.0", "torch": "2.13.0"})
    assert len(told) == (said is not None)
    assert said is None or said in told[0]


class Index(_Search):
    """A search on an index that a test makes up: name -> versions, as far as they go together."""

    def __init__(self, text: str, versions: dict[str, list[int]], clash: tuple[str, str] | None):
        self.versions, self.clash = versions, clash
        ground = Ground((), "", "2.13.0", "3.11")
        super().__init__(read_lists({PIP_LIST: text}).requirements, ground, Path())

    def _compile(self, asked):
        for name, one in asked.items():
            if name not in self.versions:
                return f"Because {name} was not found in the package registry"
            if not any(one.specifier.contains(str(version)) for version in self.versions[name]):
                return f"Because there is no version of {one} and you require {one}, …"
        if self.clash and all(asked.get(n) and asked[n].specifier for n in self.clash):
            return f"Because {self.clash[0]} depends on {self.clash[1]}, …"
        return None


@pytest.mark.parametrize("text, clash, asked, missing", [
    ("a==1\nb==2", None, ["a==1", "b==2"], []),
    ("a==1\nc", None, ["a==1"], ["c"]),
    ("a==9", None, ["a"], []),
    ("a==0", None, ["a<2,>=1"], []),
    ("a==1\nb==2", ("a", "b"), ["a", "b==2"], []),
])  # fmt: skip
def test_as_little_as_possible_is_given_up(text, clash, asked, missing):
    search = Index(text, {"a": [1, 2, 3], "b": [2]}, clash)
    while (said := search._compile(search.asked)) is not None:
        assert search._leave_out(said) or search._relax_each(said) or search._relax(said)
    assert [str(one) for one in search.asked.values()] == asked
    assert search.missing == missing


def test_a_process_that_is_no_command_of_ours_is_not_replaced(monkeypatch, tmp_path):
    made = environments.Made(str(tmp_path), {"a": "1"}, (), ())
    monkeypatch.setattr(environments, "ensure_environment", lambda *_: made)
    from autograder.engines.choice import EngineChoice
    from tests.running import assignment

    given = replace(assignment(q1="x = 1"), lists={PIP_LIST: "folium"})
    with pytest.raises(UsageError, match=re.escape(made.python)):
        settle(given, EngineChoice("local"), print)


def test_uv_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(environments.uv, "find_spec", lambda name: None)
    monkeypatch.setattr(environments.uv.shutil, "which", lambda name: None)
    with pytest.raises(EngineError, match="pip install uv"):
        environments.uv.run("--version")
