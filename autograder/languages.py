"""Bilingual texts: ``English sentence. ‖ 中文句子。`` in one string."""

import re

LANGUAGES = ("en", "zh")
SEPARATOR = " ‖ "
SLIP = re.compile(r"\[[a-z0-9]+(?:-[a-z0-9]+)*\] ")


def localize(text: str, language: str) -> str:
    """Return a text in one language, line by line.

    English shows the part before the separator. Chinese shows the Chinese part and then, on a line
    of its own, the English one. A line without a separator stays as it is. The name of a
    misconception in brackets stays in front.
    """
    return "\n".join(_localize_line(line, language) for line in text.split("\n"))


def _localize_line(line: str, language: str) -> str:
    english, separator, chinese = line.partition(SEPARATOR)
    if not separator:
        return line
    if language != "zh":
        return english
    slip = SLIP.match(english)
    name = slip[0] if slip else ""
    return f"{name}{chinese}\n{english.removeprefix(name)}"
