"""Text that a student wrote, made harmless to read: what cannot be seen is shown by its name."""

import re
import unicodedata

MAX_MARKS = 4  # combining marks on one letter; more of them only hide what stands nearby
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LAYOUT = re.compile("[\t\n]")


def inert(text: str, limit: int = 2000) -> str:
    """Return a text of several lines with controls and direction changes named, e.g. ``⟨U+202E⟩``.

    Markup is not touched: escaping it belongs to the template.
    """
    text = str(text)
    cut = text[:limit]
    cut = _HIDDEN.sub(_name, cut.replace("\r\n", "\n"))
    return _thin_marks(cut) + ("…" if len(text) > limit else "")


def inert_name(text: str, limit: int = 160) -> str:
    """Return a text of one line, as :func:`inert` does it."""
    return _LAYOUT.sub(_name, inert(text, limit))


def _name(found: re.Match) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def _thin_marks(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MAX_MARKS:
            kept.append(letter)
    return "".join(kept)
