"""A notebook as a page and a PDF: formulas without a network, Chinese, nothing that acts."""

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from autograder.course import ROOT, assignment_names
from autograder.reports import printing
from autograder.reports.printing import formula, markdown, notebook_page, print_notebook
from tests.reports.sample_gradations import HOSTILE

ASSIGNMENTS = assignment_names()
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR"
    "42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def source_of(name):
    return json.loads((ROOT / "assignments" / name / f"{name}.ipynb").read_text("utf-8"))


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_formula_of_the_course_is_typeset(name):
    page = notebook_page(source_of(name), name)
    assert page.count("<math") > {"documentation": -1, "data": 15}.get(name, 20)
    assert "$" not in page.replace("$$", "").split("<style>")[0]
    typed = [text for text in page.split("<code>")[1:] if text.split("</code>")[0].count("\\") > 1]
    assert not typed, "shown as typed"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("`$5$` and `` $`x`$ ``", "$5$"),
        ("```\n$x$\n```", "$x$"),
        ("costs \\$5 or \\$6", "costs $5 or $6"),
        ("5 $ and 6 $ each", "5 $ and 6 $ each"),
        ("$\\frac{$", "<code>\\frac{</code>"),
        (r"$\text{<script>x</script>}$", "&lt;script&gt;"),
    ],
)
def test_what_is_no_readable_formula_stays_as_typed(text, kept):
    page = markdown(text)
    assert kept in page and "<math" not in page


def test_a_formula_carries_no_links():
    made = formula(r"\href{javascript:alert(1)}{x}")
    assert "<math" in made and "javascript" not in made


def test_text_in_html_comments_is_left_out():
    assert markdown("<!-- BEGIN QUESTION -->\nHello") == "<p>Hello</p>\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_student_text_stays_text(text):
    outputs = [
        {"output_type": "stream", "text": text},
        {"output_type": "error", "traceback": [text]},
        {"output_type": "display_data", "data": {"text/html": text, "text/plain": text}},
        {"output_type": "display_data", "data": {"text/markdown": text}},
        {"output_type": "display_data", "data": {"image/png": text}},
    ]
    cells = [
        {"cell_type": "markdown", "source": text, "attachments": {"a": {"image/png": text}}},
        {"cell_type": "markdown", "source": f"![{text}](attachment:a) ![x](http://evil/x.png)"},
        {"cell_type": "code", "source": text, "outputs": outputs},
    ]
    page = notebook_page({"cells": cells}, text).lower()
    body = page.split("<body>")[1]
    for word in ("<script", "<img", "<iframe", "<svg", "<object", "<style", "<meta", "\u202e"):
        assert word not in body, word


@pytest.mark.browser
def test_the_page_shows_formulas_figures_and_chinese_without_network(chromium, tmp_path):
    notebook = source_of("autodiff")
    notebook["cells"].append({"cell_type": "code", "source": "show()", "outputs": [
        {"output_type": "display_data", "data": {"image/png": PNG}}]})  # fmt: skip
    path = tmp_path / "page.html"
    path.write_text(notebook_page(notebook, "autodiff", "zh"), encoding="utf-8")
    page, asked, said = chromium.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    sizes = page.evaluate(
        "[...document.querySelectorAll('mfrac')].map(f => [...f.children].map("
        "part => part.getBoundingClientRect()).map(box => [box.top, box.width]))"
    )
    assert sizes
    for (above, width), (below, _) in sizes:
        assert above < below and width > 0, "a fraction is not typeset"
    loaded = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(loaded) > 10 and all(loaded)
    assert "向量-雅可比积" in page.inner_text("body")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] and said == []
    page.close()


@pytest.mark.browser
def test_a_notebook_is_printed_by_the_file_alone(chromium, tmp_path):
    shutil.copy(printing.__file__, tmp_path / "print_notebook.py")
    (tmp_path / "a.ipynb").write_text(json.dumps(source_of("autodiff")), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "print_notebook.py", "a.ipynb"], cwd=tmp_path,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.strip() == "a.pdf", done.stderr
    printed = (tmp_path / "a.pdf").read_bytes()
    assert printed.startswith(b"%PDF-") and printed.count(b"/Type /Page\n") > 3
    assert not (tmp_path / "a.html").exists()


@pytest.mark.browser
def test_the_pdf_holds_chinese_formulas_and_figures(chromium, pdf_text, tmp_path):
    notebook = source_of("autodiff")
    notebook["metadata"]["autograder"] = {"language": "zh"}
    formula = "$\\frac{\\partial y}{\\partial x_1} = \\sum_i w_i$"
    notebook["cells"].append({"cell_type": "markdown", "source": formula})
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    printed = Path(print_notebook(path))
    assert printed.suffix == ".pdf"
    text = "".join(unicodedata.normalize("NFKC", pdf_text(printed)).split())
    assert "向量-雅可比积" in text
    # Poppler reads a formula line by line; it decides anew which line what stands beside is on.
    parts = re.search("∂y(=∑iwi)?∂x1(=∑iwi)?", text)
    assert parts and any(parts.groups()), "the fraction's parts, line by line"
    figures = subprocess.run(["pdfimages", "-list", str(printed)], capture_output=True, check=True)
    assert len(figures.stdout.splitlines()) > 2, "no figure is in the PDF"


@pytest.mark.parametrize(("language", "said"), [("en", "Save as PDF"), ("zh", "另存为 PDF")])
def test_without_a_browser_the_page_is_left_with_a_hint(
    tmp_path, monkeypatch, capsys, language, said
):
    monkeypatch.setattr(printing, "BROWSERS", ())
    monkeypatch.delenv("CHROME_PATH", raising=False)
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {"autograder": {"language": language}}}))
    assert print_notebook(path) == str(tmp_path / "a.html")
    assert said in capsys.readouterr().out
    assert (tmp_path / "a.html").is_file()
