"""What packages a grading zip asks for: its requirements.txt and environment.yml, read as data.

Nothing is installed here. What cannot be taken over from a list is told in words, one line each.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.scoring.lists import CONDA_LIST, PIP_LIST

OTTER, TORCH = "otter-grader", "torch"
# What runs, converts and serves notebooks: the grader does that itself.
RUNS_NOTEBOOKS = frozenset({
    "conda", "ipykernel", "jupyter", "jupyter-client", "jupyter-console", "jupyter-core",
    "jupyter-server", "jupyterhub", "jupyterlab", "mamba", "nb-conda", "nb-conda-kernels",
    "nbclient", "nbconvert", "nbformat", "nbgitpuller", "notebook", "pip", "python", "setuptools",
    "wheel",
})  # fmt: skip
# conda's name -> the index's; "": nothing that Python imports.
CONDA_NAMES = {
    "_libgcc_mutex": "", "_openmp_mutex": "", "blas": "", "ca-certificates": "", "openssl": "",
    "c-compiler": "", "cxx-compiler": "", "gcc": "", "gxx": "", "git": "", "graphviz": "",
    "libgcc": "", "make": "", "mkl": "", "nodejs": "", "openblas": "", "pandoc": "", "sqlite": "",
    "texlive-core": "", "zlib": "", "cpuonly": "", "pytorch-cuda": "", "cudatoolkit": "",
    "dask-core": "dask", "matplotlib-base": "matplotlib", "msgpack-python": "msgpack",
    "opencv": "opencv-python-headless", "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost", "pytables": "tables", "pytorch": "torch", "pytorch-cpu": "torch",
    "python-graphviz": "graphviz", "seaborn-base": "seaborn", "geopandas-base": "geopandas",
    "plotly-orca": "", "psycopg2": "psycopg2-binary", "pyqt": "pyqt5", "statsmodels-base":
    "statsmodels", "tensorflow-base": "tensorflow", "faiss-cpu": "faiss-cpu",
}  # fmt: skip
# A name that the index holds for no package of its own -> the package; its versions say nothing.
STAND_INS = {"sklearn": "scikit-learn"}
# A package's name -> the module that it brings, where the two differ.
MODULES = {
    "beautifulsoup4": "bs4", "faiss-cpu": "faiss", "opencv-python": "cv2",
    "opencv-python-headless": "cv2", "pillow": "PIL", "psycopg2-binary": "psycopg2",
    "python-dateutil": "dateutil", "pyyaml": "yaml", "scikit-image": "skimage",
    "scikit-learn": "sklearn", "ipython": "IPython",
}  # fmt: skip
_CONDA = re.compile(r"(?:[\w-]+::)?([A-Za-z0-9_][\w.-]*)\s*(.*)")
_CONDA_EXACT = re.compile(r"=\s*([\w.*!+]+)(?:=\S+)?")
_OPTION = re.compile(r"\s--(?:hash|config-settings|global-option)[= ]\S+")


@dataclass(frozen=True)
class Wanted:
    """What a grading zip asks for.

    Attributes:
        requirements: as pip takes them, sorted by name; what runs notebooks is not among them.
        python: a version as ``3.9``; "": any.
        otter: Otter's version where the lists pin one; "": any.
        told: what was not taken over, a sentence each.
    """

    requirements: tuple[Requirement, ...] = ()
    python: str = ""
    otter: str = ""
    told: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> list[str]:
        """The requirements as text."""
        return [str(one) for one in self.requirements]


def read_lists(lists: Mapping[str, str]) -> Wanted:
    """Return what a zip's lists ask for.

    Args:
        lists: name of a list, as :attr:`Assignment.lists` -> its text.
    """
    told: list[str] = []
    python, found = "", list(_pip_lines(lists.get(PIP_LIST, ""), PIP_LIST, told.append))
    if CONDA_LIST in lists:
        python, conda = _read_conda(lists[CONDA_LIST], told.append)
        found += conda
    kept: dict[str, Requirement] = {}
    otter = ""
    for one in found:
        name = canonicalize_name(one.name)
        if name == OTTER:
            otter = next((spec.version for spec in one.specifier if spec.operator == "=="), otter)
        elif name not in RUNS_NOTEBOOKS:
            kept[name] = _joined(kept.get(name), one)
    return Wanted(tuple(kept[name] for name in sorted(kept)), python, otter, tuple(told))


def _joined(first: Requirement | None, second: Requirement) -> Requirement:
    """Return one requirement for two of the same package, as both of a zip's lists may have."""
    if first is None or str(first) == str(second):
        return second
    second.specifier &= first.specifier
    second.extras |= first.extras
    return second


