"""From a gradation to what Gradescope shows: Otter's dictionary with our additions."""

import copy
import json
import os
from pathlib import Path

from autograder.gradescope import figure
from autograder.gradescope.settings import UploadSettings
from autograder.gradescope.upload import Metadata
from autograder.languages import localize
from autograder.model import Gradation, Status

MAX_BYTES = 2**20
ROOM = 64 * 1024  # left for everything but the tests' texts
OUR_FAULT = (
    "The autograder could not grade this submission. That is not your fault and says nothing about "
    "your work; please tell your instructor ‖ "
    "自动评分程序未能为这次提交评分。这不是你的错，也与你的作业质量无关；请告知任课教师"
)
TOO_SOON = (
    "This upload was not graded: only {count} uploads within 24 hours are. The next one can be "
    "graded from {time} on; your score stays what it was ‖ "
    "这次上传没有评分：24 小时内只对 {count} 次上传评分。{time} 之后可以再次提交；你的分数保持不变"
)
LATE = "Submitted after the due date ‖ 在截止日期之后提交"
PICTURE = "What your plot in {question} shows to the tests ‖ {question} 中测试看到的图形"


def present(
    gradation: Gradation, manifest: dict, metadata: Metadata, settings: UploadSettings
) -> dict:
    """Return the content of ``results.json`` for a graded submission.

    Tests, their order and their points are Otter's own; only entries without points are added.
    """
    if gradation.status is Status.NOT_GRADED:
        return refuse(both_languages(OUR_FAULT), Status.NOT_GRADED.value, manifest)
    results = copy.deepcopy(gradation.gradescope)
    language = gradation.language
    for test in results["tests"]:
        test.setdefault("output_format", "text")
        if gradation.status is Status.UNREADABLE:  # in both languages it stands at the top, once
            test["output"] = localize(test.get("output", ""), language)
        if "max_score" in test:
            test["visibility"] = settings.hidden_visibility
    if "score" not in results:
        results["score"] = round(sum(test.get("score", 0) for test in results["tests"]), 5)
    head = results.get("output", "")
    lines = [both_languages(head) if gradation.status is Status.UNREADABLE else head]
    lines += [localize(note, language) for note in gradation.notes]
    lines += [localize(LATE, language)] if metadata.late else []
    results["output"] = "\n".join(line for line in lines if line)
    results["output_format"] = "text"
    if settings.figures:
        results["tests"] += _figures(gradation)
    results["extra_data"] = {
        **results.get("extra_data", {}),
        **trace(manifest),
        "submission_digest": gradation.digest,
        "late": metadata.late,
    }
    return cap_size(results)


def refuse(text: str, status: str, manifest: dict, score: float = 0) -> dict:
    """Return results without tests: a sentence that everybody sees, and a score."""
    return {
        "score": score,
        "output": text,
        "output_format": "text",
        "tests": [],
        "extra_data": {"status": status, **trace(manifest)},
    }


def postpone(metadata: Metadata, settings: UploadSettings, manifest: dict) -> dict | None:
    """Return the results of an upload over the rate limit, or None where it may be graded."""
    time = metadata.next_grading(settings.gradings_per_day)
    if time is None:
        return None
    text = both_languages(
        TOO_SOON.format(count=settings.gradings_per_day, time=time.strftime("%Y-%m-%d %H:%M %Z"))
    )
    return refuse(text, "rate limit", manifest, metadata.last_score)


def both_languages(text: str) -> str:
    """Return a bilingual text for somebody whose language is not known: both, English first."""
    english, _, chinese = text.partition(" ‖ ")
    return f"{english}.\n{chinese}。" if chinese else english


def trace(manifest: dict) -> dict:
    """Return what a mark can be traced to."""
    return {"grading_zip": {key: manifest[key] for key in sorted(set(manifest) - {"exercises"})}}


def _figures(gradation: Gradation) -> list[dict]:
    entries = []
    for question, curves in sorted(gradation.curves.items()):
        picture = figure.draw_svg(curves)
        if picture:
            name = localize(PICTURE.format(question=question), gradation.language)
            entries.append(
                {
                    "name": name.split("\n")[0],
                    "output": picture,
                    "output_format": "html",
                    "visibility": "visible",
                }
            )
    return entries


def cap_size(results: dict) -> dict:
    """Shorten texts, and at last drop pictures, until the file is small enough."""
    if _size(results) <= MAX_BYTES:
        return results
    results["tests"] = [test for test in results["tests"] if test["output_format"] != "html"]
    room = (MAX_BYTES - ROOM) // (6 * (len(results["tests"]) + 1))  # 6 bytes: an escaped character
    for entry in [results, *results["tests"]]:
        text = entry.get("output", "")
        if len(text) > room:
            entry["output"] = text[:room] + "\n[…]"
    return results


def _size(results: dict) -> int:
    return len(encode(results))


def encode(results: dict) -> bytes:
    """Return strict JSON in UTF-8.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(results, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", "replace")


def write_results(folder: Path, results: dict) -> None:
    """Write ``results.json`` in one step."""
    temporary = folder / "results.json.part"
    with open(temporary, "wb") as file:
        file.write(encode(results))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / "results.json")
