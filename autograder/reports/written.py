"""Written answers: found in the submissions, laid out for graders with a rubric, read back marked.

A question with ``manual: true`` has no tests. What people give for it stands in the assignment's
``rubric.toml``, one table per written question in the order of the notebook::

    [q6]
    measured = {points = 2, text = "Names what was measured. ‖ 说明测量了什么。"}
    reason = {points = 2, text = "Says why it grows. ‖ 说明为什么会增长。"}
"""

import html
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.intake.tables import harmless, original, read_table, to_csv
from autograder.languages import SEPARATOR
from autograder.lms.grade_files import number
from autograder.reports import printing
from autograder.reports.inert import inert_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MARK = re.compile(r"<!--\s*(BEGIN|END) QUESTION\s*-->", re.IGNORECASE)
FIRST_COLUMNS = ["question", "submission", "file"]
COMMENT, ANSWER = "comment", "answer"
MAX_CELL = 4_000  # letters of an answer in a spreadsheet
NOTHING = "No answer. 没有作答。"
WAITING = "waits for a mark"
UNREADABLE = "This cell cannot be shown; look at the notebook. 无法显示此单元，请查看笔记本。"
STYLE = """
article { border-top: 2px solid #ccd; padding-top: .6em; margin-top: 1.6em }
article > h2 { font-size: 1em; margin: 0 0 .4em; font-weight: 600 } .soft { color: #5b6570 }
"""


class Reasoned(Protocol):
    """What stands in a gradebook for an answer, with its reason."""

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class WrittenQuestion:
    """A question that people mark.

    Attributes:
        criteria: name -> (points, bilingual text).
    """

    name: str
    criteria: dict[str, tuple[float, str]]

    @property
    def possible(self) -> float:
        """Points that could be earned."""
        return sum(points for points, _ in self.criteria.values())


@dataclass(frozen=True)
class WrittenAnswer:
    """What one submission says to a written question.

    Attributes:
        cells: the cells that the student wrote; none: no answer.
    """

    submission: str
    file: str
    cells: tuple[dict, ...]


@dataclass(frozen=True)
class Mark:
    """A marked answer: points in all, and how they came about; None: not wholly marked."""

    submission: str
    question: str
    points: float | None
    reason: str


