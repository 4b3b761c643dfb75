"""One line of a roster: a student's names, ids and groups."""

import re
from dataclasses import dataclass

from autograder.intake.times import number_of
from autograder.lms.names import spellings, split_name, squeeze


@dataclass(frozen=True)
class Student:
    """One line of the roster; what it does not say is ""."""

    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    sis_id: str = ""
    canvas_id: str = ""
    section: str = ""
    upload_id: str = ""
    group: str = ""

    @property
    def keys(self) -> set[str]:
        """What may name this student in a file name, in lower case."""
        local = self.email.partition("@")[0]
        found = {
            self.email,
            self.login,
            self.sis_id,
            self.canvas_id,
            number_of(self.upload_id),
            local if len(local) > 2 else "",
        }
        return {key.casefold() for key in found if key}

    @property
    def family(self) -> str:
        """The family name; a name in one piece stands for it unless it has a comma."""
        return self.last or split_name(self.name)[0]

    @property
    def given(self) -> str:
        """The given name, where it is known."""
        return self.first or split_name(self.name)[1]

    @property
    def groups(self) -> set[str]:
        """The groups that the student is in, as their names are compared."""
        return {squeeze(group) for group in re.split(r"[,;|、]", self.group) if squeeze(group)}

    @property
    def is_a_test(self) -> bool:
        """Whether this is the student that Canvas makes for trying things out."""
        return squeeze(self.name) in ("studenttest", "teststudent") and not self.sis_id

    @property
    def shown(self) -> str:
        """The name for people, as LMS files have it: family name first; else what is known."""
        both = ", ".join(part for part in (self.last, self.first) if part)
        name = "" if self.name == self.last else self.name
        return name or both or self.email or self.login or self.sis_id or self.upload_id

    @property
    def spellings(self) -> set[str]:
        """The ways in which the name may be written, as names are compared."""
        return spellings(self.name, self.first, self.last)
