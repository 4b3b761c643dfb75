"""Every command that a page shows works as typed: it is there, and has these options."""

import importlib.util
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / ".docs").glob("*.md"))]
PAGES += [ROOT / ".github/CONTRIBUTING.md", ROOT / "autograder/build/templates/course/README.md"]
BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|autograder|python -m) [^`\n]+)`")
OTHERS = {"cd", "pip", "uv", "pipx", "eval", "git", "docker", "dask", "kubectl", "openssl"}


def shown() -> list[tuple[str, str]]:
    """Return each command with the name of its page."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.findall(text):
            lines = re.sub(r"\\\n\s*", "", block).splitlines()
            found += [(page.name, line.strip()[2:]) for line in lines if line.strip()[:2] == "$ "]
        prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
        found += [(page.name, command) for command in INLINE.findall(prose)]
    return list(dict.fromkeys(found))


def words_of(command: str) -> list[str]:
    """Return a command's words, with a name in the place of what a reader is to fill in."""
    filled = re.sub(r"<([a-z -]+)[^>]*>", lambda place: place[1].replace(" ", "-"), command)
    words = shlex.split(filled, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        del words[0]
    return words


def check(words: list[str]) -> None:
    """Require that a command exists and takes these options."""
    program, *rest = words
    if program == "make":
        rest = [word for word in rest if word != "…"]
        done = subprocess.run(["make", "--dry-run", "--old-file=requirements.lock", *rest],
                              cwd=ROOT, capture_output=True, text=True)  # fmt: skip
        assert not done.returncode, done.stderr
        for line in done.stdout.replace("\\\n", " ").splitlines():
            if "-m autograder " in line:
                check(["autograder", *shlex.split(line.split("-m autograder ")[1])])
    elif Path(program).name == "autograder":
        done = CliRunner().invoke(main, with_help(rest))
        assert not done.exit_code and "Usage:" in done.output, done.output
    elif Path(program).name in ("python", "python3"):
        assert rest[0] == "-m", words
        if rest[1] == "autograder":
            check(["autograder", *rest[2:]])
        else:
            assert importlib.util.find_spec(rest[1]), f"no module {rest[1]}"
    else:
        assert program in OTHERS, f"say what {program} is"


def with_help(words: list[str]) -> list[str]:
    """Return the words with a wish for help behind the command: they are read, and nothing runs."""
    if words[:1] == ["--course"]:
        words = ["--course", str(ROOT), *words[2:]]
    at = 2 if words[:1] == ["--course"] else 0
    at += 2 if words[at : at + 1] == ["prove"] and len(words) > at + 1 else 1
    return [*words[:at], "--help", *words[at:]]


def test_commands_are_found_in_blocks_and_in_prose():
    commands = {command for _, command in shown()}
    assert "make grade     # builds the assignments and grades the bundled sample class" in commands
    assert "python -m autograder audit" in commands and "autograder new lab1" in commands


@pytest.mark.parametrize(("page", "command"), shown())
def test_it_is_there_as_typed(page, command):
    check(words_of(command))


@pytest.mark.parametrize(
    "wrong", ["autograder grade --submision x", "autograder gradee", "make grades",
              "python -m autograder.no_such_thing"]
)  # fmt: skip
def test_what_is_mistyped_fails(wrong):
    with pytest.raises(AssertionError):
        check(words_of(wrong))
