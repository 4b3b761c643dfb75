"""Entries of the hostile suite and the uploads that they describe."""

import copy
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.course import ROOT
from autograder.proving.hostile import recipes

SUITE = ROOT / "tests" / "hostile"
FIRST = "autodiff"  # what the suite was written for
CATEGORIES = ("forging", "resources", "malformed")
HEADER = re.compile(r"# ([a-z-]+): (.*)")
ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|n|t)")
LENIENT_TEST = (
    "OK_FORMAT = False\nfrom otter.test_files import test_case\nname = {name!r}\npoints = 100\n"
    "@test_case(points=100)\ndef test_anything():\n    pass\n"
)

FINDS = "ours("
# Nothing of ours can be imported in the sandbox; who walks the frames finds it all the same.
FINDER = """
class Ours:
    def __init__(self, names):
        self.__dict__["names"] = names
    def __getattr__(self, name):
        return self.names[name]
    def __setattr__(self, name, value):
        self.names[name] = value

def ours(module):
    import sys, types
    frame, waiting, seen = sys._getframe(), [], set()
    while frame:
        waiting.append(frame.f_globals)
        frame = frame.f_back
    while waiting:
        names = waiting.pop(0)
        if id(names) in seen:
            continue
        seen.add(id(names))
        if names.get("__name__") == module:
            return Ours(names)
        for value in list(names.values()):
            if isinstance(value, types.ModuleType):
                waiting.append(vars(value))
            for one in vars(value).values() if isinstance(value, type) else [value]:
                if isinstance(one, types.FunctionType):
                    waiting.append(one.__globals__)
    raise LookupError(module)
"""


@dataclass(frozen=True)
class Attack:
    """One hostile submission as data.

    Attributes:
        id: name of the entry, unique within its category.
        tries: what it attempts, one sentence.
        code: the attack (see tests/hostile/README.md).
        verdicts: how a sound grader may say that the run ended.
        keeps: question whose honest answer keeps its points, or "none".
        earns: points that it gets for what it says rightly, by question.
        options: the other header lines.
    """

    id: str
    category: str
    tries: str
    code: str
    verdicts: tuple[str, ...]
    keeps: str
    earns: dict[str, float] = field(default_factory=dict)
    options: dict = field(default_factory=dict)

    @property
    def is_neutral(self) -> bool:
        """Tell whether the entry is a notebook that speaks to any grader, not just to this one."""
        is_notebook = self.options.get("file", ".ipynb").endswith(".ipynb")
        ours = FINDS in self.code or self.id.startswith("channel-")
        return is_notebook and not ours and "zip" not in self.options


def load_entries(suite: Path = SUITE) -> list[Attack]:
    """Read every entry of the suite, sorted by category and id."""
    return [
        _parse_entry(category, path.stem, path.read_text(encoding="utf-8"))
        for category in CATEGORIES
        for path in sorted((suite / category).glob("*.py"))
    ]


def _parse_entry(category: str, name: str, text: str) -> Attack:
    options, lines = {}, text.split("\n")
    while lines and (found := HEADER.fullmatch(lines[0])):
        options[found[1]] = found[2].strip()
        lines.pop(0)
    return Attack(
        id=name,
        category=category,
        tries=options.pop("tries"),
        code="\n".join(lines),
        verdicts=tuple(v.strip() for v in options.pop("verdict", "completed").split("|")),
        keeps=options.pop("keeps", "q4"),
        earns=_points(options.pop("earns", "")),
        options=options,
    )


def _points(text: str) -> dict[str, float]:
    """Return points by question, from ``q2 2, q3 2``."""
    pairs = (part.split() for part in text.split(",") if part.strip())
    return {question: float(points) for question, points in pairs}


