"""Rosters in other languages, and what spreadsheets made of ids: each mark goes to one person."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.lms.roster import (
    GradedSubmission,
    load_extensions,
    load_groups,
    load_owners,
    load_roster,
    match,
)
from tests.lms.test_round_trips import grade, marks, run

BOTH = {"ann@x.org": "10", "bo@x.org": "20"}
# Rosters as platforms write them for people who read another language, and where each mark goes.
WORLD = {
    "moodle in German": (
        'ID;"Vollständiger Name";E-Mail-Adresse;Status;Bewertung;Bestwertung\n'
        '"Teilnehmer/in 501";"Ann Lee";ann@x.org;Abgegeben;;100,00\n'
        '"Teilnehmer/in 502";"Bo Lee";bo@x.org;Abgegeben;;100,00\n', "utf-8"),
    "moodle in French": (
        'Identifiant,"Nom complet","Adresse de courriel",Statut,Note\n'
        '"Participant 501","Ann Lee",ann@x.org,x,\n"Participant 502","Bo Lee",bo@x.org,x,\n',
        "utf-8-sig"),
    "a German list": ("Name;Vorname;E-Mail\nLee;Ann;ann@x.org\nLee;Bo;bo@x.org\n", "cp1252"),
    "a Spanish list": (
        "Nombre;Apellido(s);Número de ID;Dirección de correo\nAnn;Lee;1;ann@x.org\n"
        "Bo;Lee;2;bo@x.org\n", "cp1252"),
    "an Italian list": (
        "Nome,Cognome,Indirizzo email\nAnn,Lee,ann@x.org\nBo,Lee,bo@x.org\n", "utf-8"),
    "a Portuguese list": (
        "Nome;Sobrenome;Endereço de email\nAnn;Lee;ann@x.org\nBo;Lee;bo@x.org\n", "cp1252"),
    "a Dutch list": (
        "Voornaam;Achternaam;E-mailadres\nAnn;Lee;ann@x.org\nBo;Lee;bo@x.org\n", "utf-8-sig"),
    "a Polish list": ("Imię,Nazwisko,Adres e-mail\nAnn,Lee,ann@x.org\nBo,Lee,bo@x.org\n", "utf-8"),
    "a Russian list": (
        "Имя,Фамилия,Адрес электронной почты\nAnn,Lee,ann@x.org\nBo,Lee,bo@x.org\n", "utf-16"),
    "a Japanese list": ("氏名,メールアドレス\nAnn Lee,ann@x.org\nBo Lee,bo@x.org\n", "utf-8"),
    "a Korean list": ("이름,이메일\nAnn Lee,ann@x.org\nBo Lee,bo@x.org\n", "utf-8-sig"),
    "two sections": (
        "Name,Email,Section\nAnn Lee,ann@x.org,S1\nAnn Lee,ann@x.org,S2\nBo Lee,bo@x.org,S1\n",
        "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("where", WORLD)
def test_a_roster_in_any_language_gives_each_mark_to_its_student(tmp_path, where):
    roster, encoding = WORLD[where]
    folders = ("Ann Lee_501_assignsubmission_file_", "Bo Lee_502_assignsubmission_file_")
    grade(tmp_path / "class", tmp_path / "out",
          {f"{folders[0]}/demo.ipynb": 10, f"{folders[1]}/demo.ipynb": 20})  # fmt: skip
    (tmp_path / "roster.csv").write_bytes(roster.encode(encoding))
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Email address") == {
        "ann@x.org": "10",
        "bo@x.org": "20",
    }


def test_a_name_beside_a_given_name_may_be_the_family_name_or_the_whole(tmp_path):
    (tmp_path / "roster.csv").write_text(
        "Name;Vorname;E-Mail\nMüller;Jörg;j@x.org\nAnn Lee;Ann;a@x.org\n张三;Sam;s@x.org\n"
    )
    jörg, ann, sam = load_roster(tmp_path / "roster.csv")
    assert (jörg.family, jörg.given, jörg.shown) == ("Müller", "Jörg", "Müller, Jörg")
    assert ann.shown == "Ann Lee" and "annlee" in ann.spellings and "张三" in sam.spellings


OTHERS = {"advisor": ("prof@uni.x", "prof@uni.x"), "parents": ("bo@uni.x", "ann@uni.x")}


@pytest.mark.parametrize("whose", OTHERS)
def test_addresses_under_another_head_are_nobodys_in_the_class(tmp_path, whose):
    first, second = OTHERS[whose]
    grade(tmp_path / "class", tmp_path / "out", {"1/demo.ipynb": 10, "bo@uni.x/demo.ipynb": 20})
    text = f"Name,SID,Contact\nAnn Lee,1,{first}\nBo Lee,2,{second}\n"
    (tmp_path / "roster.csv").write_text(text)
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "canvas", "SIS User ID") == {"1": "10"}
    (tmp_path / "roster.csv").write_text(f"Name,Contact\nAnn Lee,{first}\nBo Lee,{second}\n")
    with pytest.raises(UsageError, match="no column with ids or e-mail addresses; name one of"):
        load_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("cell", "told"),
    [("1234.0", "1234"), ("1234,0", "1234"), ("1234.00", "1234"), ("12.000", "12.000"),
     ("12,000", "12,000"), ("0012", "0012"), ("1234.5", "1234.5")],
)  # fmt: skip
def test_a_number_is_an_id_where_a_spreadsheet_added_zeros_and_no_thousands(tmp_path, cell, told):
    (tmp_path / "roster.csv").write_text(f"Name;SID\nAnn;{cell}\n")
    assert load_roster(tmp_path / "roster.csv")[0].sis_id == told


def test_moodles_numbers_under_a_head_of_any_language_tell_anonymous_uploads(tmp_path):
    files = {f"Teilnehmerin_{n}_assignsubmission_file_/demo.ipynb": 10 * n for n in (5, 6)}
    grade(tmp_path / "class", tmp_path / "out", files)
    roster = "ID,Status,Bewertung\nTeilnehmer/in 5,S,\nTeilnehmer/in 6,S,\n"
    (tmp_path / "roster.csv").write_text(roster)
    run(tmp_path / "out", tmp_path / "roster.csv")
    text = (tmp_path / "out" / "lms" / "moodle.csv").read_text("utf-8-sig")
    assert "Teilnehmer/in 5,50,-" in text and "Teilnehmer/in 6,60,-" in text


@pytest.mark.parametrize("ids", [("s1234567", "s1234568"), ("1234", "1235"), ("a 1", "b 2")])
def test_other_ids_are_no_numbers_of_uploads(tmp_path, ids):
    (tmp_path / "roster.csv").write_text("ID,Name\n" + "".join(f"{one},Ann\n" for one in ids))
    assert [one.canvas_id for one in load_roster(tmp_path / "roster.csv")] == list(ids)


def test_what_was_not_handed_in_counts_for_nobody(tmp_path):
    files = {"Submitted files/Ann Lee/Demo/Version 1/demo.ipynb": 5,
             "Submitted files/Ann Lee/Demo/Version 2/demo.ipynb": 10,
             "Working files/Ann Lee/Demo/demo.ipynb": 99,
             "Submitted files/Bo Lee/Demo/Version 10/demo.ipynb": 20,
             "Submitted files/Bo Lee/Demo/Version 9/demo.ipynb": 19}  # fmt: skip
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text(
        "First Name,Last Name,Email Address,Demo\nAnn,Lee,ann@x.org,\nBo,Lee,bo@x.org,\n"
    )
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Email address") == {
        "ann@x.org": "10",
        "bo@x.org": "20",
    }


def test_who_has_neither_id_nor_address_is_named_and_gets_no_row(tmp_path):
    files = {"Ann Lee/demo.ipynb": 10, "Bo Lee/demo.ipynb": 20}
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text("Name,Email\nAnn Lee,ann@x.org\nBo Lee,\nAverage,\n")
    told = run(tmp_path / "out", tmp_path / "roster.csv")
    assert "1 students with a submission, 0 without, 1 submissions unmatched" in told
    attention = (tmp_path / "out" / "lms" / "attention.csv").read_text()
    assert "is of Bo Lee, without an id or e-mail address on the roster" in attention
    assert "Average" not in attention


def test_who_shares_a_name_with_somebody_without_an_id_is_left_to_a_person(tmp_path):
    grade(tmp_path / "class", tmp_path / "out", {"Ann Lee/a.ipynb": 10, "bo@x.org/b.ipynb": 20})
    (tmp_path / "roster.csv").write_text(
        "Name,Email\nAnn Lee,ann@x.org\nAnn Lee,\nBo Lee,bo@x.org\n"
    )
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Email address") == {"bo@x.org": "20"}


LATE = {"Demo_ann_attempt_2025-03-02-10-00-00_a.ipynb": 10,
        "Demo_ann_attempt_2025-03-01-10-00-00_a.ipynb": 5}  # fmt: skip
TWO = "Last Name,First Name,Username,Student ID\nLee,Ann,ann,0012\nLee,Bo,bo,13\n"


@pytest.mark.parametrize("cell", ['"=""0012"""', "#0012", "0012", "ANN", "'0012"])
def test_an_extension_is_found_whatever_a_spreadsheet_made_of_its_id(tmp_path, cell):
    grade(tmp_path / "class", tmp_path / "out", LATE)
    (tmp_path / "roster.csv").write_text(TWO)
    (tmp_path / "more.csv").write_text(f"id,deadline\n{cell},2025-03-03 12:00\n")
    given = ("--deadline", "2025-03-01 12:00", "--extensions", tmp_path / "more.csv")
    told = run(tmp_path / "out", tmp_path / "roster.csv", *given)
    assert marks(tmp_path / "out", "blackboard", "Username") == {"ann": "10"}
    assert "nobody" not in told


