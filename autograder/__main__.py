"""The command line: parses arguments, says what happened, nothing else."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if (__name__ == "__main__" or Path(sys.argv[0]).stem == "autograder") and signal.getsignal(
    signal.SIGINT
) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interrupt while this loads says nothing
try:
    import click
except ModuleNotFoundError:  # another Python than the one that has the packages
    sys.exit("error: this Python lacks the package click: run `make` in the repository, then "
             "`.venv/bin/python -m autograder`")  # fmt: skip

from autograder import __version__
from autograder.course import (
    assignment_folder,
    assignment_names,
    check_names,
    dist_folder,
    results_folder,
)
from autograder.errors import UsageError
from autograder.model import Limits
from autograder.run.menu import (
    Menu,
    Suggesting,
    check_system,
    complete_assignment,
    print_anything,
)

Command = Callable[..., None]

DEFAULTS = Limits()
PATH = click.Path(path_type=Path)


class Later(Suggesting):
    """Finds the commands that live beside what they do when one of them is wanted."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command by its name."""
        if name not in self.commands:
            add_commands()
        return super().get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        add_commands()
        return super().list_commands(ctx)


class Commands(Menu, Later):
    """All commands of ours."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; to list all commands takes a while."""
        if args and args[0] in self.commands:
            return args[0], self.commands[args[0]], args[1:]
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Build, grade and check the assignments of a course."""
    print_anything()
    check_system(ctx.invoked_subcommand)


@main.group(cls=Later)
def prove() -> None:
    """Measure the grader itself: audit, bench, fuzz, hostile."""


def limit_options(command: Command) -> Command:
    """Add one option per limit of a submission."""
    for name, text in (
        ("cpu-s", "CPU seconds"), ("cell-s", "seconds for one cell or one question of a test"),
        ("memory-mib", "memory in MiB"), ("processes", "processes and threads"),
        ("file-mib", "largest file in MiB"), ("disk-mib", "all files together in MiB"),
        ("output-kib", "printed text in KiB"),
    ):  # fmt: skip
        default = getattr(DEFAULTS, name.replace("-", "_"))
        option = click.option(f"--{name}", type=click.FloatRange(min=0, min_open=True)
                              if isinstance(default, float) else click.IntRange(min=1),
                              default=default, show_default=True,
                              help=f"limit: {text}")  # fmt: skip
        command = option(command)
    return command


@main.command()
@click.option("--assignment", help="name of the assignment", shell_complete=complete_assignment)
@click.option("--submissions", type=PATH, help="folder; default: the sample class")
@click.option("--out", type=PATH, help="results folder; default: results/<assignment>")
@click.option(
    "--engine",
    type=click.Choice(["docker", "local"]),
    help="default: docker where an engine answers",
)
@click.option("--workers", type=click.IntRange(1, 512), help="default: one per core")
@click.option("--scheduler", help="address of a Dask scheduler, e.g. tcp://host:8786")
@click.option("--timeout", type=click.FloatRange(min=1), default=DEFAULTS.wall_s, show_default=True,
              help="limit: seconds for one submission")  # fmt: skip
@click.option(
    "--zip",
    "grading_zip",
    type=PATH,
    help="grading zip; default: dist/<assignment>/autograder.zip",
)
@click.option(
    "--requirements",
    type=PATH,
    help="requirements.txt with the packages to grade with, in place of the zip's own lists",
)
@click.option("--deadline", help="e.g. 2025-03-01T23:59; later submissions are noted as late")
@click.option(
    "--times",
    "times_file",
    type=PATH,
    help="CSV that says when files were handed in (file, time), where the folder does not tell",
)
@click.option(
    "--file-times", is_flag=True, help="take files' modification times where nothing else tells"
)
@click.option(
    "--extensions",
    "extensions_file",
    type=PATH,
    help="CSV with columns id (or email) and deadline: who has a later one",
)
@click.option(
    "--roster",
    "roster_file",
    type=PATH,
    help="CSV of the class, e.g. the LMS's export: report and feedback show students' names",
)
@click.option(
    "--keep", is_flag=True, help="marks that are there stay; what they would be now is noted"
)
@click.option("--quiet", is_flag=True, help="say nothing but errors")
@click.option("--json", "as_json", is_flag=True, help="one line of JSON per event, for programs")
@limit_options
@click.pass_context
def grade(
    ctx: click.Context,
    assignment: str | None,
    submissions: Path | None,
    out: Path | None,
    engine: str | None,
    workers: int | None,
    scheduler: str | None,
    timeout: float,
    grading_zip: Path | None,
    requirements: Path | None,
    deadline: str | None,
    times_file: Path | None,
    file_times: bool,
    extensions_file: Path | None,
    roster_file: Path | None,
    keep: bool,
    quiet: bool,
    as_json: bool,
    **others: Any,
) -> None:
    """Grade a folder of submissions, or the bundled sample class."""
    from autograder.scoring import slim_otter

    slim_otter.install_slim()  # before anything imports Otter whole
    from autograder.build import several
    from autograder.intake.collection import collect
    from autograder.intake.times import Collection, TimeSources, parse_deadline
    from autograder.lms.roster import load_extensions, load_roster
    from autograder.run import console
    from autograder.run.folders import check_folders
    from autograder.run.grading import Order
    from autograder.run.workers import import_scorer
    from autograder.scoring.assignment import load_assignment

    if submissions is not None and assignment is None and grading_zip is None:
        raise UsageError(
            "name the assignment too: ASSIGNMENT=<name> (" + ", ".join(assignment_names()) + ")"
        )
    if requirements is not None and grading_zip is None:
        raise UsageError("--requirements goes with --zip: this course's packages are its own")
    console.console.quiet = quiet or as_json
    if grading_zip is None:
        names = check_names([assignment] if assignment else [])
    elif submissions is None and assignment not in assignment_names():
        raise UsageError("say where the submissions lie too: SUBMISSIONS=<folder>")
    else:
        names = [assignment or load_assignment(grading_zip).name]
    limits = Limits(wall_s=timeout, **others)
    collection = Collection(
        parse_deadline(deadline) if deadline else None,
        TimeSources(times_file, file_times),
        load_extensions(extensions_file) if extensions_file else None,
    )
    places = [
        (
            name,
            submissions or assignment_folder(name) / "sample",
            out if out and len(names) == 1 else (out or results_folder()) / name,
            grading_zip or dist_folder() / name / "autograder.zip",
        )
        for name in names
    ]
    for _, folder, target, _ in places:
        check_folders(folder, target)
        if folder.is_dir():
            collect(folder, out=target)
    roster = load_roster(roster_file) if roster_file else None
    own = grading_zip is not None and assignment is None  # the zip says what it is called
    wanted = [] if grading_zip else several.outdated(names, dist_folder())
    with several.Builds(wanted, dist_folder(), urgent=True) as builds:
        console.say_building(wanted)
        # What is there is looked at before an image is built for it.
        known = {
            name: load_assignment(archive, None if own else name)
            for name, _, _, archive in places
            if name not in wanted
        }
        choice = console.choose_engine(engine, scheduler, bundled=submissions is None)
        for name, folder, target, archive in places:
            choice = choice.hiding(assignment_folder(name).parent, archive.parent, folder, target)
        if grading_zip is not None:
            choice = console.settle_packages(
                known[places[0][0]], places[0][1], choice, requirements, bool(scheduler)
            )
        if wanted and not scheduler:
            import_scorer()  # while the first of them is built
        status = 0
        for name, folder, target, archive in places:
            builds.wait(name)
            run = known.get(name) or load_assignment(archive, name)
            order = Order(run, folder, target, collection, keep, archive, roster)
            ended = console.grade_and_report(order, choice, limits, workers, scheduler, as_json)
            status = max(status, ended)
    ctx.exit(status)


@main.command("worker-image")
def worker_image() -> None:
    """Build the image that a cluster's Dask workers run, and print its tag."""
    from autograder.engines.image import ensure_worker_image

    click.echo(ensure_worker_image())


