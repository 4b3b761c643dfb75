"""What student code can't do in the sandbox, and that each layer holds when another is off."""

import os
import socket
import subprocess
import sys
import time

import pytest

from autograder.engines.local import LocalEngine
from autograder.errors import EngineError
from autograder.model import Limits, Status
from autograder.sandbox import confine, readable
from tests.running import assignment, grade, outcomes, test_file

NOTHING = assignment(q1=test_file("q1", "def case(x):\n    assert x"))
SECRET = "/etc/shadow"
# What the kernel answers to a call that goes to it directly, as an error of Python's.
CALL = (
    "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.{} == -1:\n    raise OSError(ctypes.get_errno(), 'refused')"
)
ATTEMPTS = {
    "read_a_file_of_the_instructor": f"open({SECRET!r}).read()",
    "list_the_repository": f"import os; os.listdir({os.getcwd()!r})",
    "write_outside_its_folder": "open('/tmp/escaped', 'w')",
    "list_shared_memory": "import os; os.listdir('/dev/shm')",
    "make_a_folder_in_shared_memory": "import os; os.mkdir('/dev/shm/escaped')",
    "link_shared_memory_elsewhere": "import os; os.symlink('/etc/passwd', '/dev/shm/escaped')",
    "bind_a_socket_in_shared_memory": "import socket; socket.socket(1).bind('/dev/shm/escaped')",
    "open_a_socket": "import socket; socket.socket()",
    "open_a_netlink_socket": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "open_a_socket_of_the_kernels_ciphers": "import socket; socket.socket(socket.AF_ALG, 5)",
    "bind_a_unix_socket_elsewhere": "import socket; socket.socket(1).bind('../escaped')",
    "trace_another_process": CALL.format("ptrace(16, 1, 0, 0)"),
    "make_a_namespace": CALL.format("unshare(0x10000000)"),
    "mount": CALL.format("mount(b'x', b'/tmp', b'tmpfs', 0, 0)"),
    "signal_the_worker": "import os; os.kill(os.getppid(), 9)",
    "signal_everybody": "import os; os.kill(1, 9)",
    "become_root_again": "import os; os.setuid(0)",
    "raise_its_limits": "import resource as r; r.setrlimit(r.RLIMIT_CPU, (9999, 9999))",
    "read_the_workers_environment": "import os; open(f'/proc/{os.getppid()}/environ').read()",
    "read_the_workers_memory": "import os; open(f'/proc/{os.getppid()}/mem', 'rb')",
    "import_the_scorer": "import autograder.scoring.walk",
    "use_shared_memory": CALL.format("shmget(1, 9, 0o1600)"),
    "add_a_key": CALL.format("syscall(248, b'user', b'x', b'y', 1, -3)"),
    "allocate_too_much": "x = bytearray(3 << 30)",
    "write_a_big_file": "open('big', 'wb').write(bytes(40 << 20)) == 40 << 20 or 1 / 0",
    "look_up_a_name": "import socket; socket.gethostbyname('example.org')",
}


# How an attempt ends that is refused; one that ends otherwise has shown nothing.
REFUSED = {
    "raise_its_limits": "ValueError: not allowed to raise maximum limit",
    "allocate_too_much": "MemoryError",
    "write_a_big_file": "OSError: [Errno 27]",
    "look_up_a_name": "gaierror",
}


def ends_refused(name: str, error: str | None) -> bool:
    return (error or "went through").startswith(REFUSED.get(name, "PermissionError"))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_student_code_cannot(engine, name):
    error = grade(engine, NOTHING, ATTEMPTS[name]).outputs[0].error
    assert ends_refused(name, error), f"{name}: {error}"


def test_every_submission_has_a_uid_and_a_folder_of_its_own(engine):
    if os.geteuid():
        pytest.fail("run the tests as root, so that uids can be dropped")
    cell = "import os\nprint(os.getuid(), os.getcwd(), oct(os.stat('.').st_mode))"
    seen = {grade(engine, NOTHING, cell).outputs[0].text for _ in range(3)}
    assert len(seen) == 3 and all("0o40700" in text and not text.startswith("0 ") for text in seen)


DETACHED = """
import os, sys, time, subprocess
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print(os.getuid())
"""


