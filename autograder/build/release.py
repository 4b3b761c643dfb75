"""The student release of one language: notebook, Colab notebook, start page, requirements."""

import copy
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2

from autograder import __version__
from autograder.build import environment as packages
from autograder.build.language import keep_language_of_tests
from autograder.errors import BuildError
from autograder.intake.upload import ANSWER_TAG
from autograder.reports import printing

PRINTER = "print_notebook.py"  # beside a notebook whose export cell asks for a PDF
IGNORE_TAG = "otter_ignore"  # keeps a cell from being run by graders
TEMPLATES = Path(__file__).with_name("templates")
# What a release says besides the source notebook, and Otter's English texts in other languages.
TEXTS = {
    "en": {
        "submission": "## Submission\n\nRun every cell from top to bottom and **save the notebook"
        "** before you export. The cell below makes a zip file; submit that file (or this notebook "
        "itself).",
        "colab": "## Submission\n\nRun every cell from top to bottom (Runtime → Restart session "
        "and run all). Then choose File → Download → Download .ipynb and submit that file.",
        "notebook-file": "This notebook's file; a browser may have called it \"{name} (1).ipynb\".",
    },
    "zh": {
        "submission": "## 提交\n\n导出之前，请先从头到尾运行一遍所有单元并**保存笔记本**。"
        "下面的单元会生成一个 zip 文件，请提交这个文件（或者直接提交本笔记本）。",
        "colab": "## 提交\n\n请先从头到尾运行一遍所有单元（代码执行程序 → 重启会话并运行全部）。"
        "然后选择 文件 → 下载 → 下载 .ipynb，并提交这个文件。",
        "notebook-file": "返回本笔记本的文件名；浏览器可能把它命名为 \"{name} (1).ipynb\"。",
        "# Save your notebook first, then run this cell to export your submission.":
        "# 先保存笔记本，再运行本单元",
        "# Initialize Otter": "# 初始化 Otter",
        "_Type your answer here, replacing this text._": "_请在这里作答，替换这段文字。_",
        "_Points:_": "_分数：_",
    },
}  # fmt: skip
# In the place of Otter's call, which knows the notebook by the name that it was released under.
FIND = """

def notebook_file():
    # {text}
    import glob
    import os

    own = os.path.basename(os.environ.get("JPY_SESSION_NAME", ""))
    found = [file for file in glob.glob("{name}*.ipynb") if not file.endswith("-colab.ipynb")]
    files = [own, "{name}.ipynb", *sorted(found, key=os.path.getmtime, reverse=True)]
    return next((file for file in files if os.path.isfile(file)), None)


grader = otter.Notebook(notebook_file())"""
QUIET = 'import warnings\n\nwarnings.filterwarnings("ignore", ".IPKernelApp. WARNING")\n'
PDF_IMPORT = "from print_notebook import print_notebook"
COLAB_SETUP = """\
# Colab: install Otter once and write the public checks into ./tests
try:
    import otter
except ImportError:
    %pip install -q otter-grader=={otter}
    import otter
from pathlib import Path

Path("tests").mkdir(exist_ok=True)
for name, text in {tests}.items():
    Path("tests", name + ".py").write_text(text, encoding="utf-8")
{data}grader = otter.Notebook(tests_dir="tests")"""


