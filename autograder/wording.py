"""Messages in the words of whoever reads them: make's variables, or the command's options."""

import os
import re

CALLER = "AUTOGRADER_CALLER"  # the Makefile says there that it calls
MAKES = re.compile(r"\b(ASSIGNMENT|ENGINE|OUT|SUBMISSIONS)=(?=<|docker\b|local\b)")
TARGETS = re.compile(r"`make (?=(?:build|worker-image)`)")  # those that are commands too
FILES = "roster|owners|groups|extensions|times|zip"  # options with a file, which make has too
OTHERS = "assignment|submissions|out|engine|workers|scheduler|timeout|deadline|title"
OPTION = re.compile(rf"(?<![\w-])--(?:(?P<file>{FILES})|(?P<other>{OTHERS}))(?![\w-]) ?")
COMMANDS = re.compile(r"`autograder (?=(?:build|grade|export|course-report|worker-image)\b)")


def as_typed(text: str) -> str:
    """Return a message as its reader types it: make's variables and targets are make's alone."""
    if called_by_make():
        return COMMANDS.sub("`make ", OPTION.sub(_variable, text))
    return TARGETS.sub("`autograder ", MAKES.sub(lambda found: f"--{found[1].lower()} ", text))


def called_by_make() -> bool:
    """Tell whether whoever reads the messages types make's variables."""
    return os.environ.get(CALLER) == "make"


def _variable(option: re.Match[str]) -> str:
    if option["file"]:
        return f"{option['file'].upper()}=<file>" + " " * option[0].endswith(" ")
    return f"{option['other'].upper()}="
