"""Commands on a finished run: points by hand, its pages anew, written answers and their marks."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import assignment_folder, dist_folder, results_folder
from autograder.errors import SandboxError, SubmissionError, UsageError
from autograder.gradebook import Gradebook
from autograder.gradebook.commands import OUT, PATH, open_gradebook
from autograder.intake.submission import load_cells
from autograder.intake.upload import show_text
from autograder.languages import LANGUAGES, localize
from autograder.lms.lookup import find_submission
from autograder.run.graded import Remembered, load_graded_assignment
from autograder.run.menu import complete_assignment
from autograder.wording import as_typed

if TYPE_CHECKING:
    from autograder.reports.written import WrittenQuestion

ZIP = click.option(
    "--zip",
    "grading_zip",
    type=PATH,
    help="grading zip; default: dist/<assignment>/autograder.zip",
)


def rewrite_pages(out: Path, gradebook: Gradebook, grading_zip: Path | None) -> str:
    """Write what shows marks again; returns what was done, for people."""
    from autograder.run.exercises import Described
    from autograder.run.writing import write_all

    assignment: Described
    try:
        assignment, how = load_graded_assignment(gradebook, grading_zip), ""
    except UsageError as error:
        assignment = Remembered(gradebook.assignment(), gradebook.questions())
        how = f", without recorded curves ({error})"
    write_all(out, gradebook, assignment)
    return f"the pages are written again{how}"


@click.command(context_settings={"ignore_unknown_options": True})  # "-1" is a number
@OUT
@click.argument("submission")
@click.argument("question")
@click.argument("points", type=float, required=False)
@click.option("--reason", required=True, help="why, for the record")
@click.option("--withdraw", is_flag=True, help="take the manual points back")
@click.option("--bonus", is_flag=True, help="more points than the question is worth are meant")
@ZIP
def override(
    out: Path,
    submission: str,
    question: str,
    points: float | None,
    reason: str,
    withdraw: bool,
    bonus: bool,
    grading_zip: Path | None,
) -> None:
    """Give POINTS to a QUESTION of a SUBMISSION by hand; survives every regrade.

    SUBMISSION is a file as grades.csv names it, a student's name as the file tells it, or the name
    of a feedback page. Negative POINTS take something off.
    """
    if withdraw == (points is not None):
        raise UsageError("give either POINTS or --withdraw")
    with open_gradebook(out) as gradebook:
        name = find_submission(submission, gradebook.known_files())
        gradebook.override(name, question, points, reason, bonus, penalty=True)
        done = rewrite_pages(out, gradebook, grading_zip)
    click.echo(show_text(f"noted for {name}; {done}"))


@click.command()
@OUT
@ZIP
@click.option(
    "--release/--no-release",
    default=None,
    help="feedback names hidden test cases and shows expected curves, from now on or no longer",
)
def report(out: Path, grading_zip: Path | None, release: bool | None) -> None:
    """Write grades.csv, the class report and all feedback pages of OUT again."""
    from autograder.run.writing import write_all

    with open_gradebook(out) as gradebook:
        assignment = load_graded_assignment(gradebook, grading_zip)
        if release is not None:
            gradebook.set_released(release)
        write_all(out, gradebook, assignment, every_page=True)
    click.echo(f"report: {out / 'report' / 'index.html'}")


@click.command("course-report")
@click.argument("out", type=PATH, default=results_folder)
@click.option(
    "--assignment", "names", multiple=True, metavar="NAME", shell_complete=complete_assignment,
    help="a run's folder in OUT; name those that count, in their order; default: all",
)  # fmt: skip
@click.option(
    "--roster", type=PATH,
    help="CSV of the class, e.g. the LMS's export: tells who is who, and makes the LMS's files",
)  # fmt: skip
@click.option(
    "--owners", type=PATH,
    help="CSV with columns file (or assignment/file) and id, where file names do not tell",
)  # fmt: skip
@click.option(
    "--groups", type=PATH,
    help="CSV with a column group and one with ids: a group's submission counts for its members",
)  # fmt: skip
@click.option("--title", default="", help="the course's name, for the page")
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=HEAD",
    help="what the LMS calls an assignment's column, or the one of the total",
)  # fmt: skip
@click.option("--to", "folder", type=PATH, help="default: OUT/course-report")
def course_report(
    out: Path,
    names: tuple[str, ...],
    roster: Path | None,
    owners: Path | None,
    groups: Path | None,
    title: str,
    columns: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Make one gradebook of a course from the runs in OUT: a page, CSV, JSON, the LMS's files.

    OUT is a folder of runs, as grading all assignments leaves it; default: results.
    """
    from autograder.run.course import Tables, make_course_report

    tables = Tables(roster, owners, groups)
    for line in make_course_report(out, names, tables, title, columns, folder):
        click.echo(show_text(as_typed(line)))