def test_nothing_outlives_the_submission(engine):
    gradation = grade(engine, NOTHING, DETACHED)
    uid = gradation.outputs[0].text.split()[-1]
    assert uid.isdigit(), gradation.outputs
    left = subprocess.run(["ps", "-U", uid, "-o", "pid="], capture_output=True, text=True).stdout
    assert not left.strip()


FORKS = {
    "a_copy_that_runs_on": "import os\nos.fork()",
    "several_copies": "import os\nfor _ in range(3):\n    os.fork()",
    "a_copy_of_multiprocessing": "import multiprocessing as m\nq = m.get_context('fork').Process"
                                 "(target=print)\nq.start()\nq.join()",
}  # fmt: skip


@pytest.mark.parametrize("name", FORKS)
def test_a_forked_copy_answers_nothing_and_costs_nothing(engine, name):
    gradation = grade(engine, NOTHING, FORKS[name], ("x = 1", "q1"), "y = 2")
    assert gradation.status is Status.COMPLETED and outcomes(gradation) == [True]


def test_the_folder_is_wiped_whatever_was_made_in_it(engine):
    cell = (
        "import os\nfor n in range(300):\n    os.mkdir('d'); os.chdir('d')\n"
        "open('f', 'w').write('x')\nos.chmod('.', 0)\nos.chdir('/')\nprint(os.environ['HOME'])"
    )
    home = grade(engine, NOTHING, cell).outputs[0].text.strip()
    assert home and not os.path.exists(home)


def test_modules_that_were_not_preloaded_can_be_imported(engine):
    cell = "import sys\nassert 'wave' not in sys.modules\nimport wave, sqlite3, xmlrpc.client"
    assert grade(engine, NOTHING, cell).outputs[0].error is None


def test_what_a_control_group_may_use_can_be_read_where_it_is_told(engine):
    cell = f"""
import os
names = {readable.GROUP_LIMITS!r}
lines = open("/proc/self/cgroup").read().splitlines()
told = [line.split(":", 2)[1:] for line in lines]
groups = [f"/sys/fs/cgroup/{{a}}{{b}}" for a, b in [("", ""), *told, *((a, "") for a, _ in told)]]
there = [f"{{g}}/{{n}}" for g in groups for n in names if os.path.exists(f"{{g}}/{{n}}")]
x = all(open(path).read() for path in there) and not os.path.exists("/sys/fs/cgroup/x")
try: os.listdir("/sys/fs/cgroup")
except PermissionError: x = x and True
"""
    graded = grade(engine, NOTHING, (cell, "q1"))
    assert outcomes(graded) == [True], graded.cells


def test_too_much_output_is_cut_with_a_verdict(engine):
    gradation = grade(engine, NOTHING, "print('x' * 10_000_000)", limits=Limits(output_kib=10))
    assert gradation.status is Status.OUTPUT_LIMIT
    assert len(gradation.outputs[0].text) <= 10 * 1024


@pytest.mark.parametrize("ignored", [(), ("SIGINT",), ("SIGINT", "SIGXCPU", "SIGTERM")])
def test_cpu_time_is_limited(engine, ignored):
    cell = "import signal\n" + "".join(
        f"signal.signal(signal.{name}, signal.SIG_IGN)\n" for name in ignored
    )
    gradation = grade(
        engine, NOTHING, cell + "while True: pass", limits=Limits(cpu_s=1, cell_s=20, wall_s=30)
    )
    assert gradation.status is Status.CPU_LIMIT and gradation.cpu_s < 8
    assert "CPU" in gradation.reason


def test_a_kill_of_its_own_is_not_put_down_to_the_cpu_time(engine):
    gradation = grade(engine, NOTHING, "import os\nos.kill(os.getpid(), 9)")
    assert gradation.status is Status.MEMORY_LIMIT


def test_too_many_files_end_the_run_with_a_verdict(engine):
    cell = (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "for n in range(10):\n    open(f'f{n}', 'wb').write(bytes(1 << 20))\ntime.sleep(20)"
    )
    gradation = grade(engine, NOTHING, cell, limits=Limits(disk_mib=4, cell_s=10, wall_s=30))
    assert gradation.status is Status.DISK_LIMIT


