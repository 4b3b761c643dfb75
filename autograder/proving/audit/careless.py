"""Right answers broken as students break them, where the prompt makes that wrong.

Which function goes wrong how is an assignment's data, ``bank/careless.toml``: the prompts decide
what is a mistake. A broken function wraps the right one, so each right answer of the bank, however
it is written, is broken in each way.
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import BuildError
from autograder.proving.audit.answers import Answer, statements

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STEPS = {  # {call} hands the arguments on to the right answer
    "clears its input": (
        "result = {call}\nfor item in ({arguments},):\n    if isinstance(item, torch.Tensor):\n"
        "        with torch.no_grad():\n            item.zero_()\n"
        "    elif hasattr(item, 'fill'):\n        item.fill(0)\nreturn result"
    ),
    "doubles its input": (
        "for item in ({arguments},):\n    if isinstance(item, torch.Tensor):\n"
        "        with torch.no_grad():\n            item.mul_(2)\nreturn {call}"
    ),
    "keeps its first result": (
        "if not kept:\n    kept.append({call})\nreturn kept[0]"
    ),
    "is one call late": (
        "kept.append({call})\nreturn kept[-2] if len(kept) > 1 else kept[-1]"
    ),
    "works once": (
        "kept.append(1)\nif len(kept) > 1:\n    return None\nreturn {call}"
    ),
    "returns nothing": "{call}",
    "prints instead of returning": "print({call})",
    "gives a text": "return str({call})",
    "gives its result in a list of lists": "return [[{call}]]",
}  # fmt: skip
WRAPPER = """
def careless(right):
    kept = []
    def {name}({parameters}):
{body}
    return {name}

{name} = careless({name})
"""


@dataclass(frozen=True)
class Slip:
    """One way in which answers to a question go wrong.

    Attributes:
        step: what the student does.
        name: the function that goes wrong, or "" where a piece of code spoils the answer.
        code: what is added behind the right answer.
    """

    question: str
    step: str
    name: str
    code: str

    @property
    def key(self) -> str:
        """Identify the slip within its question."""
        return f"{self.name}: {self.step}" if self.name else self.step

    def spoil(self, answer: Answer) -> Answer:
        """Return the answer with the slip."""
        *others, last = answer.cells
        return answer.with_cells([*others, f"{last}\n{self.code}"])


@dataclass(frozen=True)
class Carelessness:
    """What ``bank/careless.toml`` holds.

    Attributes:
        accepted: (question, slip, answer) -> why the slip is none in this answer; the answer "*"
            stands for every one.
    """

    slips: tuple[Slip, ...] = ()
    accepted: dict | None = None

    def is_justified(self, question: str, slip: str, answer: str) -> bool:
        """Tell whether data says why this variant passes."""
        known = self.accepted or {}
        return (question, slip, answer) in known or (question, slip, "*") in known


def load_carelessness(folder: Path) -> Carelessness:
    """Read ``careless.toml`` of a bank folder.

    Raises:
        BuildError: an entry is malformed or stands there twice; the message names file and entry.
    """
    path = folder / "careless.toml"
    if not path.is_file():
        return Carelessness()
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"{path}: no table of slips ({error})") from None
    slips = []
    for item in plain.get("function", []):
        try:
            item["question"], item["name"], item["parameters"]  # all of them are there
            slips += _function_slips(item)
        except (KeyError, SyntaxError) as error:
            raise BuildError(f"{path}, function {item.get('name')!r}: {error}") from None
    for item in plain.get("value", []):
        try:
            slips.append(Slip(item["question"], item["step"], "", item["code"]))
            ast.parse(item["code"])
        except (KeyError, SyntaxError) as error:
            raise BuildError(f"{path}, value {item.get('step')!r}: {error}") from None
    keys = [(slip.question, slip.key) for slip in slips]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise BuildError(f"{path}: stands there twice: {twice[0]}")
    accepted = {
        (item["question"], item["slip"], item["answer"]): item["why"]
        for item in plain.get("accepted", [])
    }
    return Carelessness(tuple(slips), accepted)


def _function_slips(item: dict) -> list[Slip]:
    """Make the slips of one function.

    Keys of ``item``: ``question``, ``name``, ``parameters``; ``steps`` names some of
    :data:`STEPS`; ``example`` holds arguments for which alone the answer works; ``casts`` holds
    expressions of ``result``; each of ``when`` says under which ``condition`` the function
    returns ``then`` in place of the ``right`` result.
    """
    function = statements(f"def f({item['parameters']}): pass")[0]
    given = ", ".join(argument.arg for argument in function.args.args)
    call = f"right({given})"
    bodies = {
        step: STEPS[step].format(call=call, arguments=given) for step in item.get("steps", ())
    }
    if "example" in item:
        bodies["works only for the example"] = f"return right({item['example']})"
    for cast in item.get("casts", ()):
        bodies[f"casts its result: {cast}"] = f"result = {call}\nreturn {cast}"
    for case in item.get("when", ()):
        lines = f"if {case['condition']}:\n    return {case['then']}\nreturn {call}"
        bodies[case["step"]] = lines
    slips = []
    for step, body in bodies.items():
        indented = "\n".join(f"        {line}" for line in body.split("\n"))
        code = WRAPPER.format(name=item["name"], parameters=item["parameters"], body=indented)
        ast.parse(code)
        slips.append(Slip(item["question"], step, item["name"], code))
    return slips
