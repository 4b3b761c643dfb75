"""When submissions were handed in, as far as something honest says so, and which of them are late.

What counts, the first that knows a submission: a CSV that the instructor gives; the
``submission_metadata.yml`` of Gradescope's export; the time that Blackboard puts into file names;
and only where the instructor asks for it, the file's modification time. Moodle's and Canvas's file
names hold no time (Canvas writes LATE into them). What a student chose is never read for it: times
within a zip or notebook, the name of an upload, a metadata file that was handed in.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import UsageError
from autograder.intake.layouts import (
    holds_uploads,
    is_marked_late,
    told_of_upload,
    written_by_platform,
)
from autograder.intake.tables import original, read_table

METADATA = "submission_metadata.yml"  # beside the folders of a Gradescope export
KEY_COLUMNS = ("file", "submission id", "identifier", "标识符", "识别号", "文件")
FILE_COLUMNS = ("file", "文件")
TIME_COLUMNS = (
    "time", "submitted at", "submission time", "last modified (submission)", "最后修改(提交)",
    "最后修改（提交）", "上次修改(提交)", "上次修改（提交）", "最近修改(提交)", "最近修改（提交）",
    "提交时间", "zuletzt geändert (abgabe)", "dernière modification (travail remis)",
    "última modificación (entrega)",
)  # fmt: skip
FORMATS = (
    "%Y-%m-%d %H:%M:%S %z",  # Gradescope's score sheet
    "%A, %d %B %Y, %I:%M %p",  # Moodle's grading worksheet, in both orders of its English
    "%A, %B %d, %Y, %I:%M %p",
)
_CHINESE = re.compile(
    r"(\d{4})年(\d{1,2})月(\d{1,2})日[^\d]*?(上午|下午|凌晨|早上|中午|晚上)?\s*(\d{1,2})[:：时](\d\d)"
    r"(?:[:：分](\d\d))?分?秒?"
)
# Moodle's: "Montag, 3. März 2025, 23:58", "segunda-feira, 3 de março de 2025, 11:58 p. m."
_WORDED = re.compile(
    r"(?:[^\W\d_][^\d,]*,? )?(\d{1,2})\.? (?:de )?([^\W\d_]+)\.?,? (?:de )?(\d{4}),? "
    r"(\d{1,2}):(\d\d)(?: ?([ap])\.? ?m\.?)?",
    re.IGNORECASE,
)
_MONTHS = (
    "jan ene gen", "feb fév fev", "mar mär maa", "apr avr abr", "mai may mag mei",
    "jun juin giu", "jul juil lug", "aug aoû ago",
    "sep set", "oct okt ott out", "nov", "dec dez déc dic",
)  # fmt: skip
_BRIGHTSPACE = re.compile(
    r"\d+-\d+ - .+? ?- ([^\W\d_]{3,9})\.? (\d{1,2}), (\d{4}) (\d{1,2}?)(\d\d) ?([AP]M)"
)
_BLACKBOARD = re.compile(r"_attempt_(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)")


@dataclass(frozen=True)
class TimeSources:
    """Where times of submission come from, besides what the folder itself tells.

    Attributes:
        table: a CSV with the columns ``file`` and ``time``, Moodle's grading worksheet or
            Gradescope's score sheet.
        modified: whether a file's modification time counts where nothing else is known.
    """

    table: Path | None = None
    modified: bool = False


@dataclass(frozen=True)
class Collection:
    """How the submissions of a folder were collected.

    Attributes:
        deadline: later submissions are noted as late; None leaves the one of an earlier run.
        times: where the times of submission come from.
        extensions: later deadlines by id or e-mail address; None leaves those of an earlier run.
    """

    deadline: datetime | None = None
    times: TimeSources = TimeSources()
    extensions: dict[str, datetime] | None = None


def find_times(folder: Path, files: dict[str, str], sources: TimeSources) -> dict[str, str]:
    """Return the known times of submission (ISO 8601 with zone) by submission name.

    Args:
        folder: the folder of submissions.
        files: each submission's file, relative to the folder.

    Raises:
        UsageError: the table or Gradescope's metadata cannot be read.
    """
    table = _read_times(sources.table) if sources.table else {}
    metadata = _read_metadata(_metadata_of(folder))
    found = {}
    for name, file in files.items():
        time = _in_table(table, file) or told_of_upload(file, metadata) or time_in_name(file)
        if time is None and sources.modified:
            time = _modified(folder / file)
        if time:
            found[name] = time.isoformat(timespec="seconds")
    return found


def _modified(path: Path) -> datetime | None:
    """Return when a file was changed last, None where it is gone or says no time that can be."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except (OSError, OverflowError, ValueError):
        return None


def time_in_name(file: str) -> datetime | None:
    """Return the time in a name of Blackboard's or Brightspace's download, as local time."""
    file = written_by_platform(file)
    if found := _BLACKBOARD.search(file):
        return parse_time(f"{found[1]}T{found[2]}:{found[3]}:{found[4]}")
    if found := _BRIGHTSPACE.search(file):
        text = f"{found[1][:3]} {found[2]} {found[3]} {found[4]}:{found[5]} {found[6]}"
        time = _parse_as(text, "%b %d %Y %I:%M %p")
        return time.astimezone() if time else None
    return None


def number_of(upload: str) -> str:
    """Return the number by which an LMS names an upload, e.g. of Moodle's "Participant 123"."""
    return re.sub(r"^\D+", "", upload)


