"""What the columns of rosters and gradebook exports are called, and an assignment's own column."""

import re
import unicodedata
from pathlib import Path

from autograder.intake.tables import original, read_table

HEAD_ROWS = 10  # a head may stand below a title
COLUMNS = {
    "canvas_id": ("id", "canvas user id", "canvas_user_id"),
    "sis_id": (
        "sis user id", "sis-benutzer-id", "unique user id", "matrikelnummer", "matrikel-nr.",
        "id-nummer", "numéro d'identification", "número de id", "matricola", "sid", "student id",
        "id number", "student_id", "matriculation number",
        "student number", "student no", "student no.", "matric no", "matric no.", "學號", "工号",
        "学籍番号", "학번", "número de matrícula", "studentnummer", "numer albumu",
        "orgdefinedid", "org defined id", "user_id", "学号", "学号/工号", "学工号", "学生学号",
        "id号码", "id号",
    ),
    "login": (
        "sis login id", "username", "login id", "login", "netid", "user name", "login_id", "用户名",
        "登录名", "账号", "帐号", "user id", "github_username", "sis-anmelde-id", "benutzername",
        "anmeldename", "nom d'utilisateur", "nombre de usuario", "nome utente", "gebruikersnaam",
        "display id",
    ),
    "email": (
        "email address", "email", "e-mail", "mail", "邮箱", "电子邮箱", "电子邮件", "邮件地址",
        "电子邮件地址", "email地址", "邮箱地址", "e-mail address", "email id", "郵箱", "電子郵件",
        "e-mail-adresse", "adresse de courriel", "adresse e-mail", "courriel", "correo",
        "adresse électronique", "dirección de correo", "correo electrónico",
        "dirección de correo electrónico", "indirizzo email", "indirizzo e-mail", "e-mailadres",
        "endereço de email", "endereço de e-mail", "adres e-mail", "メールアドレス", "이메일",
        "адрес электронной почты", "электронная почта",
    ),
    "name": ("student", "name", "full name", "student name", "姓名", "学生姓名", "全名", "学生",
             "vollständiger name", "nom complet", "nombre completo", "nome completo",
             "volledige naam", "氏名", "이름"),
    "first": ("first name", "first_name", "given name", "名", "名字", "vorname", "vorname(n)",
              "prénom", "nombre", "nome", "voornaam", "imię", "имя"),
    "last": ("last name", "last_name", "surname", "family name", "姓", "姓氏", "nachname",
             "familienname", "nom", "nom de famille", "apellido(s)", "apellidos", "cognome",
             "sobrenome", "apelido", "achternaam", "nazwisko", "фамилия"),
    "section": ("section", "sections", "班级", "行政班级", "教学班"),
    # What names the upload: Moodle's grading worksheet, Gradescope's score sheet.
    "upload_id": ("identifier", "submission id", "标识符", "识别号", "identifiant", "identificador",
                  "identificatore"),
    "group": ("group", "groups", "group name", "group_name", "group code", "gruppe", "groupe",
              "grupo", "小组", "分组", "组别"),
}  # fmt: skip
COLUMN_HEADS = {
    "canvas": re.compile(r"(.+) \(\d+\)"),
    "blackboard": re.compile(r"(.+?) \[Total Pts: [^\]]*\] ?\|\d+"),
    "brightspace": re.compile(r"(.+?) Points Grade(?: <.*>)?"),
}
_PARTICIPANT = re.compile(r"([^\W\d_][^\d]*?) \d+")
_TOTALS = re.compile(r"(?:current|final|unposted|calculated) .*|.*\b(?:score|grade)", re.IGNORECASE)


def find_head(table: list[list[str]]) -> tuple[int, dict[str, int]]:
    """Return which row holds the heads, and by what a column means where it stands."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(table[:HEAD_ROWS]):
        cells = [_plain_head(cell) for cell in row]
        found = {
            key: cells.index(name)
            for key, names in COLUMNS.items()
            if (name := next((name for name in names if name in cells), None))
        }
        if "github_username" in cells and "upload_id" in found:
            found["sis_id"] = found.pop("upload_id")  # GitHub Classroom's identifier is the class's
        if len(found) > len(best[1]):
            best = number, found
    place, columns = best
    return place, _with_uploads(table[place + 1 :], columns)


def _with_uploads(rows: list[list[str]], columns: dict[str, int]) -> dict[str, int]:
    """Return the columns; an "ID" like "Teilnehmer/in 502" is Moodle's number of an upload."""
    place = columns.get("canvas_id")
    if place is None or "upload_id" in columns:
        return columns
    ids = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    told = [_PARTICIPANT.fullmatch(one) for one in ids]
    if not ids or not all(told) or len({one[1] for one in told if one}) > 1:
        return columns
    return {key: n for key, n in columns.items() if n != place} | {"upload_id": place}


def _plain_head(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell.replace("\ufeff", ""))
    return " ".join(text.split()).strip("* ").casefold()


def find_columns(path: Path, title: str) -> dict[str, str]:
    """Return how a roster that a platform wrote heads an assignment's column, by platform.

    They know a column by its head: ``Autodiff (123)``, ``Autodiff [Total Pts: 40 Score] |123``.
    Without it a new column comes into being. The title may be the whole head too.
    """
    return {
        platform: head
        for platform, head, own in _own_columns(path)
        if _plain(title) in (_plain(own), _plain(head))
    }


def proposed_titles(path: Path, title: str) -> list[str]:
    """Return the titles of a roster's columns that may be an assignment's, the likeliest first."""
    words = set(_plain(title).split())
    titles = dict.fromkeys(own for _, _, own in _own_columns(path) if not _TOTALS.fullmatch(own))
    alike = [own for own in titles if words & set(re.findall(r"\w+", _plain(own)))]
    return alike or list(titles)


def _own_columns(path: Path) -> list[tuple[str, str, str]]:
    """Return platform, head and title of each column that belongs to an assignment."""
    table = read_table(path)
    found = []
    for cell in table[find_head(table)[0]]:
        for platform, pattern in COLUMN_HEADS.items():
            if head := pattern.fullmatch(original(cell.strip())):
                found.append((platform, head[0], head[1]))
    return found


def _plain(title: str) -> str:
    return " ".join(re.split(r"[\s_-]+", title.strip())).casefold()