def _pip_lines(text: str, source: str, tell: Callable[[str], None]) -> Iterator[Requirement]:
    """Yield the requirements of a text as pip reads it."""
    for raw in text.replace("\\\n", " ").splitlines():
        line = _OPTION.sub("", re.sub(r"(^|\s)#.*", "", raw)).strip()
        if not line:
            continue
        if line.startswith("-"):
            if not re.fullmatch(rf"(?:-r|--requirement)[= ]\s*(?:\./)?{PIP_LIST}", line):
                tell(f"{source}: '{line}' is left out: only names and versions are taken over")
            continue
        try:
            one = Requirement(line)
            here = one.marker is None or one.marker.evaluate()
        except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
            tell(f"{source}: '{line}' is left out: it is no name of a package with a version")
            continue
        if one.url:
            tell(f"{source}: '{line}' is left out: packages come from the index, by name")
        elif one.name in sys.stdlib_module_names:
            tell(f"{source}: '{line}' is left out: it is a part of Python")
        elif here:
            one.marker = None
            meant = STAND_INS.get(canonicalize_name(one.name))
            yield Requirement(meant) if meant else one


def _read_conda(text: str, tell: Callable[[str], None]) -> tuple[str, list[Requirement]]:
    """Return the version of Python and the requirements of conda's list."""
    try:
        listed: Any = yaml.safe_load(text)
        dependencies = (listed or {}).get("dependencies") or []
    except (yaml.YAMLError, AttributeError):
        dependencies = None
    if type(dependencies) is not list:
        tell(f"{CONDA_LIST} is left out: it is no YAML with a list 'dependencies'")
        return "", []
    python = ""
    found: list[Requirement] = []
    for one in dependencies:
        if isinstance(one, dict) and (lines := one.get("pip")):
            lines = lines if type(lines) is list else [lines]
            found += _pip_lines("\n".join(map(str, lines)), CONDA_LIST, tell)
            continue
        if type(one) is not str:
            if one is not None:
                tell(f"{CONDA_LIST}: '{one}' is left out: it is no package of Python's")
            continue
        requirement = _conda_requirement(one, tell)
        if requirement is None:
            continue
        if requirement.name == "python":
            python = _version_named(requirement) or python
        else:
            found.append(requirement)
    return python, found


def _conda_requirement(line: str, tell: Callable[[str], None]) -> Requirement | None:
    """Return a line of conda's list as pip writes it; None where Python imports nothing of it."""
    parts = _CONDA.fullmatch(line.strip())
    name = parts[1].lower() if parts else ""
    name = CONDA_NAMES.get(name, name)
    if not parts or not name or name.startswith("r-"):
        if not parts or name.startswith("r-"):
            tell(f"{CONDA_LIST}: '{line}' is left out: it is no package of Python's")
        return None
    asked = parts[2].strip()
    if exact := _CONDA_EXACT.fullmatch(asked):
        version = exact[1].rstrip("*").rstrip(".")
        whole = asked.count("=") > 1 or version.count(".") >= 2
        asked = f"=={version}" if whole else f"=={version}.*"
    elif re.match(r"\d", asked):
        asked = f"=={asked.split()[0]}"
    try:
        return Requirement(f"{name}{asked}")
    except InvalidRequirement:
        tell(f"{CONDA_LIST}: '{line}' is left out: its version cannot be read")
        return Requirement(name)


def _version_named(requirement: Requirement) -> str:
    """Return the first major and minor version that a requirement names."""
    found = re.search(r"(\d+)\.(\d+)", str(requirement.specifier))
    return f"{found[1]}.{found[2]}" if found else ""


def unmet(wanted: Iterable[Requirement], held: Mapping[str, str]) -> list[Requirement]:
    """Return the requirements that an environment does not meet.

    Args:
        held: canonical name -> version of what it has.
    """
    return [one for one in wanted if not _is_met(one, held)]


def _is_met(one: Requirement, held: Mapping[str, str]) -> bool:
    version = held.get(canonicalize_name(one.name))
    # What an extra brings along nobody here knows: such a package is resolved.
    return version is not None and not one.extras and one.specifier.contains(
        version, prereleases=True
    )  # fmt: skip


def module_of(package: str) -> str:
    """Return the module that a package most likely brings."""
    name = canonicalize_name(package)
    return MODULES.get(name, name.replace("-", "_"))