def is_late(file: str, time: datetime | None, deadline: datetime | None) -> bool:
    """Tell whether a submission came after the deadline, or Canvas marked it so in its name."""
    return bool(deadline and time and time > deadline) or is_marked_late(file)


def lateness(file: str, time: datetime | None, deadline: datetime | None) -> str:
    """Return how late a submission is as H:MM:SS, "late" where only that is known, else ""."""
    if not is_late(file, time, deadline):
        return ""
    if not time or not deadline or time <= deadline:
        return "late"
    seconds = int((time - deadline).total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def parse_time(text: str) -> datetime | None:
    """Read a time in ISO 8601 or as an LMS writes it; without a zone it is this machine's."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    time: datetime | None
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        named = (_parse_as(text, form) for form in FORMATS)
        time = next(filter(None, named), None) or _chinese(text) or _worded(text)
    try:
        return time if time is None or time.tzinfo else time.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def parse_deadline(text: str) -> datetime:
    """Read a deadline.

    Raises:
        UsageError: it is no time.
    """
    time = parse_time(text)
    if time is None or not re.search(r"\d[:：时]\d", text):  # a day alone may mean its end
        raise UsageError(
            f"{text}: write the deadline like 2025-03-01T23:59 or with +01:00 after it"
        )
    return time


def _worded(text: str) -> datetime | None:
    """Read a day, the month's name in a European language, a year and a time of 12 or 24 hours."""
    if (found := _WORDED.fullmatch(text)) is None:
        return None
    day, word, year, hour, minute, half = found.groups(default="")
    if half and not 1 <= int(hour) <= 12:
        return None
    hours = int(hour) % 12 + 12 * (half in "Pp") if half else int(hour)
    for month, starts in enumerate(_MONTHS, 1):
        if word.casefold().startswith(tuple(starts.split())):
            try:
                return datetime(int(year), month, int(day), hours, int(minute))
            except ValueError:
                return None
    return None


def _chinese(text: str) -> datetime | None:
    """Read a time as Moodle writes it in Chinese: 2026年6月10日 星期三 下午2:14."""
    found = _CHINESE.fullmatch(text)
    if found is None:
        return None
    year, month, day, half, hour, minute, second = found.groups(default="0")
    late = half in ("下午", "晚上") or (half == "中午" and int(hour) < 11)
    hours = int(hour) % 12 + 12 * late if half != "0" and int(hour) <= 12 else int(hour)
    if half == "中午" and int(hour) in (11, 12):
        hours = int(hour)
    try:
        return datetime(int(year), int(month), int(day), hours, int(minute), int(second))
    except ValueError:
        return None


def _parse_as(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _read_times(path: Path) -> dict[str, datetime]:
    table = read_table(path)
    head = [cell.strip().casefold() for cell in table[0]]
    keys = [name for name in KEY_COLUMNS if name in head]
    times = [name for name in TIME_COLUMNS if name in head]
    if not keys or not times:
        raise UsageError(f"{path}: give the columns 'file' and 'time'")
    key, time = head.index(keys[0]), head.index(times[0])
    found = {}
    for row in table[1:]:
        text = row[time].strip() if len(row) > max(key, time) else ""
        if text in ("", "-"):
            continue
        parsed = parse_time(text)
        if parsed is None:
            raise UsageError(f"{path}: {text[:60]!r} is no time; write 2025-03-01T23:59")
        name = original(row[key].strip()).casefold()
        found[name if keys[0] in FILE_COLUMNS else number_of(name)] = parsed
    return found


def _in_table(table: dict[str, datetime], file: str) -> datetime | None:
    """Look a file up by its path, its name, or a number in its path that an LMS put there."""
    path = file.casefold()
    numbers = re.findall(r"(?<![^_/])\d+(?![^_/.])", written_by_platform(file))
    keys = [path, path.rsplit("/", 1)[-1], *numbers]
    return next((table[key] for key in keys if key in table), None)


def find_people(folder: Path) -> dict[str, list[str]]:
    """Return who handed in what, by the folder of a Gradescope export: e-mail addresses and ids.

    Of a group's submission all members are named.

    Raises:
        UsageError: Gradescope's metadata cannot be read.
    """
    found: dict[str, list[str]] = {}
    for key, value in _load_metadata(_metadata_of(folder)).items():
        people = value.get(":submitters")
        named = [person for person in people or () if isinstance(person, dict)]
        ids = [str(person.get(key) or "") for person in named for key in (":email", ":sid")]
        found[key] = [one.casefold() for one in ids if one]
    return found


def _metadata_of(folder: Path) -> Path:
    """Return where Gradescope's metadata lie: in the folder, or in the export's within it.

    A file of that name in a student's folder was handed in, and tells nothing.
    """
    inside = [path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._"]
    if len(inside) == 1 and not (folder / METADATA).is_file() and holds_uploads(inside[0]):
        return inside[0] / METADATA
    return folder / METADATA


def _load_metadata(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    try:
        plain = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(key): dict(value) for key, value in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:100]
        raise UsageError(f"{path}: is not as Gradescope writes it ({reason})") from None


def _read_metadata(path: Path) -> dict[str, datetime]:
    times = {key: value.get(":created_at") for key, value in _load_metadata(path).items()}
    return {
        key: time if time.tzinfo else time.astimezone()
        for key, value in times.items()
        if (time := value if isinstance(value, datetime) else _text_time(value))
    }


def _text_time(value: object) -> datetime | None:
    return parse_time(str(value)) if isinstance(value, (str, date)) else None
