"""Does a ``results.json`` keep Gradescope's rules? Used by the tests and by `check-gradescope`."""

import html
import json
import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autograder.gradescope.presentation import MAX_BYTES

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SCHEMA = Path(__file__).with_name("results.schema.json")
SHOWN = ("visible", None)
MIN_SECRET = 12  # shorter texts of a hidden test say nothing
TOLERANCE = 1e-4  # Otter rounds points to five digits
ACTIVE_HTML = re.compile(
    r"<\s*(script|iframe|object|embed|link|meta)\b|\son\w+\s*=|javascript:", re.I
)


def find_faults(
    data: bytes, total_points: float | None = None, secrets: Iterable[str] = ()
) -> list[str]:
    """Return what is wrong with a results file, one sentence each; empty: nothing is.

    Args:
        data: the file's bytes.
        total_points: what the assignment is worth on Gradescope, where known.
        secrets: texts of hidden tests, which no visible field may hold.
    """
    if len(data) > MAX_BYTES:
        return [f"the file has {len(data)} bytes, more than {MAX_BYTES}"]
    try:
        results = json.loads(
            data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique
        )
    except ValueError as error:
        return [f"not strict JSON in UTF-8: {error}"]
    faults = [
        f"{'/'.join(map(str, error.absolute_path)) or 'top level'}: {error.message[:200]}"
        for error in _validator().iter_errors(results)
    ]
    return faults or [*_score_faults(results, total_points), *_text_faults(results, list(secrets))]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _unique(pairs: list) -> dict:
    plain = dict(pairs)
    if len(plain) != len(pairs):
        raise ValueError("a key stands there twice")
    return plain


@cache
def _validator() -> "Validator":
    import jsonschema  # not in the grading image

    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _score_faults(results: dict, total_points: float | None) -> list[str]:
    faults = []
    tests = results.get("tests", [])
    scored = [test for test in tests if "score" in test]
    if "score" not in results and not scored:
        faults.append("neither a top score nor a test with a score")
    for entry in [results, *tests]:
        for key in ("score", "max_score", "execution_time"):
            if key in entry and not math.isfinite(entry[key]):
                faults.append(f"{_name(entry)}: {key} is not finite")
    for test in scored:
        if "max_score" not in test:
            faults.append(f"{_name(test)}: a score without max_score")
        elif test["score"] > test["max_score"] + TOLERANCE:
            faults.append(f"{_name(test)}: {test['score']} of {test['max_score']} points")
    if "score" in results and scored:
        total = sum(test["score"] for test in scored)
        if abs(total - results["score"]) > TOLERANCE:
            faults.append(f"score is {results['score']}, but the tests' sum is {total}")
    possible = sum(test.get("max_score", 0) for test in scored)
    if total_points is not None and scored and abs(possible - total_points) > TOLERANCE:
        faults.append(f"the tests are worth {possible}, the assignment is worth {total_points}")
    if total_points is not None and results.get("score", 0) > total_points + TOLERANCE:
        faults.append(f"score is {results['score']} of {total_points}")
    return faults


def _text_faults(results: dict, secrets: list[str]) -> list[str]:
    faults = []
    for entry in [results, *results.get("tests", [])]:
        text = entry.get("output", "")
        if entry.get("output_format") == "html" and ACTIVE_HTML.search(text):
            faults.append(f"{_name(entry)}: active content in HTML")
        if entry.get("visibility") in SHOWN:
            shown = "\n".join((text, html.unescape(text), entry.get("name", "")))
            faults += [
                f"{_name(entry)}: shows a hidden test's text: {secret[:40]!r}"
                for secret in secrets
                if len(secret) >= MIN_SECRET and secret in shown
            ]
    return faults


def find_warnings(results: dict) -> list[str]:
    """Return what is allowed but may surprise: a student sees no total while a test is hidden."""
    hidden = [test for test in results.get("tests", []) if test.get("visibility") not in SHOWN]
    return ["while a test is hidden, students see no total"] if hidden else []


def _name(entry: dict) -> str:
    return str(entry.get("name", "top level"))[:60]
