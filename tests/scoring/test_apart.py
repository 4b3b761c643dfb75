"""What a test of another course does to its process: the next submission finds nothing of it."""

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from autograder.engines.choice import EngineChoice
from autograder.model import Limits, Provenance, Status
from autograder.scoring.assignment import load_assignment
from autograder.scoring.supervision import Supervisor
from autograder.scoring.task import Task, as_it_is
from tests.running import outcomes, test_file
from tests.scoring.test_boundary import notebook

HARMS = {
    "variables": "os.environ['EVIL'] = '1'; os.environ.pop('PATH', None)",
    "folder": "os.chdir('/')",
    "umask": "os.umask(0o777)",
    "file-changed": "open('data.csv', 'w').write('changed')",
    "file-changed-by-a-name": "np.savetxt('data' + '.csv', [1])",
    "file-removed": "name = 'data' + '.csv'; os.remove(name)",
    "file-added": "np.savetxt('evil', [1])",
    "folder-replaced": "here = os.getcwd(); os.rename(here, here + '-gone')",
    "helper-changed": "open('helper.py', 'w').write('def h(): return 666')",
    "path": "sys.path.insert(0, '/evil')",
    "module-hidden": "sys.modules['json'] = None",
    "numpy-errors": "np.seterr(all='raise')",
    "numpy-printing": "np.set_printoptions(precision=1)",
    "numpy-patched": "np.isclose = lambda *a, **k: True",
    "json-patched": "import json; json.dumps = lambda *a, **k: 1 / 0",
    "builtins-patched": "import builtins; builtins.sorted = lambda *a, **k: [666]",
    "import-patched": "import builtins; builtins.__import__ = None",
    "clock-patched": "import time; time.monotonic = lambda: 0.0",
    "pictures": "import matplotlib.pyplot as p; p.rcParams['font.size'] = 77; p.figure()",
    "decimal": "import decimal; decimal.getcontext().prec = 2",
    "recursion": "sys.setrecursionlimit(200)",
    "collector": "import gc; gc.disable()",
    "torch": "import torch; torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False)",
    "streams": "sys.stdout = sys.stderr = None; [os.close(n) for n in (0, 1, 2)]",
    "trace": "sys.settrace(lambda *a: 1 / 0)",
    "signals": "signal.signal(signal.SIGALRM, signal.SIG_IGN)",
    "signals-blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))",
    "thread": "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
    "process": "os.fork() or (time.sleep(60), os._exit(0))",
    "limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "user": "os.getuid() or os.setuid(65534)",
    "priority": "os.nice(1)",
}
PROBE = """def probe(v):
    import decimal, gc, helper, json, os, random, signal, sys, tempfile, threading
    import matplotlib.pyplot as plt, numpy as np, torch
    mask = os.umask(0)
    os.umask(mask)
    wrong = [what for what, ok in {
        "variables": 'EVIL' not in os.environ and 'PATH' in os.environ,
        "data": open('data.csv').read() == 'a,b\\n1,2\\n',
        "helper": helper.h() == 1,
        "files": {n for n in os.listdir('.') if n[0] not in '._'} == {'data.csv', 'helper.py'},
        "umask": mask != 0o777,
        "path": '/evil' not in sys.path,
        "numpy": np.geterr()['divide'] == 'warn' and np.get_printoptions()['precision'] == 8,
        "patches": not np.isclose(1, 2) and sorted([2, 1]) == [1, 2] and json.dumps(1) == '1',
        "pictures": plt.rcParams['font.size'] != 77 and not plt.get_fignums(),
        "decimal": decimal.getcontext().prec == 28,
        "python": sys.getrecursionlimit() > 500 and gc.isenabled() and sys.gettrace() is None,
        "torch": torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled(),
        "threads": threading.active_count() == 1,
        "signals": signal.pthread_sigmask(signal.SIG_BLOCK, []) == set(),
        "temporary": os.path.isdir(tempfile.gettempdir()),
        "user": os.nice(0) == 0 and (os.getuid(), os.getpid() > 1) == (os.geteuid(), True),
    }.items() if not ok]
    assert not wrong, wrong
"""


