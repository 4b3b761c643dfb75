"""Searches a release for what students must not have: hidden tests, solutions, messages."""

import io
import json
import zipfile

from autograder.errors import BuildError

SHORTEST = 14  # shorter lines say nothing


def secret_lines(questions: list[dict], release: dict) -> dict[str, str]:
    """Return secret lines of source by the question they belong to.

    Args:
        questions: see :func:`autograder.build.source.questions`.
        release: a released notebook; what its prose and prompt code show on purpose is no
            secret.
    """
    shown = {
        line.strip()
        for cell in release["cells"]
        for line in "".join(cell["source"]).splitlines()
        if cell["cell_type"] == "code"
    }
    public = {
        line.strip()
        for question in questions
        for config, source in question["tests"]
        if not config.get("hidden")
        for line in source.splitlines()
    }
    prose = "\n".join(
        "".join(cell["source"]) for cell in release["cells"] if cell["cell_type"] == "markdown"
    )
    secrets = {}
    for question in questions:
        texts = list(question["solution"])
        for config, source in question["tests"]:
            if config.get("hidden"):
                texts += [source, config.get("success_message", ""), config.get("failure_message", "")]
        for text in texts:
            for line in map(str.strip, text.splitlines()):
                line = line.removesuffix("# SOLUTION").strip()
                known = line in shown or line in public or line in prose
                if len(line) >= SHORTEST and not known and _tells(line):
                    secrets[line] = question["name"]
    return secrets


def _tells(line: str) -> bool:
    return not line.startswith(("#", "import ", "from ", "def test_", "@")) and line not in (
        "# BEGIN SOLUTION",
        "# END SOLUTION",
    )


def check_release(files: dict[str, bytes], secrets: dict[str, str]) -> None:
    """Search files, zips and the strings within JSON.

    Raises:
        BuildError: a secret line was found; the message names file and question.
    """
    for name, data in files.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = {f"{name}/{entry}": archive.read(entry) for entry in archive.namelist()}
            check_release(inner, secrets)
            continue
        text = "\n".join(_strings(name, data))
        for line, question in secrets.items():
            if line in text:
                raise BuildError(f"{name}: the release shows a secret of {question}: {line[:60]!r}")


def _strings(name: str, data: bytes):
    text = data.decode("utf-8", "replace")
    if not name.endswith((".ipynb", ".json")):
        return [text]
    found, stack = [], [json.loads(text)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += [*value.values(), *value.keys()]
        elif isinstance(value, list):
            joined = all(isinstance(item, str) for item in value)
            found += ["".join(value)] if joined else []
            stack += [] if joined else value
        elif isinstance(value, str):
            found.append(value)
    return found
