"""What a test does with the notebook's names all at once: they are taken away and put back."""

from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from autograder.errors import EvidenceError

MOST = 8  # that are kept as they were


class Spaces:
    """The names of one notebook, now and as they were.

    Args:
        shell: that has them.
    """

    def __init__(self, shell: InteractiveShell):
        self.shell = shell
        self.kept: dict[int, dict[str, Any]] = {}
        self.next = 0

    def do(self, act: str, about: Any) -> Any:
        """Do what a test asks for.

        Args:
            act: "keep" the names as they are, "restore" those that were kept, "unset" one,
                "clear" all but the shell's own, or tell whether a function is "of" them.
            about: a name, a number of what was kept, a function, or None.

        Raises:
            EvidenceError: there is no such thing to do.
        """
        known = self.shell.user_ns
        if act == "of":
            return getattr(about, "__globals__", None) is known
        if act == "keep":
            self.next += 1
            self.kept[self.next] = dict(known)
            self.kept.pop(self.next - MOST, None)
            return self.next
        if act == "restore" and about in self.kept:
            return known.update(self.kept[about])
        if act == "unset":
            return known.pop(about, self) is not self
        if act != "clear":
            raise EvidenceError("the notebook's names are not as a test left them")
        for name in [one for one in known if one not in self.shell.user_ns_hidden]:
            del known[name]