def test_an_extension_of_nobody_is_named(tmp_path):
    grade(tmp_path / "class", tmp_path / "out", LATE)
    (tmp_path / "roster.csv").write_text(TWO)
    (tmp_path / "more.csv").write_text("id;deadline\n12;2025-03-03 12:00\n13.0;2025-03-03 12:00\n")
    given = ("--deadline", "2025-03-01 12:00", "--extensions", tmp_path / "more.csv")
    told = run(tmp_path / "out", tmp_path / "roster.csv", *given)
    assert "extensions of nobody on the roster: 12\n" in told
    text = (tmp_path / "out" / "lms" / "attention.csv").read_text()
    assert "extension of nobody,,12," in text and ",13," not in text


@pytest.mark.parametrize("day", ["2025-03-01", "01.03.2025", "2025-03-01 11:59 PM"])
def test_a_deadline_that_may_mean_two_things_is_refused_with_its_file(tmp_path, day):
    (tmp_path / "more.csv").write_text(f"id,deadline\n12,{day}\n")
    with pytest.raises(UsageError, match=f"more.csv: {re.escape(day)}: write the deadline like"):
        load_extensions(tmp_path / "more.csv")


@pytest.mark.parametrize("cell", ["1234", "1234.0", '"=""1234"""', "#1234"])
def test_an_owner_is_found_whatever_a_spreadsheet_made_of_the_id(tmp_path, cell):
    grade(tmp_path / "class", tmp_path / "out", {"x1.ipynb": 10})
    (tmp_path / "roster.csv").write_text("Name,ID\nAnn Lee,1234\nBo Lee,1235\n")
    (tmp_path / "owners.csv").write_text(f"file,id\nx1.ipynb,{cell}\n")
    run(tmp_path / "out", tmp_path / "roster.csv", "--owners", tmp_path / "owners.csv")
    assert marks(tmp_path / "out", "canvas", "ID") == {"1234": "10"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_word_of_a_name_is_nobodys_in_any_normal_form(tmp_path, form):
    file = unicodedata.normalize(form, "Müller Jörg/demo.ipynb")
    grade(tmp_path / "class", tmp_path / "out", {file: 10, "0002.ipynb": 20})
    (tmp_path / "roster.csv").write_text("Name,ID\nMuller,0001\nBo Lee,0002\n")
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "canvas", "ID") == {"0002": "20"}


