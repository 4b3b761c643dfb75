"""Texts, names and long numbers as they cross."""

from typing import Any

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import MAX_INT_DIGITS, MAX_TEXT


def encode_big_int(value: int) -> dict[str, Any]:
    if abs(value) >= 10**MAX_INT_DIGITS:
        raise EvidenceError(f"the integer has more than {MAX_INT_DIGITS} digits")
    return {"$": "int", "text": str(value)}


def clean_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise EvidenceError(f"the text is longer than {MAX_TEXT} characters")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def text_of(error: BaseException) -> str:
    try:
        text = str(error)
        return text[:10_000] if type(text) is str else "(no text)"
    except Exception:
        return "(the message cannot be read)"


def qualified(cls: type) -> str:
    module, name = cls.__module__, cls.__qualname__
    return clean_text(f"{module}.{name}")[:200] if type(module) is type(name) is str else "?"


def package_of(cls: type) -> str:
    """Return the package that a class says it is of; a class made by a call may name none."""
    module = cls.__module__
    return module.partition(".")[0] if type(module) is str else ""


def bases_of(cls: type) -> list[str]:
    """Return the names of a class and of those that it derives from."""
    return ["builtins.type"] if cls is type else [qualified(base) for base in type.mro(cls)[:20]]
