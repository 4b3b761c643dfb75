"""What stands for a conversation with a sandbox, in tests without one."""

from types import SimpleNamespace

from autograder.model import Limits
from autograder.scoring.case_run import CaseRun
from autograder.wall.seeds import Seeds
from autograder.wall.sharing import Shared


class Silent:
    """A conversation in which nothing is answered but noted."""

    def __init__(self):
        self.types, self.standing, self.asked, self.case = {}, {}, [], CaseRun()
        self.limits, self.exchanges, self.usage, self.desk = Limits(), 0, None, None
        self.lending = SimpleNamespace(sharing=False, shared=Shared(1), answering=0)
        self.seeds, self.workplace, self.channels = Seeds(), "", ()

    def begin_case(self, words=()):
        self.case = CaseRun(frozenset(words))

    def request(self, op, **fields):
        self.asked.append(fields.get("operation", op))
        raise AssertionError("no answer")

    def raise_fault(self):
        pass