UNSEEN = ("\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u202a", "\u202c", "\x7f")
PLACES = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(UNSEEN)), max_size=4)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["20250017", "ann_lee", "ann@x.org", "e1-77", "A 12"]), PLACES, st.booleans()
)
def test_an_id_is_what_a_reader_sees_of_it(tmp_path, shown, places, wide):
    """Whatever a page or a spreadsheet hid in it, in the roster and in every other table."""
    cell = shown
    for place, mark in places:
        cell = cell[:place] + mark + cell[place:]
    if wide:
        cell = cell.translate({ord("0") + n: "０１２３４５６７８９"[n] for n in range(10)})
    head = "Email" if "@" in shown else "SIS Login ID"
    path = tmp_path / "table.csv"
    path.write_text(f"Name,{head}\nAnn Lee,{cell}\nBo Lee,other\n")
    ann = load_roster(path)[0]
    assert shown.casefold() in ann.keys
    path.write_text(f"{head},deadline\n{cell},2025-03-01T12:00\n")
    assert set(load_extensions(path)) == {shown.casefold()}
    path.write_text(f"file,id\nx.ipynb,{cell}\n")
    assert load_owners(path) == {"x.ipynb": shown.casefold()}
    path.write_text(f"{head},group\n{cell},G1\n")
    assert load_groups(path, [ann])[0].groups == {"g1"}


