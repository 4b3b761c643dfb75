"""What the pages name is there: tests, files, commands and their options."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from autograder.__main__ import add_commands, main, prove

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / ".docs").glob("*.md"))]
ELSEWHERE = {"--nthreads", "--no-nanny", "--protocol", "--no-deps", "--fd"}  # other programs'
NAMED = re.compile(r"(?:python -m autograder|(?<![\w./-])autograder) ((?:prove )?[a-z][a-z-]+)")


def code_of(page: Path) -> list[str]:
    """Return a page's pieces of code: those within lines, and the lines of its blocks."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)) + [
        line.split("#")[0].strip(" $") for block in blocks for line in block.splitlines()
    ]


def known_tests() -> set[str]:
    found = subprocess.run(
        ["grep", "-rhoE", r"def test_\w+", str(ROOT / "tests")], capture_output=True, text=True
    )
    return {line.split()[1] for line in found.stdout.splitlines()}


def options_of(group: click.Group) -> set[str]:
    found: set[str] = set()
    for command in group.commands.values():
        for option in command.params:
            found |= {*option.opts, *option.secondary_opts}
        if isinstance(command, click.Group):
            found |= options_of(command)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_and_file_of_the_suite_that_a_page_names_is_there(page):
    tests = known_tests()
    for piece in code_of(page):
        if re.fullmatch(r"test_\w+", piece):
            assert piece in tests, piece
        if re.fullmatch(r"(?:tests|autograder|\.docs|\.cluster)/[\w./-]+", piece):
            assert (ROOT / piece).exists(), piece
        if re.fullmatch(r"(?:intake|wall|scoring|sandbox|run|gradebook|engines)/[\w./-]+", piece):
            assert (ROOT / "autograder" / piece).exists(), piece


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_is_there(page):
    add_commands()
    options = options_of(main) | ELSEWHERE | {"--version", "--help"}
    for piece in code_of(page):
        for name in NAMED.findall(piece):
            group, _, rest = name.rpartition(" ")
            assert rest in (prove if group else main).commands, piece
        if "pip" not in piece and "uv " not in piece:
            for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", piece):
                assert option in options, (option, piece)


def test_the_pages_name_enough_for_this_to_hold_something():
    pieces = [piece for page in PAGES for piece in code_of(page)]
    assert sum(bool(NAMED.search(piece)) for piece in pieces) > 30
    assert sum(piece.startswith("test_") for piece in pieces) > 20
