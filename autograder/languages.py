"""Texts in every language: ``English sentence. ‖ 中文句子。`` in one string, in this order."""

import re

LANGUAGES = ("en", "zh")
SEPARATOR = " ‖ "
# Of a test case that a notebook never came to, or ended in.
ENDED = (
    "This check got no answer, as the notebook had ended: {}. ‖ "
    "这项检查没有得到回答，因为笔记本已经结束：{}。"
)
ENDED_LINE = re.compile(
    r"^[ \t]*This check got no answer, as the notebook had ended: ", re.MULTILINE
)
# What stands in a text for an answer that is not there, in the languages after English.
PHRASES = {"... (no answer yet)": ("...（尚未作答）",), "None / undefined": ("None 或未定义",)}
SLIP = re.compile(r"\[[a-z0-9]+(?:-[a-z0-9]+)*\] ")


def localize(text: str, language: str) -> str:
    """Return a text in one language, line by line.

    English shows the part before the separator. Another language shows its own part and then, on a
    line of its own, the English one. A line without that language's part is shown in English. The
    name of a misconception in brackets stays in front.
    """
    return "\n".join(_localize_line(line, language) for line in text.split("\n"))


def said_of_end(why: object, language: str) -> str:
    """Return what is said, in one language, of a test case that a notebook never came to."""
    return localize(ENDED.replace("{}", str(why)), language)


def _localize_line(line: str, language: str) -> str:
    parts = line.split(SEPARATOR)
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    if not 0 < place < len(parts):
        return parts[0]
    slip = SLIP.match(parts[0])
    name = slip[0] if slip else ""
    own = parts[place]
    for phrase, others in PHRASES.items():
        own = own.replace(phrase, others[place - 1] if place <= len(others) else phrase)
    return f"{name}{own}\n{parts[0].removeprefix(name)}"
