"""Where the time of a submission comes from, and what is late."""

import os
import unicodedata
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.intake.times import TimeSources, find_people, find_times, lateness, parse_time

DEADLINE = datetime(2025, 3, 1, 12, tzinfo=timezone.utc)
GRADESCOPE = """\
submission_2233:
  :submitters:
  - :name: Bo Li
    :email: bo@uni.edu
  :created_at: 2025-03-01 13:00:00.236740000 Z
  :score: 3.0
submission_2234:
  :created_at: 2025-03-01 11:00:00 Z
"""


def utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc).isoformat()


def times(folder, file, **sources):
    found = find_times(folder, {"s": file}, TimeSources(**sources))
    return utc(found["s"]) if found else None


@pytest.mark.parametrize(
    "file",
    [
        "lovelaceada_LATE_5501_998877_autodiff.ipynb",
        "Bo Li_657737_assignsubmission_file_/autodiff.ipynb",
        "autodiff_2025_03_01T10_00_00_000000.zip",
    ],
)
def test_a_name_without_a_trustworthy_time_gives_none(tmp_path, file):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    assert times(tmp_path, file) is None


def test_modification_times_count_only_where_asked(tmp_path):
    path = tmp_path / "bo.ipynb"
    path.touch()
    os.utime(path, (0, DEADLINE.timestamp()))
    assert times(tmp_path, "bo.ipynb") is None
    assert times(tmp_path, "bo.ipynb", modified=True) == DEADLINE.isoformat()
    assert times(tmp_path, "gone since it was listed.ipynb", modified=True) is None


def test_blackboards_names_and_gradescopes_export_tell_the_time(tmp_path):
    name = "Autodiff_bli_attempt_2025-03-01-10-00-00_autodiff.ipynb"
    local = datetime(2025, 3, 1, 10).astimezone().isoformat()
    assert times(tmp_path, name, modified=True) == utc(local)
    (tmp_path / "submission_metadata.yml").write_text(GRADESCOPE)
    assert times(tmp_path, "submission_2233/autodiff.ipynb") == "2025-03-01T13:00:00+00:00"
    assert times(tmp_path, "submission_2234/autodiff.ipynb") == "2025-03-01T11:00:00+00:00"
    assert times(tmp_path, "submission_2235/autodiff.ipynb") is None


def test_the_metadata_of_an_export_within_the_folder_are_found(tmp_path):
    (tmp_path / "assignment_9_export" / "submission_2233").mkdir(parents=True)
    (tmp_path / "assignment_9_export" / "submission_metadata.yml").write_text(GRADESCOPE)
    file = "assignment_9_export/submission_2233/autodiff.ipynb"
    assert times(tmp_path, file) == "2025-03-01T13:00:00+00:00"
    assert find_people(tmp_path)["submission_2233"] == ["bo@uni.edu"]


@pytest.mark.parametrize("others", [(), ("submission_2234",), ("Bo Li_1_assignsubmission_file_",)])
@pytest.mark.parametrize("own", [None, "submission_2233:\n  :created_at: 2025-03-02 13:00:00 Z\n"])
def test_metadata_that_a_student_handed_in_tell_nothing(tmp_path, others, own):
    for folder in ("submission_2233", *others):
        (tmp_path / folder).mkdir()
    forged = tmp_path / "submission_2233" / "submission_metadata.yml"
    forged.write_text(GRADESCOPE)
    if own:
        (tmp_path / "submission_metadata.yml").write_text(own)
    expected = "2025-03-02T13:00:00+00:00" if own else None
    assert times(tmp_path, "submission_2233/autodiff.ipynb") == expected
    assert not any(find_people(tmp_path).values())


def test_a_table_of_numbers_is_not_looked_up_by_a_number_that_a_student_chose(tmp_path):
    table = tmp_path / "times.csv"
    table.write_text("Submission ID,Submission Time\n2234,2025-03-01T13:00:00Z\n")
    assert times(tmp_path, "submission_2233/2234_a.ipynb", table=table) is None


@pytest.mark.parametrize(
    ("content", "file"),
    [
        ("file,time\nbo.ipynb,2025-03-01T13:00:00Z\n", "bo.ipynb"),
        ("file;submitted at\nbo.ipynb;2025-03-01 14:00:00 +0100\n", "week 2/bo.ipynb"),
        ("Submission ID,Submission Time\n2233,2025-03-01 05:00:00 -0800\n",
         "submission_2233/a.ipynb"),
        ("Identifier,Last modified (submission)\nParticipant 6577,2025-03-01T13:00:00Z\n"
         "Participant 6578,-\n", "Bo Li_6577_assignsubmission_file_/a.ipynb"),
    ],
)  # fmt: skip
def test_a_table_of_times_is_looked_up_by_file_or_the_platforms_number(tmp_path, content, file):
    (tmp_path / "times.csv").write_text(content)
    assert times(tmp_path, file, table=tmp_path / "times.csv") == "2025-03-01T13:00:00+00:00"
    assert times(tmp_path, "other_65770_x.ipynb", table=tmp_path / "times.csv") is None


