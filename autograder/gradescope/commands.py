"""The command ``gradescope``: a hardened zip from any Otter zip."""

from pathlib import Path

import click

from autograder.course import whole_lock
from autograder.files import write_bytes

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("grading_zip", metavar="ZIP", type=FILE)
@click.option("--out", "-o", type=FILE, required=True, help="the zip to write")
def gradescope(grading_zip: Path, out: Path) -> None:
    """Make of any Otter grading ZIP one for Gradescope that grades in a sandbox."""
    from autograder.errors import UsageError
    from autograder.gradescope.conversion import convert

    if out.resolve() == grading_zip.resolve():
        raise UsageError(f"{out}: name another file to write")
    made = convert(grading_zip, whole_lock().parent)
    write_bytes(out, made.data)
    for line in made.told:
        click.echo(f"{line}.")
    click.echo(
        f"{out}: upload it as the assignment's autograder; to try it first: "
        f"python -m autograder check-gradescope --zip {out} --submissions <folder>"
    )
