"""The streams of a notebook's process: bounded text, and descriptors that lead nowhere."""

import io
import os
import sys
import warnings


class BoundedText(io.TextIOBase):
    """A text stream that keeps the first ``limit`` characters and drops the rest."""

    encoding = "UTF-8"
    errors = None
    name = "stdout"
    descriptor = 1

    def __init__(self, limit: int):
        self.limit = limit
        self.parts: list[str] = []
        self.error_parts: set[int] = set()  # places of the parts that went to the stream of errors
        self.kept = 0
        self.dropped = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.descriptor

    def write(self, text: str) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if type(text) is not str:
            raise TypeError("only text can be printed")
        return self.keep(text)

    def keep(self, text: str) -> int:
        """Keep what there is room for, also when the notebook has closed the stream."""
        room = self.limit - self.kept
        if len(text) > room:
            self.dropped = True
        if room > 0:
            self.parts.append(text[:room])
            self.kept += min(len(text), room)
        return len(text)

    def take(self) -> str:
        """Return what was printed since the last call, the stream of errors with it."""
        text = "".join(self.parts)
        self.parts.clear()
        self.error_parts.clear()
        return text

    def split(self) -> tuple[str, str]:
        """Return what was printed since the last call, and what went to the stream of errors."""
        texts: tuple[list[str], list[str]] = [], []
        for place, part in enumerate(self.parts):
            texts[place in self.error_parts].append(part)
        self.take()
        return "".join(texts[0]), "".join(texts[1])


class ErrorText(BoundedText):
    """The stream of errors: what is written to it stands with the rest of the output."""

    name = "stderr"
    descriptor = 2

    def __init__(self, output: BoundedText):
        super().__init__(0)
        self.output = output

    def keep(self, text: str) -> int:
        self.output.error_parts.add(len(self.output.parts))
        return self.output.keep(text)


class Screen(ErrorText):
    """Where a kernel shows values, displays and errors, whatever became of the other streams."""

    def keep(self, text: str) -> int:
        return self.output.keep(text)


SCREENS: list[Screen] = []  # a child's own one


def redirect_output(limit_kib: int) -> BoundedText:
    """Send Python's output to a bounded buffer and the descriptors 0, 1 and 2 nowhere."""
    output = BoundedText(limit_kib * 1024)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    if null > 2:
        os.close(null)
    # Not a descriptor of its own: whoever replaces sys.stdin would close it.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - open for the life of the process
    sys.stdout, sys.stderr = output, ErrorText(output)
    SCREENS[:] = [Screen(output)]
    # As IPython does when it starts. It is also what lets a warning be told that one before the
    # fork has told already.
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    return output


def close_others(*kept: int | None) -> None:
    """Close every descriptor but the usual three and some."""
    first = 3
    for fd in sorted(fd for fd in kept if fd is not None):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, 65_536)
