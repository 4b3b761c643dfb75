"""The command line as people meet it: commands in groups, hints for mistyped ones, plain errors."""

import difflib
import errno
from typing import Any

import click

from autograder.errors import AutograderError

SECTIONS = {
    "An assignment": ("build", "inspect", "parity", "grade"),
    "After grading": ("report", "override", "written", "marks", "export"),
    "Gradescope": ("gradescope", "check-gradescope"),
    "This machine": ("doctor", "worker-image"),
    "The grader itself": ("prove",),
}


class OwnErrors(click.Group):
    """Shows every error of ours as one line, with exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what goes wrong is told in a line."""
        try:
            return super().invoke(ctx)
        except AutograderError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                if error.filename is None:
                    raise
                click.echo(f"error: {error.filename}: {error.strerror}", err=True)
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
    """Lists its commands in ``SECTIONS``; a command in none of them works, but is not listed."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the help page."""
        for section, names in SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, one.get_short_help_str(70)) for name, one in found if one is not None]
            with formatter.section(section):
                formatter.write_dl(rows)
