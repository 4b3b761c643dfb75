import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.intake.tables import harmless, original, read_table, to_csv

TABLE = [["file", "time"], ["Zoë.ipynb", "2025-03-01"], ["a, b;c.ipynb", "-"]]


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_what_was_made_harmless_can_be_had_back(text):
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert original(harmless(text)) == text


def test_a_leading_quote_of_ones_own_is_kept():
    assert original(harmless("'quoted")) == "'quoted"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_any_spelling(tmp_path, encoding, delimiter):
    path = tmp_path / "table.csv"
    path.write_bytes((to_csv(TABLE, delimiter) + "\n\n").encode(encoding))
    assert read_table(path) == TABLE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b",,,\n,\n", "is empty"),
        (b"sep=;\n", "is empty"),
        (b"\xff\xfe\x00", "is no CSV text; save it as CSV"),
        (b"\x7fELF\x02\x01\0\0\0", "is no CSV text; save it as CSV"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, data, why):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=f"table.csv: {why}"):
        read_table(path)