@pytest.mark.parametrize("cell", [
    "mailto:ann@x.org", "Ann Lee <ann@x.org>", "<ann@x.org>", "MAILTO:ann@x.org",
])  # fmt: skip
def test_an_address_is_one_however_a_mail_program_writes_it(tmp_path, cell):
    (tmp_path / "roster.csv").write_text(f"Name,Email\nAnn Lee,{cell}\n")
    assert load_roster(tmp_path / "roster.csv")[0].email == "ann@x.org"


@pytest.mark.parametrize("nothing", ["-", "–", "n/a", "N/A", "#N/A", "#REF!", "NULL", "\u200b"])
def test_what_stands_for_no_id_is_no_id_that_two_share(tmp_path, nothing):
    (tmp_path / "roster.csv").write_text(
        f"Name,SID,Email\nAnn Lee,1,{nothing}\nBo Lee,{nothing},bo@x.org\n"
        f"Cy Lee,{nothing},cy@x.org\nDi Lee,4,{nothing}\n"
    )
    found = [(one.sis_id, one.email) for one in load_roster(tmp_path / "roster.csv")]
    assert found == [("1", ""), ("", "bo@x.org"), ("", "cy@x.org"), ("4", "")]


@pytest.mark.parametrize("file", [
    "Lee, Ann/Revision 1 - demo.ipynb", "leeann_7701_55001_demo.ipynb",
    "Demo/Lee, Ann(x)/Submission attachment(s)/demo.ipynb",
])  # fmt: skip
def test_a_family_name_that_stands_first_is_found_in_a_name_of_one_piece(tmp_path, file):
    """Where somebody else is called the other way round, a person has to say whose it is."""
    (tmp_path / "roster.csv").write_text("Name,Email\nAnn Lee,ann@x.org\nBo Kim,bo@x.org\n")
    entry = GradedSubmission("s", file, 1.0, 1.0)
    found = match(load_roster(tmp_path / "roster.csv"), [entry])
    assert [student.email for student, _ in found.chosen] == ["ann@x.org"]
    (tmp_path / "roster.csv").write_text("Name,Email\nAnn Lee,ann@x.org\nLee Ann,lee@x.org\n")
    found = match(load_roster(tmp_path / "roster.csv"), [entry])
    assert not found.chosen and "more than one: Ann Lee; Lee Ann" in found.unmatched[0][1]
