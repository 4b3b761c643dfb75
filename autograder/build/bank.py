"""The labelled bank: right and wrong answers to each question with their expected outcomes."""

import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import BuildError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KINDS = ("valid", "misconception")


@dataclass(frozen=True)
class LabelledAnswer:
    """One labelled answer.

    Attributes:
        code: one source per answer cell of the question, or a single one for all of them.
        expect: expected outcome of each test case, in order.
    """

    question: str
    id: str
    kind: str
    why: str
    code: tuple[str, ...]
    expect: tuple[bool, ...]


def load_bank(folder: Path) -> list[LabelledAnswer]:
    """Read every ``q*.toml`` of a bank folder.

    Raises:
        BuildError: an entry is malformed; the message names file and entry.
    """
    entries = []
    for path in sorted(folder.glob("q*.toml")):
        try:
            plain = tomllib.loads(path.read_text(encoding="utf-8"))["entry"]
        except (KeyError, ValueError) as error:
            raise BuildError(f"{path}: no bank file ({error})") from None
        for item in plain:
            entries.append(_read_entry(path, item))
    return entries


def _read_entry(path: Path, item: dict) -> LabelledAnswer:
    try:
        code = item["code"]
        entry = LabelledAnswer(
            question=path.stem,
            id=item["id"],
            kind=item["kind"],
            why=item["why"],
            code=(code,) if isinstance(code, str) else tuple(code),
            expect=tuple(item["expect"]),
        )
    except (KeyError, TypeError) as error:
        raise BuildError(f"{path}, entry {item.get('id')!r}: {error} is missing") from None
    if entry.kind not in KINDS or not all(type(outcome) is bool for outcome in entry.expect):
        raise BuildError(
            f"{path}, entry {entry.id!r}: unknown kind, or expect is no list of booleans"
        )
    if (entry.kind == "valid") != all(entry.expect):
        raise BuildError(f"{path}, entry {entry.id!r}: a valid answer passes every test case, "
                         "a misconception fails one")  # fmt: skip
    return entry


def load_equivalents(folder: Path) -> dict[tuple[str, str], str]:
    """Return the mutants that are no mistakes: (question, mutant's key) -> why."""
    path = folder / "equivalent.toml"
    if not path.is_file():
        return {}
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    return {(item["question"], item["key"]): item["why"] for item in plain.get("mutants", [])}
