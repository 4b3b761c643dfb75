"""Exception classes of the student's own: a test can catch them, derive nothing else from them.

For each there is one class here, which derives from what it derives from there. Its objects are
made where the class lives; what they have beyond text and arguments is asked for there.
"""

import builtins
from typing import Any

from autograder.errors import EvidenceError
from autograder.scoring.conversation import Conversation
from autograder.scoring.known import loaded
from autograder.wall.codec.families import of_a_test


class ErrorKind(type):
    """The type of such classes."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an error where the class lives."""
        session, _ = cls.__dict__.get("_home", (None, 0))
        if session is None:
            return super().__call__(*args, **kwargs)
        return session.request("call", target=cls, args=args, kwargs=kwargs).get("value")

    def __getattr__(cls, name: str) -> Any:
        if name == "_autograder_id":
            return cls.__dict__["_home"][1]
        if name.startswith("_"):
            raise AttributeError(name)
        return _ask(cls.__dict__["_home"][0], cls, name)


def error_class(session: Conversation, classes: Any) -> type[BaseException]:
    """Return the class here of one of the student's.

    Args:
        classes: what the codec received of it and of what it derives from.

    Raises:
        EvidenceError: that is malformed.
    """
    made: dict[int, type] = {}
    try:
        for place in reversed(range(len(classes))):
            name, handle, bases = classes[place]
            if not all(type(base) is int and base > place for base in bases):
                raise EvidenceError("malformed classes")
            made[place] = _class(session, name, handle, tuple(made[base] for base in bases))
        cls = made[0]
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise EvidenceError(f"malformed classes ({type(error).__name__})") from None
    if not issubclass(cls, BaseException):
        raise EvidenceError("no class of errors")
    return cls


def _class(session: Conversation, name: Any, handle: Any, bases: tuple[type, ...]) -> type:
    if type(name) is not str or type(handle) is not int:
        raise EvidenceError("malformed classes")
    if handle < 0:
        cls = session.lending.lent(-handle)
        if not of_a_test(cls):
            raise EvidenceError("an unknown class")
        return cls
    if not handle:
        cls = getattr(builtins, name.removeprefix("builtins."), None)
        if not isinstance(cls, type):
            raise EvidenceError("an unknown class")
        return cls
    known = loaded(name)
    if known is not None and issubclass(known, BaseException):
        return known
    bases = tuple(base for base in bases if base is not object)
    key = "error", handle
    if key not in session.types:
        short = name.rpartition(".")[2]
        body = {"_home": (session, handle), "__module__": "__main__", "__getattr__": _find,
                "__str__": _text, "__init__": _begin}  # fmt: skip
        session.types[key] = ErrorKind(short, bases or (object,), body)
    made: type = session.types[key]
    return made


def make_error(session: Conversation, plain: dict[str, Any], text: str) -> BaseException:
    """Return an error of a student's class, or of a library's.

    Args:
        plain: what the codec received of it.
    """
    cls = error_class(session, plain["classes"])
    args = tuple(plain["args"]) if "args" in plain else (text,)
    made: BaseException = cls.__new__(cls, *(args if "group" in plain else ()))
    made.args = args
    if isinstance(cls, ErrorKind):
        made.__dict__["_said"] = (args, text)
    elif of_a_test(cls):
        return _begun(cls, args) or made
    return made


def _begun(cls: type[BaseException], args: tuple[Any, ...]) -> BaseException | None:
    """Return an error of a test's class, begun as the class says, None where it does not take so.

    Student code raised it, and had no more of the class than what it derives from.
    """
    try:
        return cls(*args)
    except Exception:
        return None


def _begin(error: BaseException, *args: Any, **kwargs: Any) -> None:
    """Begin an error of a class that a test derives: the student's part of it is made there."""
    cls = next(one for one in type(error).__mro__ if "_home" in vars(one))
    there = cls(*args, **kwargs)
    error.args = there.args
    known = {name: vars(there)[name] for name in ("_autograder_session", "_autograder_id")}
    vars(error).update(known, _said=(error.args, str(there)))


def _text(error: BaseException) -> str:
    """Return what the student's object says, unless somebody gave it other words since."""
    args, text = error.__dict__.get("_said", ((), None))
    return text if text is not None and error.args is args else BaseException.__str__(error)


def _find(error: BaseException, name: str) -> Any:
    session = error.__dict__.get("_autograder_session")
    if session is None or name.startswith("_"):
        raise AttributeError(name)
    return _ask(session, error, name)


def _ask(session: Conversation, target: Any, name: str) -> Any:
    reply = session.request("operate", target=target, operation="attribute", args=(name,))
    return reply.get("value")
