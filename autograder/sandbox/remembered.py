"""What IPython remembers of a session, without a file: its inputs, and what ``%store`` keeps."""

import fnmatch
from collections.abc import Iterator
from typing import Any

from IPython.core.history import HistoryManager

TAIL = 10  # inputs, where nobody says how many


class History(HistoryManager):
    """IPython's history of this session alone."""

    # No traits: nobody watches them.
    _i00 = _i = _ii = _iii = ""

    def get_tail(
        self,
        n: int | None = TAIL,
        raw: bool = True,
        output: bool = False,
        include_latest: bool = False,
    ) -> list[Any]:
        """Return the last inputs, as ``get_range`` does; without the one that asks."""
        found = list(self._all(raw, output))
        end = len(found) if include_latest else len(found) - 1
        return found[max(0, end - (TAIL if n is None else n)) : max(0, end)]

    def search(
        self,
        pattern: str = "*",
        raw: bool = True,
        search_raw: bool = True,
        output: bool = False,
        n: int | None = None,
        unique: bool = False,
    ) -> list[Any]:
        """Return the inputs that match a shell's pattern, the last ``n`` of them."""
        given = self.input_hist_raw if search_raw else self.input_hist_parsed
        found = [entry for entry in self._all(raw, output)
                 if fnmatch.fnmatchcase(given[entry[1]], pattern)]  # fmt: skip
        if unique:
            found = list({entry[2]: entry for entry in found}.values())
        return found if n is None else found[-n:]

    def _all(self, raw: bool, output: bool) -> Iterator[Any]:
        return iter(self.get_range(0, 1, None, raw=raw, output=output))


class NamedValues(dict[str, Any]):
    """What IPython keeps on disk between sessions, for one session."""

    def __delitem__(self, name: str) -> None:
        """Forget a name, also one that is not there."""
        self.pop(name, None)

    def keys(self, pattern: str | None = None) -> list[str]:  # type: ignore[override]
        """Return the names, or those that lie in a folder, as ``folder/*``."""
        return [key for key in self if pattern is None or key.startswith(pattern.rstrip("*"))]
