"""Files that a notebook wrote, where tests read them."""

import os

import pytest

from autograder.errors import EvidenceError
from autograder.scoring.assignment import Assignment
from autograder.scoring.written import READS, laid
from tests.running import grade, messages, ok_file, outcomes

CELL = """
import os, pickle
open("out.txt", "w").write("42")
open("helper.py", "w").write("raise SystemExit")
os.makedirs("sub/deep", exist_ok=True)
open("sub/deep/more.bin", "wb").write(bytes(3))
class Evil:
    def __reduce__(self): return (os.system, ("touch /tmp/reached",))
pickle.dump(Evil(), open("model.bin", "wb"))
pickle.dump([1, 2], open("plain.bin", "wb"))
os.symlink("/etc/hostname", "link.txt")
open("data.txt", "w").write("spoilt")
"""
CASES = [
    (">>> open('out.txt').read()\n'42'", True),
    (">>> import os\n>>> sorted(os.listdir('.'))[0] != 'helper.py' and os.path.exists('helper.py')"
     "\nFalse", True),
    (">>> open('sub/deep/more.bin', 'rb').read()\nb'\\x00\\x00\\x00'", True),
    (">>> import pickle\n>>> pickle.load(open('model.bin', 'rb'))\n0", False),
    (">>> import pickle\n>>> pickle.load(open('plain.bin', 'rb'))\n[1, 2]", True),
    (">>> import os\n>>> os.path.exists('link.txt')\nFalse", True),
    (">>> open('data.txt').read()\n'as it is'", True),
]  # fmt: skip


def test_tests_read_what_the_notebook_wrote_and_run_nothing_of_it(engine, tmp_path):
    sources = {"q1": ok_file(*[code for code, _ in CASES])}
    files = {"data.txt": b"as it is"}
    found = grade(
        engine, Assignment("demo", "d", {}, sources, {}, files, is_foreign=True), (CELL, "q1")
    )
    assert outcomes(found) == [passes for _, passes in CASES], messages(found)
    assert not os.path.exists("/tmp/reached")


def test_the_next_submission_finds_nothing_of_it(engine):
    sources = {"q1": ok_file(">>> open('out.txt').read()\n'42'")}
    assignment = Assignment("demo", "d", {}, sources, {}, {"data.txt": b""}, is_foreign=True)
    assert outcomes(grade(engine, assignment, (CELL, "q1"))) == [True]
    assert outcomes(grade(engine, assignment, ("x = 1", "q1"))) == [False]


@pytest.mark.parametrize("found", [
    None, [["a"]], [["../a", b""]], [["/etc/a", b""]], [["a/../../b", b""]], [["", b""]],
    [["a", "text"]], [[b"a", b""]], [["a\0b", b""]], [["a", b""]] * 501,
])  # fmt: skip
def test_malformed_files_are_refused(found):
    with pytest.raises(EvidenceError), laid(found, []):
        pass


@pytest.mark.parametrize("text, reads", [
    ("open('a')", True), ("pd.read_csv('a')", True), ("np.loadtxt('a')", True),
    ("assert x == 1", False), ("os.path.exists('a')", True),
])  # fmt: skip
def test_only_tests_that_read_files_are_given_them(text, reads):
    assert bool(READS.search(text)) is reads