def add_commands() -> None:
    """Add the commands that live beside what they do; to import them all takes a while."""
    from autograder.build.commands import build, new
    from autograder.gradescope.commands import gradescope
    from autograder.lms.commands import export, feedback
    from autograder.proving.audit.commands import audit
    from autograder.proving.bench.commands import bench
    from autograder.proving.fuzz.commands import fuzz
    from autograder.proving.gradescope.commands import check_gradescope
    from autograder.proving.hostile.commands import hostile
    from autograder.proving.parity.commands import parity
    from autograder.run.commands import (
        course_report,
        inspect_zip,
        marks,
        override,
        report,
        written,
    )
    from autograder.run.doctor import doctor
    from autograder.run.menu import completion

    instructors = new, build, report, override, export, feedback, written, marks
    for command in (
        *instructors,
        gradescope,
        check_gradescope,
        doctor,
        completion,
        course_report,
        inspect_zip,
        parity,
    ):
        main.add_command(command)
    for command in (audit, bench, fuzz, hostile):
        prove.add_command(command)
        main.add_command(command)  # as they were called before


def run() -> None:
    """Run the command line; also the console script ``autograder``."""
    main(prog_name="autograder" if Path(sys.argv[0]).stem == "autograder" else None)


if __name__ == "__main__":
    sys.exit(main(prog_name="python -m autograder"))
