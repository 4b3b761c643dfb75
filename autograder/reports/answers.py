"""What a class wrote for a question: distinct answers, by outcome and by code after normalisation.

Nothing here runs what students wrote: their code is parsed, and shown as text.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from autograder.model import Gradation, QuestionResult
from autograder.reports.exercises import Person
from autograder.reports.inert import inert_name

MAX_FORMS = 400  # distinct answers of a question that are kept; rarer ones are counted
MAX_PEOPLE = 40  # named below an answer
SHORTENED = 6_000  # letters of an answer that are shown
NAMED = (ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@lru_cache(maxsize=1 << 14)
def normal_form(code: str) -> str:
    """Return code without what makes no difference: comments, layout, texts that explain, locals.

    Names of parameters and local variables become numbers in the order in which they are met.
    Code that is no Python keeps everything but comments and spaces.
    """
    tree = _parsed(code)
    try:
        if tree is not None:
            return ast.unparse(_Plain().visit(tree))
    except (RecursionError, ValueError, MemoryError):
        pass  # not all that can be read can be written: a number may have too many digits
    return " ".join(" ".join(map(_without_comment, code.split("\n"))).split())


def unanswered_names(code: str) -> tuple[str, ...]:
    """Return the names that an answer leaves as they were handed out, as ``...``, in order."""
    tree = _parsed(code)
    found: dict[str, bool] = {}
    for node in tree.body if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = all(_is_blank(one) for one in _without_texts(node.body))
        elif isinstance(node, ast.Assign):
            blank = isinstance(node.value, ast.Constant) and node.value.value is ...
            found |= {one.id: blank for one in node.targets if isinstance(one, ast.Name)}
    return tuple(name for name, blank in found.items() if blank)


def takes_inputs(code: str) -> bool:
    """Tell whether an answer may be tried on other inputs: it holds a function, or is unknown."""
    tree = _parsed(code)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return not (tree and tree.body) or any(isinstance(node, functions) for node in ast.walk(tree))


def _is_blank(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value is ...
    return isinstance(statement, ast.Pass)


def _parsed(code: str) -> ast.Module | None:
    """Return code's syntax tree, or None where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice to whoever wrote it
            return ast.parse("\n".join(map(_without_magic, code.split("\n"))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magic(line: str) -> str:
    """Return a line of Python for one of the notebook's own commands."""
    plain = line.lstrip()
    return f"{line[: len(line) - len(plain)]}pass" if plain[:1] in ("%", "!") else line


def _without_comment(line: str) -> str:
    """Return a line without a comment that is none of its texts."""
    before, mark, comment = line.rpartition("#")
    return before if mark and not set("'\"") & set(comment) else line


class _Plain(ast.NodeTransformer):
    """Takes explaining texts out and renames what is local to a function."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit_Module(self, node: ast.Module) -> ast.AST:
        node.body = _without_texts(node.body)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = _without_texts(node.body) or [ast.Pass()]
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.body = None, _without_texts(node.body) or [ast.Pass()]
        return self._renamed(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns, node.body = None, _without_texts(node.body) or [ast.Pass()]
        return self._renamed(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._renamed(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(arg=self.names.get(node.arg, node.arg), annotation=None)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self.names.get(node.name or "", node.name)
        return self.generic_visit(node)

    def _renamed(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> ast.AST:
        outer, self.names = self.names, dict(self.names)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and outer:
            node.name = outer.get(node.name, node.name)
        for name in _bound_in(node):
            self.names[name] = f"v{len(self.names) + 1}"
        made = self.generic_visit(node)
        self.names = outer
        return made


def _without_texts(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements without those that are only a text, such as docstrings."""
    return [
        one for one in body
        if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
                and isinstance(one.value.value, str))
    ]  # fmt: skip


def _bound_in(function: ast.AST) -> list[str]:
    """Return the names that are local to a function, in the order in which they stand there."""
    found: dict[str, None] = {}
    elsewhere: set[str] = set()
    waiting: list[ast.AST] = list(ast.iter_child_nodes(function))[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            elsewhere |= set(node.names)
        elif isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif isinstance(node, NAMED) and node.name:
            found[node.name] = None
        if not isinstance(node, FUNCTIONS):
            waiting += list(ast.iter_child_nodes(node))[::-1]
    return [name for name in found if name not in elsewhere]


@dataclass
class Form:
    """Answers that are the same after normalisation.

    Attributes:
        texts: the texts themselves, by how often they stand there.
        people: (name or file, submission) of the first of them.
    """

    texts: Counter[str] = field(default_factory=Counter)
    people: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many answers these are."""
        return sum(self.texts.values())

    @property
    def code(self) -> str:
        """The commonest of the texts, shortened."""
        text = self.texts.most_common(1)[0][0]
        return text if len(text) <= SHORTENED else text[:SHORTENED] + "\n…"


@dataclass
class AnswerOutcome:
    """Answers with which the same test cases failed.

    Attributes:
        failed: the test cases, each with the misconception that it names or None.
    """

    score: float
    failed: tuple[tuple[str, str | None], ...]
    forms: dict[str, Form] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many answers these are."""
        return sum(form.count for form in self.forms.values())

    @property
    def ranked(self) -> list[Form]:
        """The distinct answers, the commonest first."""
        return sorted(self.forms.values(), key=lambda form: -form.count)

    @property
    def slips(self) -> list[str]:
        """The misconceptions that are named, each once."""
        return list(dict.fromkeys(slip for _, slip in self.failed if slip))


@dataclass
class Answers:
    """The answers to one question."""

    possible: float = 0.0
    outcomes: dict[tuple, AnswerOutcome] = field(default_factory=dict)
    blank: list[tuple[str, str]] = field(default_factory=list)
    forms: int = 0
    left_out: int = 0

    def add(self, question: QuestionResult, code: str, who: tuple[str, str]) -> None:
        """Take one answer in.

        Args:
            who: (name or file, submission).
        """
        self.possible = max(self.possible, question.possible)
        failed = tuple((case.name, case.slip) for case in question.cases if not case.passed)
        if not code.strip():
            self.blank.append(who)
            return
        key = (question.score, failed)
        outcome = self.outcomes.setdefault(key, AnswerOutcome(question.score, failed))
        plain = normal_form(code)
        if plain not in outcome.forms and self.forms >= MAX_FORMS:
            self.left_out += 1
            return
        self.forms += plain not in outcome.forms
        form = outcome.forms.setdefault(plain, Form())
        if code in form.texts or len(form.texts) < MAX_PEOPLE:
            form.texts[code] += 1
        else:
            form.texts[form.texts.most_common(1)[0][0]] += 1
        form.people.append(who)

    @property
    def ranked(self) -> list[AnswerOutcome]:
        """The outcomes: what went wrong before what went right, the commonest first."""
        kept = [outcome for outcome in self.outcomes.values() if outcome.forms]
        return sorted(kept, key=lambda one: (not one.failed, -one.count, one.score))


def gather(found: dict[str, Answers], gradation: Gradation, people: Mapping[str, Person]) -> None:
    """Add one submission's answers to those of the class, by question."""
    if not gradation.answers:
        return
    name = people.get(gradation.submission, Person()).name or gradation.file
    for question in gradation.questions:
        code = gradation.answers.get(question.name, "")
        who = (inert_name(name), gradation.submission)
        found.setdefault(question.name, Answers()).add(question, code, who)
