"""The command line as people meet it: commands in groups, hints for mistyped ones, plain errors."""

import difflib
import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from autograder.course import VARIABLE, assignment_names, check_course
from autograder.errors import AutograderError, UsageError
from autograder.intake.upload import show_text
from autograder.run.interrupts import hear_again
from autograder.wording import as_typed, called_by_make

SECTIONS = {
    "An assignment": ("new", "build", "inspect", "parity", "grade"),
    "After grading": (
        "report",
        "course-report",
        "override",
        "written",
        "marks",
        "export",
        "feedback",
    ),  # fmt: skip
    "Gradescope": ("gradescope", "check-gradescope"),
    "This machine": ("doctor", "completion", "worker-image"),
    "The grader itself": ("prove",),
}
ELSEWHERE = ("doctor", "completion")  # commands that other systems have too
NO_LINUX = (
    "this runs on Linux only, of which its sandbox is made: on Windows install it under WSL2, on "
    "macOS in a Linux virtual machine or container; `autograder doctor` looks at what is there"
)


def print_anything() -> None:
    """Let what a terminal's encoding lacks, as under ``LC_ALL=C``, be shown as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def check_system(command: str | None) -> None:
    """Refuse what only Linux can do.

    Raises:
        UsageError: this is another system.
    """
    if sys.platform != "linux" and command not in ELSEWHERE:
        raise UsageError(NO_LINUX)


def choose_course(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Take a course for the rest of this command, and of what it starts.

    Raises:
        click.BadParameter: the folder holds none.
    """
    if folder is None:
        return
    try:
        chosen = str(check_course(folder))
    except UsageError as error:
        raise click.BadParameter(str(error)) from None
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = chosen
    ctx.find_root().call_on_close(lambda: _restore(before))


def _restore(before: str | None) -> None:
    os.environ.pop(VARIABLE, None)
    if before is not None:
        os.environ[VARIABLE] = before


def complete_assignment(
    ctx: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Return the assignments that a shell may complete a word to."""
    return [CompletionItem(name) for name in assignment_names() if name.startswith(typed)]


COURSE = click.Option(
    ["--course"],
    type=click.Path(path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=choose_course,
    help="folder of the course; default: the current one, or else the one that comes along",
)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a SHELL complete commands, options and assignments."""
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(click.Group(), {}, "autograder", "_AUTOGRADER_COMPLETE").source())


class OwnErrors(click.Group):
    """Shows every error of ours as one line, with exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what goes wrong is told in a line."""
        hear_again()
        try:
            return super().invoke(ctx)
        except AutograderError as error:
            click.echo(f"error: {show_text(as_typed(str(error)))}", err=True)
            ctx.exit(2)
        except click.UsageError as error:
            if not called_by_make():
                raise
            click.echo(f"error: {show_text(as_typed(error.format_message()))}", err=True)
            ctx.exit(2)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # nobody reads on: click ends quietly
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                place = "" if error.filename is None else f"{error.filename}: "
                click.echo(show_text(f"error: {place}{error.strerror or error}"), err=True)
                ctx.exit(2)
            where = f" ({error.filename})" if error.filename else ""
            click.echo(f"error: the disk is full{where}: make room, then run the same command "
                       "again; what was graded is kept", err=True)  # fmt: skip
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("stopped; run the same command again to go on", err=True)
            ctx.exit(130)


class Suggesting(click.Group):
    """Says which command was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name.

        Raises:
            click.UsageError: there is none; the message names the one that looks like it.
        """
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], known, 1, 0.5)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"No such command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


class Menu(OwnErrors, Suggesting):
    """Lists its commands in ``SECTIONS``; a command in none of them works, but is not listed.

    Each of them takes ``--course``, which may also stand before the command.
    """

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Register a command."""
        for command in (self, cmd):
            if COURSE not in command.params:
                command.params.append(COURSE)
        super().add_command(cmd, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the help page."""
        for section, names in SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, one.get_short_help_str(200)) for name, one in found if one is not None]
            with formatter.section(section):
                formatter.write_dl(rows)
