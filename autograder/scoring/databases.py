"""SQL may be a student's answer: what a test's connection opens and attaches lies where it works.

``ATTACH`` and ``VACUUM INTO`` in an answer would read and write any database of the machine's, the
gradebook too. SQLite asks for each; Python tells an audit hook of each connection.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

NOT_OPENED = (
    "a test opens no database outside of its folder and the temporary one ‖ "
    "测试不会打开自己的文件夹和临时文件夹以外的数据库"
)
MADE = "sqlite3.connect/handle"
OPENED = frozenset({"sqlite3.connect", MADE})
ATTACH, DENY, OK = 24, 1, 0  # of SQLite; the module names them from Python 3.11 on
_connect = sqlite3.connect
_under_way = threading.local()


def refusal(event: str, args: tuple[Any, ...], is_inside: Callable[[str], bool]) -> str:
    """Return why a connection is not made, "" where it is.

    Args:
        args: the name of its database, or the connection.
        is_inside: tells whether a path is one where a test works.
    """
    if event == MADE:  # one that is made otherwise cannot be asked what it attaches
        return "" if getattr(_under_way, "kept", False) else NOT_OPENED
    path = _path_of(args[0])
    return "" if not path or is_inside(path) else NOT_OPENED


def install(running: Callable[[], Any]) -> None:
    """Ask, of each connection that is made from now on, what it attaches while a case runs."""

    def judge(action: int, first: Any, *others: Any) -> int:
        case = running()
        if case is None or action != ATTACH or first == "":  # its own, as where it is vacuumed
            return OK
        path = _path_of(first)
        known = isinstance(first, str) and (not path or case.is_inside(path))
        if not known:
            case.refuse(AssertionError(NOT_OPENED))
        return OK if known else DENY

    def connect(*args: Any, **kwargs: Any) -> Any:
        _under_way.kept = True
        try:
            connection = _connect(*args, **kwargs)
        finally:
            _under_way.kept = False
        connection.set_authorizer(judge)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = connect


def _path_of(name: Any) -> str:
    """Return the path of a database, "" where it is in memory."""
    text = os.fsdecode(name) if isinstance(name, (str, bytes, os.PathLike)) else ""
    if text.startswith("file:"):
        parts = urlsplit(text)
        text = "" if "mode=memory" in parts.query else unquote(parts.path)
    return "" if text in ("", ":memory:") else text
