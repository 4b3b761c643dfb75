"""What a test's function reaches when student code calls it: no file or host but the test's own.

``open`` or ``pd.read_csv`` that a test hands over runs beside the tests, with whatever path student
code gives it. Then a path leads to where the test works, or is one that the test itself holds;
what is part of Python and of installed packages may be read, since libraries do so by themselves.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from autograder.scoring.interpreters import PACKAGES, PYTHONS

NOT_REACHED = (
    "{}: a function of the test's that student code calls reaches nothing outside of the folder "
    "that the test works in ‖ 学生代码调用测试的函数时，该函数不会触及测试工作文件夹以外的内容：{}"
)
OF_THE_GRADER = (
    "a test opens no channel of the grader's, whose number an answer may be ‖ "
    "测试不会打开评分程序自己的通道：学生的答案可能正是它的编号"
)
READ = frozenset({
    "open", "os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "glob.glob/2",
    "pathlib.Path.glob", "pathlib.Path.rglob", "ctypes.dlopen",
})  # fmt: skip
CHANGED = frozenset({
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr", "os.chdir",
    "shutil.rmtree", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.make_archive",
    "shutil.unpack_archive", "shutil.chown",
})  # fmt: skip
OUTSIDE = frozenset({
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request",
})  # fmt: skip
REACHING = READ | CHANGED | OUTSIDE
TWO_PATHS = frozenset({
    "os.rename", "os.link", "os.symlink", "shutil.copyfile", "shutil.copytree", "shutil.move",
})  # fmt: skip
LOOKED_AT = frozenset({  # by libraries, for themselves
    "/dev/null", "/dev/urandom", "/dev/random", "/etc/localtime", "/etc/mime.types",
    "/etc/os-release", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
})  # fmt: skip
LIBRARIES = (*PYTHONS, "/usr/share/", "/usr/lib/", "/sys/")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOST = 200


def refusal(
    event: str, args: tuple[Any, ...], held: Iterable[str], is_inside: Callable[[str], bool]
) -> str:
    """Return why something is not reached, "" where it is.

    Args:
        held: texts that the test case itself holds.
        is_inside: tells whether a path leads to where the test works.
    """
    if event in OUTSIDE:
        return NOT_REACHED.format(event, event)
    texts = {*held}
    for told in args[: 2 if event in TWO_PATHS else 1]:
        if not isinstance(told, (str, bytes, os.PathLike)):
            continue  # a descriptor that is open, or none
        path = os.fsdecode(told)
        if path in texts or is_inside(path):
            continue
        if _is_read(event, args) and (_is_librarys(path) or is_inside(os.path.join(path, "one"))):
            continue  # a folder may be listed where all that is in it may be read
        shown = path[:MOST]
        return NOT_REACHED.format(shown, shown)
    return ""


def _is_read(event: str, args: tuple[Any, ...]) -> bool:
    flags = args[2] if event == "open" and len(args) > 2 else 0
    return event in READ and not (isinstance(flags, int) and flags & WRITING)


def _is_librarys(path: str) -> bool:
    real = os.path.realpath(path)
    return (
        real in LOOKED_AT or real.startswith(LIBRARIES) or any(place in real for place in PACKAGES)
    )