@click.command()
@OUT
@click.option("--submissions", type=PATH, help="folder; default: the one that was graded")
@click.option("--rubric", type=PATH, help="default: assignments/<assignment>/rubric.toml")
@click.option("--dist", type=PATH, default=dist_folder, help="where the releases were built")
@click.option("--pdf", is_flag=True, help="print the pages to PDF too, with Chrome or Chromium")
def written(
    out: Path, submissions: Path | None, rubric: Path | None, dist: Path, pdf: bool
) -> None:
    """Lay out the written answers for graders: per question a page and a sheet with the rubric."""
    from autograder.reports.printing import print_page
    from autograder.reports.written import WrittenAnswer, find_answers, regions, write_question

    with open_gradebook(out) as gradebook:
        name = gradebook.assignment()
        folder = submissions or gradebook.folder
        files = {g.submission: g.file for g in gradebook.latest()}
    if folder is None:
        raise UsageError("say where the submissions lie: --submissions <folder>")
    questions = load_rubric_of(name, rubric)
    blanks = load_releases(dist / name, name)
    prompts = [regions(blank) for blank in blanks]
    if any(len(found) != len(questions) for found in prompts):
        raise UsageError(
            f"the rubric has {len(questions)} written questions, the releases in {dist / name} "
            f"have {len(prompts[0])}; build them again or mend the rubric"
        )
    answers: list[list[WrittenAnswer]] = [[] for _ in questions]
    unread = []
    for submission, file in files.items():
        try:
            found = find_answers(load_cells(folder / file), blanks)
        except (SubmissionError, SandboxError) as error:
            unread.append(localize(str(error), "en"))
            continue
        if len(found) != len(questions):
            unread.append(f"{file}: has {len(found)} places for written answers")
            continue
        for kept, cells in zip(answers, found):
            kept.append(WrittenAnswer(submission, file, cells))
    for place, question in enumerate(questions):
        asked = [language[place][0] for language in prompts]
        page, sheet = write_question(out / "written", question, asked, answers[place])
        if pdf and not print_page(page, page.with_suffix(".pdf")):
            raise UsageError(f"{page}: no Chrome, Edge or Chromium to print it with")
        blank = sum(not answer.cells for answer in answers[place])
        click.echo(f"{sheet}: {len(answers[place])} answers, {blank} of them blank; read {page}")
    for reason in unread:
        click.echo(show_text(f"left out: {reason}"))


@click.command()
@OUT
@click.argument("sheets", type=PATH, nargs=-1, required=True)
@click.option("--rubric", type=PATH, help="default: assignments/<assignment>/rubric.toml")
def marks(out: Path, sheets: tuple[Path, ...], rubric: Path | None) -> None:
    """Take the points of filled-in SHEETS into the gradebook; they survive every regrade."""
    from autograder.reports.written import read_marks, settle_marks

    with open_gradebook(out) as gradebook:
        questions = load_rubric_of(gradebook.assignment(), rubric)
        read = [mark for sheet in sheets for mark in read_marks(sheet, questions)]
        known = {gradation.submission for gradation in gradebook.latest()}
        for mark in read:
            if mark.submission not in known:
                raise UsageError(f"the gradebook holds no submission '{mark.submission}'")
        given = settle_marks(read, gradebook.active_overrides())
        gradebook.set_written({question.name: question.possible for question in questions})
        count = gradebook.override_all(given)
        done = rewrite_pages(out, gradebook, None)
    waiting = sum(mark.points is None for mark in read)
    click.echo(
        f"{count} marks new or changed, {len(given) - count} as before, {waiting} rows not marked "
        f"yet; {done}"
    )


@click.command("inspect")
@click.argument("grading_zip", metavar="ZIP", type=PATH)
def inspect_zip(grading_zip: Path) -> None:
    """Say what a grading ZIP of any Otter course holds, and what of it is not supported."""
    from autograder.run.inspection import describe_zip

    for line in describe_zip(grading_zip):
        click.echo(show_text(line))


def load_rubric_of(name: str, rubric: Path | None) -> "list[WrittenQuestion]":
    """Return the written questions of an assignment."""
    from autograder.reports.written import load_rubric

    return load_rubric(rubric or assignment_folder(name) / "rubric.toml")


def load_releases(built: Path, name: str) -> list[list[dict]]:
    """Return the cells of an assignment's released notebooks, in every language.

    Raises:
        UsageError: they are not built.
    """
    try:
        paths = [built / "student" / language / f"{name}.ipynb" for language in LANGUAGES]
        return [load_cells(path) for path in paths]
    except SubmissionError:
        raise UsageError(f"{built}: no releases there; run `make build`") from None