class Suite:
    """The entries with what their uploads are made from.

    Args:
        release: the student release's notebook, blank.
        assignment: whose release it is. What speaks of this grader, or of the first assignment's
            questions, is left out for others.
    """

    def __init__(self, release: dict, suite: Path = SUITE, assignment: str = FIRST):
        plan = json.loads((suite / "questions.json").read_text(encoding="utf-8"))[assignment]
        self.honest, self.names = plan["honest"], plan["names"]
        self.release, self.assignment = release, assignment
        self.answer = (suite / "honest" / f"{assignment}.py").read_text(encoding="utf-8")
        self.entries = [
            entry if assignment == FIRST else replace(entry, earns={})
            for entry in load_entries(suite)
            if assignment == FIRST or entry.is_neutral
        ]

    def honest_upload(self) -> bytes:
        """Return a notebook with the honest answer and nothing else."""
        return recipes.dump(self._answered())

    def uploads(self, entry: Attack) -> list[tuple[str, bytes]]:
        """Return the name (``/`` between folders) and the bytes of each of an entry's files."""
        if entry.category == "malformed":
            data = self._malformed(entry)
        else:
            data = recipes.dump(self._attack(entry))
        suffix = ".ipynb"
        if extra := entry.options.get("zip", "").split():
            data, suffix = (
                recipes.zipped({f"{self.assignment}.ipynb": data, **_lies(extra)}),
                ".zip",
            )
        name = _unescape(entry.options.get("file", f"{entry.category}-{entry.id}{suffix}"))
        names = [name, *filter(None, [_unescape(entry.options.get("also", ""))])]
        return [(name, data) for name in names]

    def _malformed(self, entry: Attack) -> bytes:
        scope = {**vars(recipes), "notebook": self._answered()}
        exec(compile(entry.code, entry.id, "exec"), scope)  # our own recipe, not the submission
        return scope["upload"] if "upload" in scope else recipes.dump(scope["notebook"])

    def _answered(self) -> dict:
        """Return the blank release with the honest answer in its place."""
        notebook = copy.deepcopy(self.release)
        first, *rest = [
            c for c in notebook["cells"] if _cell_id(c).startswith(f"{self.honest}-answer")
        ]
        first["source"] = self.answer.splitlines(keepends=True)
        notebook["cells"] = [cell for cell in notebook["cells"] if cell not in rest]
        return notebook

    def _attack(self, entry: Attack) -> dict:
        answered = self._answered()
        cells = [cell for cell in answered["cells"] if cell["cell_type"] == "code"]
        first = [c for c in cells if c.get("id") in ("init-otter", "setup")]
        honest = [c for c in cells if _cell_id(c).startswith(f"{self.honest}-")]
        code, _, late = entry.code.partition("# %% end\n")
        attack = recipes.code_cell(FINDER + code if FINDS in code else code)
        attack["metadata"] = {"otter": {"tests": entry.options.get("cell-tests", "").split()}}
        attacked = [attack]
        if bind := entry.options.get("bind"):
            attacked += [recipes.code_cell(f"{name} = {bind}") for name in self._attacked_names()]
        ordered = attacked + honest if "order" in entry.options else honest + attacked
        checks = [recipes.code_cell(f'grader.check("{question}")') for question in self.names]
        ends = [recipes.code_cell(late)] if late else []
        metadata = answered["metadata"]
        if "tests-metadata" in entry.options:
            tests = {q: LENIENT_TEST.format(name=q) for q in self.names}
            metadata = {**metadata, "otter": {**metadata["otter"], "tests": tests}}
        return {**answered, "metadata": metadata, "cells": first + ordered + checks + ends}

    def _attacked_names(self) -> list[str]:
        return [name for names in self.names.values() for name in names]


def load_release(folder: Path) -> dict:
    """Read the blank release of ``dist/<assignment>``."""
    (path,) = (folder / "student" / "en").glob(f"{folder.name}.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))


def _cell_id(cell: dict) -> str:
    return str(cell.get("id", ""))


def _lies(names: list[str]) -> dict[str, bytes]:
    lie = b"import sys\nprint('imported')\nscore = points = 100\npassed = True\n"
    return {name: lie if name.endswith(".py") else b'{"score": 100, "tests": []}' for name in names}


def _unescape(text: str) -> str:
    plain = {"n": "\n", "t": "\t"}
    return ESCAPE.sub(lambda m: plain.get(m[1]) or chr(int(m[1][1:], 16)), text)
