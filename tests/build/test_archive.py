"""Zips are the same bytes for the same content, in the order of their names."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from autograder.build.archive import EXECUTABLE, make_zip, read_zip
from autograder.course import assignment_names

PARTS = st.one_of(st.text("ab.Z_é1- ", min_size=1, max_size=6), st.sampled_from(EXECUTABLE)).filter(
    lambda part: part.strip(".")
)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@given(st.dictionaries(NAMES, st.binary(max_size=40), max_size=8), st.randoms())
def test_a_zip_is_the_same_bytes_in_whatever_order_its_files_are_given(files, chance):
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    data = make_zip(files)
    assert make_zip(dict(shuffled)) == data
    assert read_zip(data) == files
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(files)
    for entry in entries:
        runs = entry.filename.rsplit("/", 1)[-1] in EXECUTABLE
        assert entry.external_attr >> 16 & 0o777 == (0o755 if runs else 0o644)
        assert entry.date_time == (2020, 1, 1, 0, 0, 0)


def test_the_entries_of_every_grading_zip_and_release_are_in_order(built):
    for name in assignment_names():
        zips = [built / name / "autograder.zip", *(built / name / "student").glob("*.zip")]
        assert len(zips) > 1
        for path in zips:
            with zipfile.ZipFile(path) as archive:
                assert archive.namelist() == sorted(archive.namelist())