def test_processes_are_limited(engine):
    cell = (
        "import os, time\nmade = 0\ntry:\n    while made < 500:\n"
        "        if os.fork() == 0:\n            time.sleep(60)\n            os._exit(0)\n"
        "        made += 1\nexcept OSError:\n    pass\nprint(made)"
    )
    gradation = grade(engine, NOTHING, cell, limits=Limits(processes=20, cell_s=10, wall_s=30))
    assert int(gradation.outputs[0].text) < 20


LAYERS = {
    # layer off -> attempts that another layer must still stop
    "own_uid": ["write_outside_its_folder", "open_a_socket", "list_the_repository",
                "read_the_workers_memory", "signal_the_worker"],
    "landlock": ["read_a_file_of_the_instructor", "signal_the_worker", "become_root_again",
                 "open_a_socket", "read_the_workers_environment"],
    "seccomp": ["read_a_file_of_the_instructor", "trace_another_process", "mount",
                "write_outside_its_folder", "signal_everybody"],
    "rlimits": ["open_a_socket", "write_outside_its_folder", "become_root_again"],
}  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
def test_with_one_layer_off_the_next_still_holds(layer):
    with LocalEngine(layers_off=(layer,)) as engine:
        assert not engine.layers.get(layer, engine.layers.get(f"{layer}_abi"))
        for name in LAYERS[layer]:
            error = grade(engine, NOTHING, ATTEMPTS[name]).outputs[0].error
            assert ends_refused(name, error), f"{name} without {layer}: {error}"


def test_without_seccomp_landlock_lets_nobody_connect():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        cell = f"import socket; socket.create_connection({address!r}, 5)"
        with LocalEngine(layers_off=("seccomp",)) as engine:
            error = grade(engine, NOTHING, cell).outputs[0].error
        assert error and error.startswith("PermissionError"), error
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_without_libseccomp_nothing_is_graded(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(EngineError, match="libseccomp is missing .* ENGINE=docker"):
        confine.Confinement()


def test_a_worker_ends_with_its_scorer_and_leaves_nothing():
    engine = LocalEngine().__enter__()
    pid, home = engine.process.pid, engine.home
    grade(engine, NOTHING, "x = 1")
    engine.close()
    time.sleep(0.1)
    assert not os.path.exists(f"/proc/{pid}") and not os.path.exists(home)


def test_a_worker_whose_scorer_was_killed_while_it_warmed_up_ends_in_silence(tmp_path):
    ours, theirs = socket.socketpair()
    worker = subprocess.Popen(
        [sys.executable, "-m", "autograder.sandbox.worker", "--fd", str(theirs.fileno()),
         "--root", str(tmp_path)],
        pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    theirs.close()
    ours.close()
    _, said = worker.communicate(timeout=240)
    assert worker.returncode == 0 and "Traceback" not in said


def without(monkeypatch, landlock: int, euid: int) -> None:
    monkeypatch.setattr("autograder.sandbox.landlock.abi_of", lambda libc: landlock)
    monkeypatch.setattr(confine.os, "geteuid", lambda: euid)
    monkeypatch.setattr(confine.needs, "check_own_uid", lambda: None)
    monkeypatch.setattr(confine.sockets, "_leave_network", lambda: True)  # the suite stays in it


def test_without_a_uid_of_its_own_and_without_landlock_nothing_is_graded(monkeypatch):
    without(monkeypatch, landlock=0, euid=1000)
    with pytest.raises(EngineError, match="neither Landlock .* nor root .* ENGINE=docker"):
        confine.Confinement()


def test_without_landlock_and_with_readable_tests_nothing_is_graded(monkeypatch):
    without(monkeypatch, landlock=0, euid=0)
    with pytest.raises(EngineError, match="no Landlock, and lets no folder be hidden"):
        confine.Confinement(hidden=False)
    assert confine.Confinement(hidden=True).describe()["landlock_abi"] == 0


def test_where_a_layer_is_missing_the_engine_does_not_start(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOGRADER_UIDS", "1-2")
    with pytest.raises(EngineError, match="AUTOGRADER_UIDS=1-2"), LocalEngine():
        pass
