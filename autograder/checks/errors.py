"""Judge captured errors: the right type and message, raised by the library and not by hand."""

import re

from autograder.evidence import CapturedError


def require(
    error: CapturedError,
    type: str,
    pattern: str,
    name: str,
    raised_in: tuple[str, str] | None = None,
) -> None:
    """Accept only the real error.

    Args:
        error: what :func:`autograder.probes.captured` or ``error_of`` returned; None: no error.
        type: name of the expected exception type; subclasses are accepted.
        pattern: regular expression that the message must contain; keep it to what holds across
            versions of the library.
        name: what the student calls it.
        raised_in: file and function of the library that raise it. Without it the error may come
            from a C++ operator, which leaves no Python frame: then the student's own line that met
            it must be no ``raise`` statement.

    Raises:
        AssertionError: bilingual, with the slip's name.
    """
    if error is None:
        raise AssertionError(
            f"[no-error] {name}: no error was caught; run the call that fails inside try. ‖ "
            f"{name}：没有捕获到错误；请在 try 中执行会出错的调用。"
        )
    if not error.is_a(type):
        raise AssertionError(
            f"[wrong-error-type] {name}: expected a {type}, found a {error.type}. ‖ "
            f"{name}：应为 {type}，实为 {error.type}。"
        )
    if not re.search(pattern, error.message, re.IGNORECASE):
        raise AssertionError(
            f"[another-error] {name} is a {type}, but of something else: keep the error of the call "
            f"that the exercise asks for. ‖ {name} 是 {type}，但不是题目要求的那次调用的错误。"
        )
    if error.raised_by_hand:
        raise AssertionError(
            f"[hand-raised] {name} was raised by a raise statement or never raised at all; catch the "
            f"library's own error. ‖ {name} 是用 raise 语句引发的，或者根本没有被引发；"
            "请捕获库本身的错误。"
        )
    if raised_in is not None:
        frame = error.library_frame()
        if frame is None or (frame.file, frame.function) != raised_in:
            raise AssertionError(
                f"[wrong-place] {name} was not raised where the library raises it. ‖ "
                f"{name} 不是在库中引发的。"
            )
    if error.context is not None:
        raise AssertionError(
            f"[another-error-before] {name} was raised while another error ({error.context}) was "
            f"handled; catch just this one. ‖ {name} 是在处理另一个错误（{error.context}）时引发的；"
            "请只捕获这一个。"
        )
