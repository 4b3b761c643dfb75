"""``build``: every assignment, side by side. ``new``: a course to begin with."""

import shlex
from pathlib import Path

import click

from autograder.course import check_names, dist_folder
from autograder.errors import BuildError

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--dist", type=PATH, default=dist_folder, help="output folder")
@click.option("--verify/--no-verify", default=True, help="grade the solution and a blank notebook")
@click.option("--outdated", is_flag=True, help="only what is older than the files it is made of")
def build(names: tuple[str, ...], dist: Path, verify: bool, outdated: bool) -> None:
    """Build student releases, grading zips and solutions."""
    from autograder.build import several
    from autograder.build.assign import KEY_FILE, read_inputs_key

    wanted = check_names(names)
    if outdated:
        wanted = several.outdated(wanted, dist)
    if wanted and not read_inputs_key():
        click.echo(
            f"no {KEY_FILE}: the hidden tests' random inputs can be computed from the "
            f"repository; put some secret bytes into {KEY_FILE} to prevent that"
        )
    with several.Builds(wanted, dist, verify) as builds:
        for line in builds.said():
            click.echo(line)


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Make a folder NAME with a course of one assignment, which builds and grades at once."""
    from autograder.build.beginning import write_course

    folder = Path(name)
    try:
        written = write_course(folder)
    except OSError as error:
        raise BuildError(f"{folder}: cannot be written ({error.strerror})") from None
    click.echo(
        f"{folder}: a course with the assignment {folder.name}\n"
        f"  {written}: its tasks, solutions and tests; change them in Jupyter\n"
        f"Now: cd {shlex.quote(str(folder))}; autograder grade"
    )
