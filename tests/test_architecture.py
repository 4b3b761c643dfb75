"""The house's one-way rule: who may import whom, and what is imported nowhere."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "autograder"

# From the ground up: a room imports from its own layer and from those above it in this list.
LAYERS = (
    {"errors", "model"},
    {"course", "files", "languages", "wording"},
    {"wall"},
    {"probes"},
    {"intake"},
    {"checks", "sandbox"},
    {"scoring"},
    {"engines"},
    {"gradebook"},
    {"lms"},
    {"reports"},
    {"run", "cluster"},
    {"build", "gradescope"},
    {"proving"},
    {"__main__"},
)
TOP_FLOOR = 9  # files that may lie directly in the package
LONGEST = 400  # lines of a module
RUNS_WHAT_IT_READS = {"pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle"}

# Whoever starts from the left never gets, by any way through our modules, to the right.
NEVER_REACHED = {
    "sandbox": {"scoring", "engines", "build", "checks", "gradebook", "reports", "run", "lms",
                "gradescope", "proving", "otter", "sqlite3"},
    "scoring": {"docker", "IPython", "engines", "build", "reports", "gradebook", "subprocess"},
    "checks": {"scoring", "sandbox", "engines", "otter", "IPython", "subprocess"},
    "run": {"proving"},
    "cluster": {"proving"},
    "gradescope": {"proving"},
    "reports": {"gradebook", "run", "scoring", "checks", "sandbox", "engines", "otter", "torch"},
    "probes": {"scoring", "sandbox", "engines", "checks", "otter"},
    "model": {"numpy", "torch", "autograder"},
}  # fmt: skip


def module_name(path: Path) -> str:
    """Return the dotted name of one of our files."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return the dotted names that a module imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: write the whole name instead of a relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return frozenset(found)


def room(module: str) -> str:
    """Return the first part of a module's name below the package, or of a foreign name."""
    parts = module.split(".")
    return parts[1] if parts[0] == "autograder" and len(parts) > 1 else parts[0]


def rank(module: str) -> int:
    """Return the layer of one of our modules: its own if it is named, else its room's."""
    own = module.removeprefix("autograder.")
    for name in (own, room(module)):
        for level, names in enumerate(LAYERS):
            if name in names:
                return level
    raise AssertionError(f"say in LAYERS where autograder/{room(module)} stands")


def reached_from(start: str) -> dict[str, list[str]]:
    """Return every imported name that a room reaches, each with the way to it."""
    ways = {module: [module] for module in MODULES if room(module) == start}
    pending = list(ways)
    while pending:
        module = pending.pop()
        for name in imports_of(module) if module in MODULES else ():
            if name not in ways:
                ways[name] = [*ways[module], name]
                pending.append(name)
    return ways


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    if module == "autograder":
        assert not imports_of(module), "importing the package alone must load nothing"
        return
    for name in imports_of(module):
        if name.startswith("autograder."):
            assert rank(name) <= rank(module), f"{module} imports {name}, which stands above it"


@pytest.mark.parametrize("start", NEVER_REACHED)
def test_rooms_never_reach(start):
    for name, way in reached_from(start).items():
        assert room(name) not in NEVER_REACHED[start] - {start}, " -> ".join(way)


def test_few_files_lie_on_the_top_floor():
    assert len(list(PACKAGE.glob("*.py"))) <= TOP_FLOOR


def test_no_module_is_too_long_to_read():
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in MODULES.items()}
    assert not {name: count for name, count in lengths.items() if count > LONGEST}


def test_the_page_of_theory_names_what_is_there():
    page = (ROOT / ".docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+/(?:[a-z_]+/)*(?:[a-z_]+\.py)?)`", page)
    assert named
    assert all((PACKAGE / name).exists() for name in named), named
    figure = (ROOT / ".docs" / "architecture.svg").read_text(encoding="utf-8")
    for process in ("command", "scorer", "warm worker", "janitor", "child", "Dask worker"):
        assert f">{process}</text>" in figure
        assert f"| **{process}**" in page


@pytest.mark.parametrize("module", MODULES)
def test_nothing_runs_what_it_reads(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    named = {name.split(".")[0] for name in imports_of(module)}
    assert not named & RUNS_WHAT_IT_READS
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "load":
            owner = getattr(node.value, "id", "")
            assert owner not in {"torch", "np", "numpy"}, f"line {node.lineno}: may unpickle"


def test_no_module_is_without_a_docstring():
    missing = [
        name
        for name, path in MODULES.items()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not missing


def tracked_files() -> list[Path]:
    """Return the files under version control that are text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def test_no_file_names_this_machine_or_a_package_host():
    homes = {ROOT, Path.home(), Path(sys.prefix), Path(sys.base_prefix)}
    words = [f"{home}/" for home in homes if len(home.parts) > 1 and home != Path("/usr")]
    # In two halves, so that this file does not name them either.
    halves = ("py", "pi.org"), ("python", "hosted"), ("npm", "js."), ("debian", ".org")
    words += [first + second for first, second in (*halves, ("docker", ".io/"))]
    for path in tracked_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in words:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"
