"""An LMS's zip, unpacked: names as they were, nothing outside of the folder."""

import re
import zipfile

import pytest

from autograder.errors import UsageError
from autograder.intake import download
from autograder.intake.download import is_download, unpack_download


def zip_with(path, names, flag=0):
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            info = zipfile.ZipInfo("x" * len(name))
            archive.writestr(info, str(number))
    data = path.read_bytes()
    for name in sorted(
        names, key=len, reverse=True
    ):  # as programs write that do not know the mark for UTF-8
        data = data.replace(b"x" * len(name), name)
    path.write_bytes(data)


def listed(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_stay_as_they_were(tmp_path, encoding):
    zip_with(tmp_path / "a.zip", ["张三_1_2_作业.ipynb".encode(encoding)])
    assert listed(unpack_download(tmp_path / "a.zip", tmp_path / "out")) == ["张三_1_2_作业.ipynb"]


def test_nothing_is_written_outside_and_nothing_of_before_stays(tmp_path):
    path, folder = tmp_path / "a.zip", tmp_path / "out" / "in"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../evil.ipynb", "/evil.ipynb", "b\\c.ipynb", "a.ipynb"):
            archive.writestr(name, "1")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    folder.mkdir(parents=True)
    (folder / "old.ipynb").write_text("old")
    assert listed(unpack_download(path, folder)) == [
        "a.ipynb",
        "b/c.ipynb",
        "evil (2).ipynb",
        "evil.ipynb",
    ]
    assert listed(tmp_path) == ["a.zip", *(f"out/in/{name}" for name in listed(folder))]


def test_a_long_name_keeps_its_suffix(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("名" * 100 + ".ipynb", "1")
    (name,) = listed(unpack_download(tmp_path / "a.zip", tmp_path / "out"))
    assert name.endswith(".ipynb") and len(name.encode()) <= 255


def test_a_huge_file_takes_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 10)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("film.mp4", "1" * 100_000)
    folder = unpack_download(tmp_path / "a.zip", tmp_path / "out")
    assert (folder / "film.mp4").stat().st_blocks == 0


def test_a_damaged_zip_is_one_clear_line_and_leaves_what_was_there(tmp_path):
    path, folder = tmp_path / "a.zip", tmp_path / "out"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "1" * 1000)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    folder.mkdir()
    (folder / "old.ipynb").write_text("old")
    assert is_download(path) and not is_download(folder)
    with pytest.raises(UsageError, match="a.zip: cannot be unpacked"):
        unpack_download(path, folder)
    assert listed(tmp_path) == ["a.zip", "out/old.ipynb"]


def test_a_damaged_or_odd_download_is_refused_by_name(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", bytes(range(256)) * 40)
    data = bytearray(path.read_bytes())
    data[40:80] = bytes(255 - byte for byte in data[40:80])
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"a\.zip: cannot be unpacked"):
        unpack_download(path, tmp_path / "out")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ada", "a file")
        archive.writestr("ada/a.ipynb", "and a folder")
    with pytest.raises(UsageError, match=r"a\.zip: cannot be unpacked"):
        unpack_download(path, tmp_path / "out")
    assert listed(tmp_path) == ["a.zip"]


def test_more_files_than_anybody_hands_in_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MAX_ENTRIES", 2)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in "abc":
            archive.writestr(name, "1")
    with pytest.raises(UsageError, match="more than 2 files"):
        unpack_download(tmp_path / "a.zip", tmp_path / "out")


@pytest.mark.parametrize("encoding", ["cp437", "cp850"])
@pytest.mark.parametrize("name", ["Müller Jörg/a.ipynb", "Ñandú/a.ipynb", "Ann Lee/größe.ipynb"])
def test_western_names_of_a_windows_zip_become_no_chinese_ones(tmp_path, encoding, name):
    zip_with(tmp_path / "a.zip", [name.encode(encoding)])
    (found,) = listed(unpack_download(tmp_path / "a.zip", tmp_path / "out"))
    assert not re.search("[\u3000-\u9fff]", found)
    assert found == name or encoding == "cp850"


def test_names_of_two_programs_stay_as_they_were(tmp_path):
    names = ["张三/作业.ipynb".encode("gb18030"), "李四/作业.ipynb".encode()]
    zip_with(tmp_path / "a.zip", names)
    assert listed(unpack_download(tmp_path / "a.zip", tmp_path / "out")) == [
        "张三/作业.ipynb", "李四/作业.ipynb",
    ]  # fmt: skip
