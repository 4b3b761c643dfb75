"""Where a command writes is asked for as what it is: a file, or a folder."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main

WRITES = ("out", "page")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif path[:1] == ("prove",) or name == "gradescope":
            yield (*path, name)


def found(path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    for option in command.params:
        if option.name in WRITES and isinstance(option, click.Option):
            yield path, option


add_commands()
OPTIONS = [one for path in commands(main) for one in found(path)]


def test_there_are_such_options():
    assert len(OPTIONS) >= 5


@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=str)
def test_the_other_kind_is_refused_in_one_line(tmp_path, path, option):
    kind = option.type
    assert isinstance(kind, click.Path) and kind.file_okay is not kind.dir_okay
    (tmp_path / "file").touch()
    wrong = tmp_path if kind.file_okay else tmp_path / "file"
    arguments = ["some.zip"] if path == ("gradescope",) else []
    done = CliRunner().invoke(main, [*path, *arguments, option.opts[0], str(wrong)])
    assert done.exit_code == 2 and str(wrong) in done.output and "Traceback" not in done.output
