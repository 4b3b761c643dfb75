"""The kernel's own calls, by number: none that gives power over others is answered.

Numbers are those of x86-64. Each call is made in a process of its own, since one that is not known
may end it. It has to be refused before the kernel looks at what it is given.
"""

import errno
import platform

import pytest

from tests.running import assignment, grade, test_file

NOTHING = assignment(q1=test_file("q1", "def case(x):\n    assert x"))
REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS}

# parent: the worker's process id; place: some memory of the caller's.
CALLS = {
    "ptrace": "101, 16, parent, 0, 0", "ptrace, seized": "101, 0x4206, parent, 0, 0",
    "process_vm_readv": "310, parent, place, 1, place, 1, 0",
    "process_vm_writev": "311, parent, place, 1, place, 1, 0",
    "pidfd_open": "434, parent, 0", "kcmp": "312, me, parent, 0, 0, 0",
    "kill": "62, parent, 0", "tgkill": "234, parent, parent, 0", "kill 1": "62, 1, 0",
    "rt_sigqueueinfo": "129, parent, 0, place", "prlimit": "302, parent, 7, 0, place",
    "setpriority": "141, 0, parent, 19", "ioprio_set": "251, 1, parent, 0x6007",
    "sched_setaffinity": "203, parent, 8, place", "move_pages": "279, parent, 0, 0, 0, 0, 0",
    "migrate_pages": "256, parent, 8, place, place", "setpgid": "109, 0, group",
    "perf_event_open": "298, place, 0, -1, -1, 0", "bpf": "321, 0, place, 72",
    "userfaultfd": "323, 1", "io_uring_setup": "425, 8, place",
    "unshare, user": "272, 0x10000000", "unshare, mount": "272, 0x20000",
    "unshare, network": "272, 0x40000000", "setns": "308, 0, 0", "clone3": "435, place, 88",
    "clone, user": "56, 0x10000011, 0, 0, 0, 0",
    "mount": "165, place, place, place, 0, 0", "umount2": "166, place, 2",
    "pivot_root": "155, place, place", "chroot": "161, place", "fsopen": "430, place, 0",
    "open_tree": "428, -100, place, 1", "move_mount": "429, -100, place, -100, place, 0",
    "mount_setattr": "442, -100, place, 0, place, 32", "fspick": "433, -100, place, 0",
    "add_key": "248, place, place, place, 1, -3", "request_key": "249, place, place, 0, -3",
    "keyctl": "250, 1, place", "name_to_handle_at": "303, -100, place, place, place, 0",
    "open_by_handle_at": "304, 0, place, 0", "fanotify_init": "300, 0, 0",
    "quotactl": "179, 0x80000700, 0, 0, place", "swapon": "167, place, 0", "reboot": "169, 0, 0",
    "init_module": "175, place, 10, place", "kexec_load": "246, 0, 0, 0, 0", "acct": "163, 0",
    "syslog": "103, 3, place, 4000", "sethostname": "170, place, 6",
    "settimeofday": "164, place, 0", "clock_settime": "227, 0, place", "iopl": "172, 3",
    "ioperm": "173, 0x60, 1, 1", "personality": "135, 0x0400000", "memfd_secret": "447, 0",
    "setuid": "105, 0", "setresuid": "117, 0, 0, 0", "setgroups": "116, 1, place",
    "mknod": "133, place, 0o20666, 0x101", "vhangup": "153",
    "prctl, dumpable": "157, 4, 1", "shmget": "29, 77, 4096, 0o1666",
    "semget": "64, 77, 1, 0o1666", "msgget": "68, 77, 0o1666",
    "mq_open": "240, place, 66, 0o666, 0",
    **{f"socket of family {family}": f"41, {family}, {kind}, 0"
       for family, kind in ((2, 1), (2, 2), (2, 3), (10, 1), (15, 3), (16, 3), (17, 3), (21, 5),
                            (29, 3), (30, 2), (31, 1), (38, 5), (40, 1), (42, 2), (43, 1), (44, 3),
                            (45, 2))},
}  # fmt: skip
CELL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(b"forged" + bytes(4096))
me, parent, place = os.getpid(), os.getppid(), ctypes.addressof(buffer)
group = os.getpgid(parent)
reader, writer = os.pipe()
for number, *args in calls:
    if not os.fork():
        got = libc.syscall(*map(ctypes.c_long, (number, *args)))
        os.write(writer, str(ctypes.get_errno() if got == -1 else 0).encode())
        os._exit(0)
    ended = os.wait()[1]
    print(f"ended {ended}" if ended else os.read(reader, 9).decode())
"""
# By int 0x80 and with the bit of x32 a call has another number, which a filter has to know.
OTHERS = """
import ctypes, mmap, os
m = mmap.mmap(-1, 4096, prot=7)
m.write(bytes.fromhex("534889f84889f34889d14889cacd805bc3"))
call = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_long] * 3)(
    ctypes.addressof(ctypes.c_char.from_buffer(m)))
x32 = lambda number: ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + number))
for ask in (lambda: call(20, 0, 0), lambda: call(26, 16, os.getppid()), lambda: x32(39)):
    if not os.fork():
        ask()
        os._exit(0)
    print(os.wait()[1] != 0)
"""
only_here = pytest.mark.skipif(platform.machine() != "x86_64", reason="other numbers")


@only_here
def test_no_call_that_gives_power_over_others_is_answered(engine):
    table = ", ".join(f"({call},)" for call in CALLS.values())
    cell = f"calls = lambda me, parent, group, place: [{table}]" + CELL.replace(
        "in calls:", "in calls(me, parent, group, place):"
    )
    said = grade(engine, NOTHING, cell).outputs[0].text.split("\n")
    answers = dict(zip(CALLS, said, strict=False))
    assert len(said) >= len(CALLS)
    refused = {str(number) for number in REFUSED}
    assert not {name: answer for name, answer in answers.items() if answer not in refused}


@only_here
def test_calls_of_another_architecture_end_whoever_makes_them(engine):
    output = grade(engine, NOTHING, OTHERS).outputs[0]
    assert output.text.split() == ["True"] * 3, output
