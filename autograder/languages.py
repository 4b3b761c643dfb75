"""Bilingual texts: ``English sentence. ‖ 中文句子。`` in one string."""

LANGUAGES = ("en", "zh")
SEPARATOR = " ‖ "


def localize(text: str, language: str) -> str:
    """Return a text in one language, line by line.

    English shows the part before the separator. Chinese shows the Chinese part and then, on a line
    of its own, the English one. A line without a separator stays as it is.
    """
    return "\n".join(_localize_line(line, language) for line in text.split("\n"))


def _localize_line(line: str, language: str) -> str:
    english, separator, chinese = line.partition(SEPARATOR)
    if not separator:
        return line
    return f"{chinese}\n{english}" if language == "zh" else english
