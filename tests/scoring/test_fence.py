"""A test of another course that opens a path of a student's choice reaches nothing of others.

Whatever library opens it, in Python or below; and what honest tests read and write is there.
"""

import json
import os
import pickle
import struct
import zipfile

import pytest

from autograder.engines.choice import EngineChoice
from autograder.model import Limits, Provenance, Status
from autograder.sandbox.landlock import Landlock
from autograder.scoring.assignment import load_assignment
from autograder.scoring.supervision import Supervisor
from autograder.scoring.task import Task, as_it_is
from tests.running import outcomes, test_file
from tests.scoring.test_boundary import notebook

pytestmark = pytest.mark.skipif(not Landlock().abi, reason="this kernel has no Landlock")
SECRET = "the-instructors-own-words"
IMPORTS = (
    "import ctypes, fileinput, glob, io, linecache, mmap, os, pathlib, shutil, urllib.request\n"
    "    import matplotlib.image, matplotlib.pyplot as plt, numpy as np, pandas as pd, torch\n    "
)
READS = (
    "open(path).read()",
    "pathlib.Path(path).read_text()",
    "linecache.getline(path, 1)",
    "''.join(fileinput.input(path))",
    "urllib.request.urlopen('file://' + path).read()",
    "open(shutil.copy(path, 'mine.txt')).read()",
    "pd.read_csv(path, header=None).to_string()",
    "np.loadtxt(path, dtype=str)",
    "np.fromfile(path, 'u1').tobytes()",
    "bytes(np.memmap(path, mode='r'))",
    "torch.from_file(path, size=5, dtype=torch.uint8).tolist()",
    "os.listdir(os.path.dirname(path))",
    "glob.glob(os.path.dirname(path) + '/*')",
    "(os.symlink(path, 'linked'), open('linked').read())",
    "(os.link(path, 'linked'), open('linked').read())",
    "ctypes.CDLL(None).open(path.encode(), 0) >= 0",
)
WRITES = (
    "open(path, 'a').write('x')",
    "open(path + 'x', 'w')",
    "np.save(path + 'x', 1)",
    "torch.save(torch.ones(2), path)",
    "torch.save(torch.ones(2), path + 'x')",
    "pd.DataFrame({'a': [1]}).to_csv(path)",
    "plt.figure().savefig(path + 'x.png')",
    "os.remove(path)",
    "os.rename(path, path + 'x')",
    "shutil.move(path, 'mine.txt')",
    "os.mkdir(path + 'x')",
    "os.truncate(path, 0)",
    "shutil.rmtree(os.path.dirname(path))",
)
LOCKS = (
    "import multiprocessing as m\n    q = m.get_context('fork').SimpleQueue()\n"
    "    p = m.get_context('fork').Process(target=q.put, args=(5,))\n"
    "    p.start(); p.join(); assert q.get() == 5"
)
HONEST = (
    "open('own.txt', 'w').write('1'); assert open('own.txt').read() == '1'",
    "import pandas as pd\n    assert pd.read_csv('data.csv').a.sum() == 1",
    "import pandas as pd\n    pd.DataFrame({'a': [1]}).to_csv('t.csv'); pd.read_csv('t.csv')",
    "import tempfile\n    with tempfile.NamedTemporaryFile('w') as f: f.write('x')",
    "import tempfile, os\n    with tempfile.TemporaryDirectory() as d: os.mkdir(d + '/x')",
    "import os\n    os.mkdir('d'); open('d/a', 'w').close(); os.rename('d/a', 'b'); os.remove('b')",
    "import matplotlib.pyplot as plt\n    plt.title('a'); plt.savefig('p.png'); plt.close('all')",
    "import sqlite3\n    sqlite3.connect('d.db').execute('create table t(a)')",
    "import torch\n    torch.save(torch.ones(2), 't.pt'); assert torch.load('t.pt').sum() == 2",
    "import zoneinfo\n    assert zoneinfo.ZoneInfo('Asia/Shanghai')",
    "import subprocess, sys\n    subprocess.run([sys.executable, '-c', 'import json'], check=True)",
    "import os\n    assert os.path.expanduser('~') and os.cpu_count() and os.getloadavg()",
    "import wave, colorsys, scipy.interpolate",
    "import platform, socket\n    assert platform.platform() and socket.gethostbyname('localhost')",
    "import random, secrets, uuid\n    assert secrets.token_bytes(2) and uuid.uuid4()",
    LOCKS,
)


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Return a function that grades one notebook by test bodies of ``path`` and ``data``."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    supervisors = []

    def grade(cell, bodies):
        zipped = tmp_path / "lab.zip"
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"show_hidden": True}))
            cases = [f"def case{n}(path, data):\n    {body}" for n, body in enumerate(bodies)]
            archive.writestr("tests/q1.py", test_file("q1", *cases))
            archive.writestr("files/data.csv", "a\n1\n")
        task = Task(load_assignment(zipped), Limits(), Provenance(), as_it_is)
        supervisors.append(Supervisor(task, EngineChoice("local")))
        return supervisors[-1].outcome(notebook(tmp_path, "n", (cell, "q1")))

    yield grade
    for supervisor in supervisors:
        supervisor.close()


