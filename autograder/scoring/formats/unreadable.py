"""What stands for a test file that cannot be read: one failed test case without points."""

from typing import TYPE_CHECKING

from otter.test_files.abstract_test import TestCase

from autograder.languages import localize
from autograder.scoring.formats.exceptions import ExceptionTests

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace

REASON = (
    "The tests of this question cannot be read. That is a fault of the assignment, not of your "
    "answer; your instructor has to mend it and grade again. "
    "‖ 这道题的测试无法读取。这是作业本身的问题，与你的答案无关；需要老师修正后重新评分。"
)


class UnreadableTests(ExceptionTests):
    """Tests that nobody can pass and that nobody loses points by."""

    def run(self, namespace: "RemoteNamespace") -> None:
        """Fail the only case and say whose fault it is."""
        self.fail_all(localize(REASON, self.language))


def no_tests(question: str, path: str, language: str) -> UnreadableTests:
    """Return what stands for a question's test file, with its message in one language."""
    case = TestCase(
        name=f"{question} - 1", body=None, hidden=False, points=0,
        success_message=None, failure_message=None,
    )  # fmt: skip
    made = UnreadableTests(question, path, [case], False)
    made.language = language
    return made