@pytest.mark.parametrize(
    "text", ["Wednesday, 10 June 2026, 2:14 PM", "Wednesday, June 10, 2026, 2:14\u202fPM"]
)
def test_moodles_worksheet_times_are_read(text):
    assert parse_time(text) == datetime(2026, 6, 10, 14, 14).astimezone()


# As Moodle's language packs write a worksheet's times: days from Monday, months, the order.
WORKSHEETS = {
    "de": ("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
           "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
           "{day}, {number}. {month} {year}, {time}"),
    "fr": ("lundi mardi mercredi jeudi vendredi samedi dimanche",
           "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
           "{day} {number} {month} {year}, {time}"),
    "es": ("lunes martes miércoles jueves viernes sábado domingo",
           "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
           "noviembre diciembre",
           "{day}, {number} de {month} de {year}, {time}"),
    "it": ("lunedì martedì mercoledì giovedì venerdì sabato domenica",
           "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
           "dicembre", "{day}, {number} {month} {year}, {time}"),
    "pt": ("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
           "janeiro fevereiro março abril maio junho julho agosto setembro outubro "
           "novembro dezembro",
           "{day}, {number} de {month} de {year}, {time}"),
    "nl": ("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
           "januari februari maart april mei juni juli augustus september oktober "
           "november december", "{day}, {number} {month} {year}, {time}"),
    "en": ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
           "January February March April May June July August September October November December",
           "{day}, {number} {month} {year}, {time}"),
}  # fmt: skip
MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(
    lambda time: time.replace(second=0, microsecond=0)
)


@given(MINUTES, st.sampled_from(sorted(WORKSHEETS)), st.sampled_from(["NFC", "NFD"]),
       st.sampled_from([" ", "\u202f", "\xa0"]), st.sampled_from(["", "AM PM", "a.m. p.m."]),
       st.sampled_from([str, str.upper, str.casefold]))  # fmt: skip
def test_worksheet_times_are_read_in_every_language(moment, language, form, blank, halves, case):
    """Also in capitals, with half days, and however their letters are put together."""
    days, months, order = WORKSHEETS[language]
    time = moment.strftime("%H:%M")
    if halves:
        half = halves.split()[moment.hour >= 12]
        time = f"{moment.hour % 12 or 12}:{moment.minute:02}{blank}{half}"
    text = case(order.format(
        day=days.split()[moment.weekday()], number=moment.day,
        month=months.split()[moment.month - 1], year=moment.year, time=time,
    ))  # fmt: skip
    text = unicodedata.normalize(form, text.replace(" ", blank))
    assert parse_time(text) == moment.astimezone()


@pytest.mark.parametrize("text", [
    "Montag, 31. Februar 2025, 10:00", "lundi 3 mars 2025, 25:00", "lunes, 3 de foo de 2025, 10:00",
    "3 mars 2025, 13:00 PM", "3 mars 2025, 0:00 AM", "mars 2025, 10:00", "3 mars 25, 10:00",
])  # fmt: skip
def test_what_is_no_moment_is_no_time_in_any_language(text):
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [("file\nbo\n", "'file' and 'time'"), ("file,time\nbo,yesterday\n", "'yesterday' is no time")],
)
def test_a_table_that_cannot_serve_is_refused(tmp_path, content, message):
    (tmp_path / "times.csv").write_text(content)
    with pytest.raises(UsageError, match=message):
        times(tmp_path, "bo", table=tmp_path / "times.csv")


@pytest.mark.parametrize("content", ["- a list", "{unclosed", "\tx: 1"])
def test_metadata_of_another_form_is_refused(tmp_path, content):
    (tmp_path / "submission_metadata.yml").write_text(content)
    with pytest.raises(UsageError, match="not as Gradescope writes it"):
        times(tmp_path, "bo")


@pytest.mark.parametrize(
    ("file", "hour", "minute", "expected"),
    [
        ("bo.ipynb", 12, 0, ""),
        ("bo.ipynb", 13, 30, "1:30:00"),
        ("lovelaceada_LATE_5501_9_a.ipynb", 11, 0, "late"),
        ("lovelaceada_LATE_5501_9_a.ipynb", 13, 0, "1:00:00"),
        ("week 1/LATE_anon_aB3dE_998878_a.ipynb", 11, 0, "late"),
        ("latecomer.ipynb", 11, 0, ""),
        ("never_late_again.ipynb", 11, 0, ""),
        ("late_work/bo.ipynb", 11, 0, ""),
        ("hw_late_fix.ipynb", 11, 0, ""),
    ],
)
def test_lateness_is_measured_from_the_deadline(file, hour, minute, expected):
    assert lateness(file, DEADLINE.replace(hour=hour, minute=minute), DEADLINE) == expected
    assert lateness("bo.ipynb", None, DEADLINE) == ""


def test_blackboards_names_tell_the_seconds(tmp_path):
    name = "Autodiff_bli_attempt_2025-03-01-10-20-59_autodiff.ipynb"
    local = datetime(2025, 3, 1, 10, 20, 59).astimezone().isoformat()
    assert times(tmp_path, name) == utc(local)
