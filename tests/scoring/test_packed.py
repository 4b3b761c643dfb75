"""What is packed in a notebook's file: as its readers find it, whatever it is made of."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from autograder.scoring import packed
from autograder.scoring.packed import is_bounded

COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
            "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE)}  # fmt: skip


def zipped(name, size=1):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return file.getvalue()


def tarred(name, size=1):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = size
        archive.addfile(member, io.BytesIO(bytes(size)))
    return file.getvalue()


@pytest.fixture(autouse=True)
def little_room(monkeypatch):
    monkeypatch.setattr(packed, "MAX_UNPACKED", 50_000)


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("before", [b"", b"#! anything\n"])
def test_an_archive_is_bounded_and_holds_nothing_to_run(pack, before):
    before = before if pack is zipped else b""  # a tar begins where its file begins
    assert is_bounded(before + pack("a.csv"))
    assert not is_bounded(before + pack("in/a.py"))
    assert not is_bounded(before + pack("a.csv", 60_000))


def linked(name, kind=tarfile.SYMTYPE):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc"
        archive.addfile(member)
    return file.getvalue()


OUT = [
    *(pack(name) for pack in (zipped, tarred) for name in ("/tmp/a", "../a", "b/../../a", "..")),
    zipped("..\\a"),
    *(linked("a", kind) for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE,
                                     tarfile.CHRTYPE)),
]  # fmt: skip


@pytest.mark.parametrize("archive", OUT)
def test_an_archive_that_leads_out_of_its_folder_is_none_for_a_test(archive):
    assert not is_bounded(archive)
    assert not any(is_bounded(compress(archive)) for compress in COMPRESS.values())


@pytest.mark.parametrize("first", [tarred("/tmp/a"), gzip.compress(tarred("/tmp/a"))])
def test_what_is_two_archives_at_once_is_looked_into_as_both(first):
    assert not is_bounded(first + zipped("a.csv"))


def test_what_stands_before_the_damage_counts():
    packed_well = gzip.compress(tarred("/tmp/a"))
    assert not is_bounded(packed_well[:-8] + bytes(8))  # a wrong checksum is met at the end alone
    extended = io.BytesIO()
    with tarfile.open(fileobj=extended, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("/tmp/a"))
        archive.addfile(tarfile.TarInfo("é" * 200))
    cut = extended.getvalue().rstrip(b"\0")
    assert not is_bounded(cut[:1600])


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_compressed_file_is_bounded_to_its_last_part(kind):
    compress = COMPRESS[kind]
    assert is_bounded(compress(b"text")) and is_bounded(compress(tarred("a.csv")))
    assert not is_bounded(compress(bytes(60_000)))
    assert not is_bounded(compress(tarred("a.py")))
    assert not is_bounded(compress(bytes(1000))[:-6])
    if kind != "lzma":  # which has one part
        assert is_bounded(compress(b"text") + compress(b"more"))
        assert not is_bounded(compress(b"text") + compress(bytes(60_000)))


@pytest.mark.parametrize("data", [b"", b"text", bytes(2000), b"PK\3\4 not so", b"\x1f\x8bnot so"])
def test_what_is_no_archive_is_the_tests_to_read(data):
    assert is_bounded(data)
