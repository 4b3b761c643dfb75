"""Names of people as platforms write them: which part is the family name, which spellings agree."""

import re
import unicodedata

# As people write them; "Xi" and "Vi" are names.
SUFFIX = re.compile(
    r"[JS]r\.?|JR\.?|SR\.?|Junior|Senior|I{2,3}|IV|VI{0,3}|Esq\.?|Ph\.?D\.?|M\.?D\.?"
)


def split_name(name: str) -> tuple[str, str]:
    """Return family and given name of a name in one piece.

    Without a comma the whole stands for the family name. A suffix belongs to the family name:
    "O'Brien, Jr., Sean" and "O'Brien, Sean, Jr." are "O'Brien, Jr." and "Sean".
    """
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if not parts:
        return "", ""
    suffixes = [part for part in parts[1:] if SUFFIX.fullmatch(part)]
    given = [part for part in parts[1:] if not SUFFIX.fullmatch(part)]
    return ", ".join([parts[0], *suffixes]), ", ".join(given)


def squeeze(text: str) -> str:
    """Return what is left of a name without case, accents, blanks and signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def spellings(name: str, first: str, last: str) -> set[str]:
    """Return the squeezed ways in which a person's name may be written."""
    found = {squeeze(name), squeeze(first + last), squeeze(last + first)}
    family, given = split_name(name)
    for one in (family, family.partition(",")[0]):
        found |= {squeeze(one + given), squeeze(given + one)}
    return {spelling for spelling in found if len(spelling) > 1}


def orders(name: str) -> set[str]:
    """Return a name in one piece, squeezed, with any word first: the family name may be any."""
    words = [] if "," in name else name.split()
    found = {squeeze("".join(words[n:] + words[:n])) for n in range(len(words))}
    return {spelling for spelling in found if len(spelling) > 1}