def test_nothing_of_others_is_read_or_changed(graded, tmp_path):
    secret = tmp_path / "marks" / "marks.txt"
    secret.parent.mkdir()
    secret.write_text(SECRET)
    catching = "\n    except Exception: pass\n    assert False, "
    bodies = [f"{IMPORTS}found = {one}\n    assert False, str(found)" for one in READS]
    bodies += [f"{IMPORTS}try: {one}{catching}''" for one in WRITES]
    gradation = graded(f"path, data = {str(secret)!r}, 0", bodies)
    for use, case in zip((*READS, *WRITES), gradation.questions[0].cases, strict=True):
        told = case.message
        assert SECRET not in told and "[116, 104" not in told and "marks.txt']" not in told, use
        assert not case.passed and "True" not in told, use
    assert secret.read_text() == SECRET and os.listdir(secret.parent) == [secret.name]
    assert gradation.status is Status.COMPLETED


def test_honest_tests_read_and_write_what_they_did(graded):
    gradation = graded("path = data = 0", HONEST)
    failed = [
        (use, case.message) for use, case in zip(HONEST, gradation.questions[0].cases, strict=True)
        if not case.passed
    ]  # fmt: skip
    assert not failed and len(outcomes(gradation)) == len(HONEST), failed


def test_a_file_that_the_test_names_itself_is_read(graded, tmp_path):
    (named := tmp_path / "shared.csv").write_text("1")
    (other := tmp_path / "other.csv").write_text("2")
    body = f"assert open({str(named)!r}).read() == '1'\n    open({str(named)!r}, 'a').write('x')"
    gradation = graded(f"path, data = {str(other)!r}, 0", [body, "open(path)"])
    assert outcomes(gradation) == [False, False] and named.read_text() == "1"
    assert all("PermissionError" in one.message for one in gradation.questions[0].cases)


class Evil:
    """What a pickle makes a folder of."""

    def __init__(self, path: str):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_number_of_a_students_opens_no_channel_of_the_graders(graded, tmp_path):
    made = tmp_path / "made"
    data = pickle.dumps(Evil(str(made)))
    framed = struct.pack("!i", len(data)) + data
    body = (
        "for n in path:\n        try:\n            with open(n, 'wb', closefd=False) as f:\n"
        "                f.write(data)\n        except (OSError, AssertionError): pass"
    )
    gradation = graded(f"path, data = range(3, 1000), {framed!r}", [body])
    assert not made.exists() and gradation.status is Status.COMPLETED
    assert outcomes(gradation) == [False] and "channel" in gradation.questions[0].cases[0].message


def test_what_a_test_writes_into_the_channel_is_not_taken_for_an_answer(monkeypatch, tmp_path):
    from autograder.errors import SandboxError
    from autograder.scoring import apart
    from tests.running import assignment

    made, channel = tmp_path / "made", []

    def score():
        data = pickle.dumps(Evil(str(made)))
        os.write(channel[0], struct.pack("!i", len(data)) + data)
        apart.leave(0)

    tests = assignment(q1=test_file("q1", "def case(a): pass"))
    with pytest.raises(SandboxError, match="not by its own word"):
        apart.score_apart(score, None, tests, 5.0, lambda number, place: channel.append(number))
    assert not made.exists()