def make_release(
    name: str, language: str, notebook: dict, data: dict[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the files of one release by name.

    Args:
        notebook: the notebook that Otter made for students.
        data: what the notebook finds beside it, by path.

    Raises:
        BuildError: a text is missing in this language.
    """
    template = TEMPLATES / f"README.{language}.md.jinja"
    if language not in TEXTS or not template.is_file():
        raise BuildError(f"no '{language}' texts: add them to {Path(__file__).name} and {template}")
    finished = finish_notebook(notebook, name, language)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "name": name,
        "title": _title(finished),
        "torch": version("torch").split("+")[0],
        "otter": version("otter-grader"),
        "latex2mathml": version("latex2mathml"),
        "pins": packages.pins(),
        "allowed": packages.allowed(),
        "python": packages.grading_python(),
        "data": sorted(data or {}),
        "pdf": any(PDF_IMPORT in cell["source"] for cell in finished["cells"]),
    }
    printer = {PRINTER: Path(printing.__file__).read_bytes()} if facts["pdf"] else {}
    page = environment.get_template(template.name).render(facts)
    needs = environment.get_template("requirements.txt.jinja").render(facts)
    return {
        f"{name}.ipynb": to_bytes(finished),
        f"{name}-colab.ipynb": to_bytes(colab_variant(finished, facts["otter"], data)),
        "README.md": page.encode(),
        "requirements.txt": needs.encode(),
        **printer,
        **(data or {}),
    }


def finish_notebook(notebook: dict, name: str, language: str) -> dict:
    """Return Otter's notebook with stable ids, our metadata and one language in everything."""
    notebook = copy.deepcopy(notebook)
    metadata = notebook["metadata"]
    notebook["metadata"] = {
        "autograder": {"assignment": name, "language": language, "version": __version__},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "otter": metadata["otter"],
    }
    tests = metadata["otter"].get("tests", {})
    for question in tests:
        tests[question] = keep_language_of_tests(tests[question], language)
    seen: set[str] = set()
    previous = ""
    for number, cell in enumerate(notebook["cells"]):
        source = _with_finder(_translate(cell, language), name, language)
        cell["source"] = _without_starting_words(_with_pdf(source))
        if PDF_IMPORT in cell["source"]:
            cell["metadata"].setdefault("tags", []).append(IGNORE_TAG)
        cell["id"] = previous = _stable_id(cell, number, seen, previous)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def colab_variant(notebook: dict, otter: str, data: dict[str, bytes] | None = None) -> dict:
    """Return the notebook with checks and data in a first cell, so that it needs no other file."""
    variant = copy.deepcopy(notebook)
    tests = variant["metadata"]["otter"].pop("tests")
    variant["metadata"]["otter"].pop("OK_FORMAT", None)
    variant["cells"] = [cell for cell in variant["cells"] if cell["id"] != "export"]
    language = variant["metadata"]["autograder"]["language"]
    for cell in variant["cells"]:
        if cell["id"] == "init-otter":
            texts = json.dumps(tests, ensure_ascii=False, indent=1, sort_keys=True)
            files = "".join(map(_writing, (data or {}).items()))
            cell["source"] = COLAB_SETUP.format(otter=otter, tests=texts, data=files)
        elif cell["id"] == "export-text":
            cell["source"] = TEXTS[language]["colab"]
    return variant


def _writing(file: tuple[str, bytes]) -> str:
    """Return the statements that write a data file where the notebook runs."""
    name, content = file
    folder = Path(name).parent.as_posix()
    made = f"Path({folder!r}).mkdir(parents=True, exist_ok=True)\n" if folder != "." else ""
    return f"{made}Path({name!r}).write_bytes({content!r})\n"


def to_bytes(notebook: dict) -> bytes:
    """Return a notebook as JSON, the same bytes for the same content."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode()


def _translate(cell: dict, language: str) -> str:
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown" and text.startswith("## Submission"):
        return TEXTS[language]["submission"]
    for english, other in TEXTS[language].items():
        if text.startswith(english) or (english.startswith("_") and english in text):
            text = text.replace(english, other)
    return text


def _with_finder(source: str, name: str, language: str) -> str:
    """Return Otter's first cell so that it finds the notebook under another name too."""
    text = TEXTS[language]["notebook-file"].format(name=name)
    return source.replace(
        f'\ngrader = otter.Notebook("{name}.ipynb")', FIND.format(name=name, text=text)
    )


def _with_pdf(source: str) -> str:
    """Return Otter's export cell with a PDF made by a browser where it asks for one by LaTeX."""
    found = re.search(r"^grader\.export\((.*)\)$", source, re.MULTILINE)
    if not found or "pdf=False" in found[1]:
        return source
    files = re.search(r"files=\[(.*?)\]", found[1])
    others = [part for part in re.sub(r"files=\[.*?\]", "", found[1]).split(", ") if part]
    others = [part for part in others if not part.startswith("filtering=")]
    listed = ", ".join(filter(None, ["print_notebook(notebook_file())", files and files[1]]))
    call = ", ".join(["pdf=False", *others, f"files=[{listed}]"])
    return source.replace(found[0], f"{PDF_IMPORT}\n\ngrader.export({call})")


def _without_starting_words(source: str) -> str:
    """Return Otter's export cell without a warning of what its own kernel says as it starts."""
    return re.sub(r"^(?=grader\.export\()", QUIET, source, count=1, flags=re.MULTILINE)


def _stable_id(cell: dict, number: int, seen: set[str], previous: str) -> str:
    """Keep the source's id; name the cells that Otter added after what they do."""
    text = cell["source"]
    name = cell.get("id", "")
    code = cell["cell_type"] == "code"
    found = re.fullmatch(r'grader\.check\("([^"]+)"\)\s*', text)
    if code and found:
        name = f"{found[1]}-check"
    elif code and "otter.Notebook(" in text:
        name = "init-otter"
    elif code and "grader.export(" in text:
        name = "export"
    elif not text.strip():
        name = "end"
    elif not code and ANSWER_TAG in cell["metadata"].get("tags", []):
        name = re.sub(r"-prompt.*", "", previous) + "-answer"
    elif text in [texts["submission"] for texts in TEXTS.values()]:
        name = "export-text"
    elif not re.fullmatch(r"[a-z][a-zA-Z0-9-]*-[a-zA-Z0-9-]+|[a-z]+", name):
        name = f"cell-{number}"
    while name in seen:
        name = f"{name}-{number}"
    seen.add(name)
    return name[:64]


def _title(notebook: dict) -> str:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell["source"].startswith("# "):
            return cell["source"].splitlines()[0][2:].strip()
    return ""
