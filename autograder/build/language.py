"""One source, several languages: which cells a release keeps and which half of a string."""

import ast
import copy

from autograder.languages import LANGUAGES, SEPARATOR, SLIP


def keep_language(notebook: dict, language: str) -> dict:
    """Return a copy of a source notebook without the Markdown cells of other languages."""
    kept = copy.deepcopy(notebook)
    kept["cells"] = [
        cell for cell in kept["cells"] if cell["metadata"].get("lang", language) == language
    ]
    for cell in kept["cells"]:
        cell["metadata"].pop("lang", None)
    return kept


def keep_language_of_tests(source: str, language: str) -> str:
    """Return a test file's source with every bilingual string cut to one language."""
    if SEPARATOR not in source:
        return source
    tree = _Cutter(language).visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


class _Cutter(ast.NodeTransformer):
    def __init__(self, language: str):
        self.index = LANGUAGES.index(language)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and SEPARATOR in node.value:
            parts = node.value.split(SEPARATOR)
            if not 0 < self.index < len(parts):
                return ast.Constant(parts[0])
            slip = SLIP.match(parts[0])
            return ast.Constant((slip[0] if slip else "") + parts[self.index])
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        parts: list[list[ast.expr]] = [[]]
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)
                parts[-1].append(value)
                continue
            first, *others = ast.literal_eval(value).split(SEPARATOR)
            parts[-1].append(ast.Constant(first))
            parts += [[ast.Constant(text)] for text in others]
        kept = parts[self.index] if self.index < len(parts) else parts[0]
        return ast.JoinedStr([v for v in kept if getattr(v, "value", "") != ""])