def course(folder: Path, harms: dict[str, str]):
    """Return an assignment whose first question does to its process what the answer names."""
    chosen = "".join(f"    if v == {name!r}:\n        {body}\n" for name, body in harms.items())
    harm = f"def harm(v):\n    import os, signal, sys, time\n    import numpy as np\n{chosen}"
    path = folder / "lab.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"show_hidden": True}))
        archive.writestr("tests/q1.py", test_file("q1", harm, "def after(v):\n    assert v"))
        archive.writestr("tests/q2.py", test_file("q2", PROBE))
        archive.writestr("files/data.csv", "a,b\n1,2\n")
        archive.writestr("files/helper.py", "def h(): return 1\n")
    return load_assignment(path)


@pytest.fixture
def graded(tmp_path):
    """Return a function that grades notebooks one after the other with one scorer."""
    supervisors = []

    def grade(assignment, *answers: str):
        limits = Limits(cell_s=5, wall_s=30)
        supervisor = Supervisor(
            Task(assignment, limits, Provenance(), as_it_is), EngineChoice("local")
        )
        supervisors.append(supervisor)
        found = []
        for number, answer in enumerate(answers):
            job = notebook(tmp_path, f"n{number}", (f"v = {answer!r}", "q1"), ("pass", "q2"))
            found.append(supervisor.outcome(job))
        return found

    yield grade
    for supervisor in supervisors:
        supervisor.close()


def test_the_next_submission_finds_nothing_of_what_a_test_did(graded, tmp_path):
    answers = ["none", *(one for name in HARMS for one in (name, "none"))]
    found = dict(zip(["first", *HARMS], graded(course(tmp_path, HARMS), *answers)[::2]))
    for name, gradation in found.items():
        said = name, gradation.reason, [c.message for q in gradation.questions for c in q.cases]
        assert gradation.status is Status.COMPLETED and all(outcomes(gradation)), said


ENDS = {
    "crashes": "import ctypes; ctypes.string_at(0)",
    "closes-all": "os.closerange(3, 400)",
}


def test_a_test_that_breaks_its_process_costs_the_submission_that_it_breaks_for(graded, tmp_path):
    first, *broken, last = graded(course(tmp_path, ENDS), "none", *ENDS, "none")
    assert all(outcomes(first)) and all(outcomes(last))
    for gradation in broken:
        assert gradation.status is Status.NOT_GRADED
        assert "the process of its tests ended by itself" in gradation.reason
        assert "at question q1" in gradation.reason


KILLS = ("os._exit(0)", "os.kill(os.getpid(), 9)", "ctypes.string_at(0)", "os.abort()")


def test_a_file_that_ends_the_process_that_reads_it_costs_its_question_alone(graded, tmp_path):
    path = tmp_path / "lab.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"show_hidden": True}))
        for number, kill in enumerate(KILLS):
            source = f"import ctypes, os\n{kill}\n" + test_file("q1", "def case(v): pass")
            archive.writestr(f"tests/kills{number}.py", source)
        archive.writestr("tests/q1.py", test_file("q1", "def case(v):\n    assert v == 'right'"))
    for gradation in graded(load_assignment(path), "right", "right"):
        points = {one.name: (one.score, one.possible) for one in gradation.questions}
        assert gradation.status is Status.COMPLETED and points.pop("q1") == (1, 1)
        assert points == dict.fromkeys([f"kills{n}" for n in range(len(KILLS))], (0, 0))
        for number, said in enumerate(gradation.unread_tests):
            assert said.startswith(f"tests/kills{number}.py cannot be read (it ends the grader")
        assert gradation.unread_tests == gradation.notes and len(gradation.notes) == len(KILLS)


def test_a_test_that_never_comes_back_from_c_costs_its_submission_alone(
    graded, tmp_path, monkeypatch
):
    monkeypatch.setattr("autograder.scoring.apart.LATER_S", -26.0)
    begun = time.monotonic()
    hangs = {"hangs": "sum(iter(int, 1))", "collides": "{n * (2**61 - 1): n for n in range(10**6)}"}
    first, *ended, last = graded(course(tmp_path, hangs), "none", *hangs, "none")
    assert all(outcomes(first)) and all(outcomes(last))
    assert [one.status for one in ended] == [Status.TIMEOUT] * 2
    assert "did not come back" in ended[0].reason and "question q1" in ended[0].reason
    assert time.monotonic() - begun < 60


def test_nothing_is_left_of_a_tests_temporary_files(graded, tmp_path, monkeypatch):
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    litter = {"litter": "import tempfile; open(tempfile.mkdtemp() + '/x', 'w').write('x')"}
    assert all(outcomes(graded(course(tmp_path, litter), "litter")[0]))
    assert not [name for name in os.listdir(place) if name.startswith(("tests-", "written-"))]
