"""One source, several languages: which cells a release keeps and which half of a string."""

import ast
import copy

from autograder.languages import LANGUAGES, SEPARATOR


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

    def visit_Constant(self, node):
        if isinstance(node.value, str) and SEPARATOR in node.value:
            slip = node.value.split("] ", 1)[0] + "] " if node.value.startswith("[") else ""
            part = node.value.split(SEPARATOR, 1)[self.index]
            return ast.Constant(part if not self.index else slip + part)
        return node

    def visit_JoinedStr(self, node):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)
        for position, value in enumerate(node.values):
            if isinstance(value, ast.Constant) and SEPARATOR in value.value:
                before, after = value.value.split(SEPARATOR, 1)
                if self.index:
                    return ast.JoinedStr([ast.Constant(after), *node.values[position + 1 :]])
                return ast.JoinedStr([*node.values[:position], ast.Constant(before)])
        return node