def load_rubric(path: Path) -> list[WrittenQuestion]:
    """Read ``rubric.toml``.

    Raises:
        UsageError: there is none or it is faulty.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(
            f"{path}: no rubric there; an assignment with written questions (manual: true) has one"
        ) from None
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    return [_question(path, name, table) for name, table in plain.items()]


def find_answers(cells: list[dict], blanks: Iterable[list[dict]]) -> list[tuple[dict, ...]]:
    """Return the written answers of a notebook, in its order.

    An answer is what stands between Otter's marks of a written question and was not in the release.

    Args:
        blanks: the cells of the released notebooks.
    """
    given = {_key(cell) for blank in blanks for cell in blank}
    return [
        tuple(cell for cell in region if _key(cell) not in given and cell["source"].strip())
        for region in regions(cells)
    ]


def regions(cells: list[dict]) -> list[list[dict]]:
    """Return the cells of each written question, its prompt first."""
    found: list[list[dict]] = []
    inside = False
    for cell in cells:
        marks = MARK.findall(cell["source"]) if cell["cell_type"] == "markdown" else []
        if inside and not marks:
            found[-1].append(cell)
        for mark in marks:
            inside = mark.upper() == "BEGIN"
            if inside:
                found.append([cell])
    return found


def write_question(
    folder: Path, question: WrittenQuestion, prompts: list[dict], answers: list[WrittenAnswer]
) -> tuple[Path, Path]:
    """Write ``<question>.html`` to read and ``<question>.csv`` to fill in; returns their paths.

    Marks that stand in an older sheet of this name are kept; where the answer is another one now,
    they move into the comment.
    """
    page, sheet = (folder / f"{question.name}.{kind}" for kind in ("html", "csv"))
    body = "\n".join(_page(question, prompts, answers))
    write_text(page, printing.whole_page(body, question.name, "en", STYLE))
    kept = _filled_in(sheet, question) if sheet.is_file() else {}
    head = [*FIRST_COLUMNS, *_columns(question), COMMENT, ANSWER]
    rows = [
        [question.name, harmless(answer.submission), harmless(answer.file),
         *_given(question, answer, kept.get(answer.submission)), harmless(_plain(answer))]
        for answer in answers
    ]  # fmt: skip
    write_text(sheet, "\ufeff" + to_csv([head, *rows]))  # the mark tells Excel that this is UTF-8
    return page, sheet


def read_marks(sheet: Path, rubric: list[WrittenQuestion]) -> list[Mark]:
    """Read a sheet that graders filled in: one mark per row, without points where cells are empty.

    Raises:
        UsageError: a column is missing, or a cell holds no points that the rubric allows.
    """
    table = read_table(sheet)
    head = [cell.strip() for cell in table[0]]
    if missing := [name for name in FIRST_COLUMNS[:2] if name not in head]:
        raise UsageError(f"{sheet}: the column '{missing[0]}' is missing")
    known = {question.name: question for question in rubric}
    marks = []
    for row in table[1:]:
        row = [*row, *[""] * (len(head) - len(row))]
        cells = dict(zip(head, row))
        name, submission = cells["question"].strip(), original(cells["submission"].strip())
        if name not in known:
            raise UsageError(f"{sheet}: the rubric has no question '{name}'")
        points = _points(f"{sheet}, {submission}", known[name], cells)
        given = {criterion: each for criterion, each in points.items() if each is not None}
        if len(given) < len(points):
            marks.append(Mark(submission, name, None, WAITING))
            continue
        parts = [f"{criterion} {number(each)}/{number(known[name].criteria[criterion][0])}"
                 for criterion, each in given.items()]  # fmt: skip
        comment = " ".join(original(cells.get(COMMENT, "")).replace("‖", "|").split())
        reason = ", ".join(parts) + (f"; {comment}" if comment else "")
        marks.append(Mark(submission, name, sum(given.values()), reason))
    return marks


def settle_marks(
    marks: Iterable[Mark], standing: Mapping[str, Mapping[str, Reasoned]]
) -> list[Mark]:
    """Return what the gradebook has to take over of all sheets.

    A row without points leaves a person's mark as it is, but takes back a zero that was given for
    no answer: there is an answer now.

    Args:
        standing: submission -> question -> what stands in the gradebook, with its ``reason``.

    Raises:
        UsageError: two sheets mark an answer differently.
    """
    settled: dict[tuple[str, str], Mark] = {}
    for mark in marks:
        key = mark.submission, mark.question
        old = settled.get(key)
        if old and None not in (old.points, mark.points) and old != mark:
            raise UsageError(
                f"{mark.submission}, {mark.question}: marked twice and differently "
                f"({old.reason} and {mark.reason})"
            )
        if mark.points is not None or old is None:
            settled[key] = mark
    return [
        mark
        for (submission, question), mark in settled.items()
        if mark.points is not None or _is_for_nothing(standing.get(submission, {}).get(question))
    ]


def _is_for_nothing(override: Reasoned | None) -> bool:
    return override is not None and override.reason.endswith(NOTHING)


def _question(path: Path, name: str, table: object) -> WrittenQuestion:
    criteria = {}
    for criterion, entry in table.items() if isinstance(table, dict) else ():
        points = entry.get("points") if isinstance(entry, dict) else None
        if not isinstance(points, (int, float)) or not 0 < points < float("inf"):
            raise UsageError(f"{path}, {name}.{criterion}: give it points, e.g. points = 2")
        if criterion in (*FIRST_COLUMNS, COMMENT, ANSWER):
            raise UsageError(f"{path}, {name}.{criterion}: choose another name")
        criteria[criterion] = (float(points), str(entry.get("text", "")))
    if not criteria:
        raise UsageError(f"{path}, {name}: has no criterion")
    return WrittenQuestion(name, criteria)


def _key(cell: dict) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def _columns(question: WrittenQuestion) -> list[str]:
    return [f"{name} /{number(points)}" for name, (points, _) in question.criteria.items()]


def _given(question: WrittenQuestion, answer: WrittenAnswer, old: dict | None) -> list:
    """Return the cells to fill in: what they held, else empty, else zeros for no answer."""
    old, columns = old or {}, _columns(question)
    cells = [old.get(name, "").strip() for name in columns]
    comment = old.get(COMMENT, "").strip()
    if (not any(cells) and not comment) or comment == NOTHING:
        return [*["" if answer.cells else 0] * len(columns), "" if answer.cells else NOTHING]
    if _same(old.get(ANSWER, _plain(answer)), _plain(answer)):
        return [*cells, comment]
    before = ", ".join(f"{name}: {cell}" for name, cell in zip(columns, cells) if cell)
    return [*[""] * len(columns), f"Another answer than before ({before}) {comment}".strip()]


def _same(old: str, new: str) -> bool:
    return original(old).split() == new.split()


def _filled_in(sheet: Path, question: WrittenQuestion) -> dict[str, dict[str, str]]:
    table = read_table(sheet)
    head = [cell.strip() for cell in table[0]]
    if any(name not in head for name in ("submission", *_columns(question), COMMENT)):
        raise UsageError(f"{sheet}: was made for another rubric; move it away first")
    rows = [dict(zip_longest(head, row[: len(head)], fillvalue="")) for row in table[1:]]
    return {original(row["submission"].strip()): row for row in rows}


def _points(where: str, question: WrittenQuestion, cells: dict) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for column, (name, (most, _)) in zip(_columns(question), question.criteria.items()):
        if column not in cells:
            raise UsageError(f"{where}: the column '{column}' is missing")
        text = cells[column].strip().replace(",", ".")
        try:
            points = float(text) if text else None
        except ValueError:
            points = -1.0
        found[name] = points
        if points is not None and not 0 <= points <= most:
            raise UsageError(f"{where}: {column} is given {text!r}; write 0 to {number(most)}")
    return found


def _page(
    question: WrittenQuestion, prompts: list[dict], answers: list[WrittenAnswer]
) -> Iterator[str]:
    yield f"<h1>{html.escape(question.name)}</h1>"
    for cell in prompts:
        yield _shown(cell)
    yield '<table><thead><tr><th scope="col">Rubric 评分标准</th><th scope="col">Points 分</th>'
    yield "<td></td></tr></thead><tbody>"
    for name, (points, text) in question.criteria.items():
        both = "<br>".join(html.escape(part) for part in text.split(SEPARATOR))
        yield f'<tr><th scope="row">{html.escape(name)}</th><td>{number(points)}</td>'
        yield f"<td>{both}</td></tr>"
    yield "</tbody></table>"
    for place, answer in enumerate(answers, 1):
        name = html.escape(inert_name(answer.submission))
        yield f'<article id="{name}"><h2>{place}. {name} <span class="soft">'
        yield f"<bdi>{html.escape(inert_name(answer.file))}</bdi></span></h2>"
        for cell in answer.cells:
            yield _shown(cell)
        if not answer.cells:
            yield f'<p class="soft">{NOTHING}</p>'
        yield "</article>"


def _shown(cell: dict) -> str:
    try:
        return printing.cell_html(cell)
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError):
        return f'<p class="soft">{UNREADABLE}</p>'


def _plain(answer: WrittenAnswer) -> str:
    text = "\n\n".join(cell["source"].strip() for cell in answer.cells)
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + "…"
