"""A notebook as a printed page: HTML that needs no network and no script, and a PDF of it.

Formulas become MathML, which browsers typeset themselves; a browser that is there anyway (Chrome,
Edge or Chromium) prints the page. No LaTeX, no download. This file stands alone: a release whose
export cell asks for a PDF carries it beside the notebook.
"""

import base64
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistune import HTMLRenderer

BROWSERS = (
    "google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser",
    "microsoft-edge", "msedge", "brave-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
)  # fmt: skip
FLAGS = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-sync", "--no-first-run", "--no-pdf-header-footer", "--print-to-pdf-no-header",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
PRINT_S = 120
MAX_FORMULA = 5_000  # letters; a longer one is shown as it was typed
MAX_MARKDOWN = 50_000  # letters of one cell
MAX_OUTPUT = 20_000  # letters of one output
NO_BROWSER = (
    "No Chrome, Edge or Chromium found, so no PDF was made: open {page} in your browser and choose "
    "Print, Save as PDF. ‖ 没有找到 Chrome、Edge 或 Chromium，未能生成 PDF："
    "请在浏览器中打开 {page}，选择“打印”，再选择“另存为 PDF”。"
)
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
@page { size: A4; margin: 16mm 15mm }
body { font: 10.5pt/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em;
  color: #1b1f24; background: #fff; overflow-wrap: break-word }
@media print { body { margin: 0; max-width: none; padding: 0 } }
h1 { font-size: 1.7em } h2 { font-size: 1.35em; margin: 1.4em 0 .4em } h3 { font-size: 1.1em }
h1, h2, h3, h4 { line-height: 1.25; break-after: avoid }
pre, code { font: 9pt/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas,
  "Noto Sans Mono CJK SC", monospace }
pre { white-space: pre-wrap; margin: .4em 0 }
.code { background: #f5f7f9; border: 1px solid #dfe3e8; border-radius: 3px; padding: .5em .7em;
  break-inside: auto }
.output { border-left: 3px solid #dfe3e8; padding: 0 0 0 .7em; color: #333 }
.error { border-color: #c33; color: #8d1f1f }
img { max-width: 100%; max-height: 120mm; break-inside: avoid }
table { border-collapse: collapse; margin: .6em 0 }
td, th { border: 1px solid #ccd; padding: .2em .6em; text-align: left; vertical-align: top }
blockquote { border-left: 3px solid #ccd; margin: .6em 0; padding-left: .8em; color: #444 }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "Noto Sans Math",
  "DejaVu Math TeX Gyre", math; font-size: 1.08em }
.formula { margin: .7em 0; text-align: center; break-inside: avoid }
mtd[columnalign="left"] { text-align: left }
.k, .kn, .kd, .kr, .ow { color: #00528a; font-weight: 600 }
.s, .s1, .s2, .sd, .sa, .si { color: #7a3e00 }
.c, .c1, .cm, .ch { color: #5b6570; font-style: italic } .mi, .mf, .mh { color: #1a6b34 }
.nf, .nc, .fm { color: #5a2ca0 }
"""
# What Jupyter takes for code and for a formula in Markdown; in this order. Each piece has a length
# that it ends at: else a text of openings alone would be read to its end for each of them.
_MATH = re.compile(
    r"(?P<code>(?<!`)(?P<fence>`{1,20})(?!`).{1,3000}?(?<!`)(?P=fence)(?!`)|^~~~.{0,3000}?^~~~)"
    r"|\$\$(?P<block>.{1,3000}?)\$\$"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]{1,30}\*?)\}.{1,3000}?\\end\{(?P=name)\})"
    r"|(?<!\\)\$(?P<inline>(?! )(?:\\.|[^$\\\n]|\n(?!\s*\n)){1,3000}?(?<! ))\$",
    re.DOTALL | re.MULTILINE,
)
_PLACE = re.compile("\ue000(\\d+)\ue001")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ue000\ue001]"
)
_ATTRIBUTES = {"display", "stretchy", "fence", "form", "mathvariant", "columnalign", "width",
               "minsize", "maxsize", "accent", "lspace", "rspace", "linethickness", "separator",
               "movablelimits", "displaystyle", "scriptlevel", "columnspan"}  # fmt: skip
_ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot",
             "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd",
             "mstyle", "mpadded", "mphantom", "menclose", "mmultiscripts", "mprescripts",
             "none"}  # fmt: skip


def print_notebook(path: str | Path, target: str | Path | None = None) -> str:
    """Write a notebook's PDF beside it, or its HTML page where no browser can print.

    Args:
        path: the notebook, saved.
        target: the PDF to write; default: the notebook's name with ``.pdf``.

    Returns:
        The path of what was written.
    """
    path = Path(path)
    target = Path(target) if target else path.with_suffix(".pdf")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    language = notebook.get("metadata", {}).get("autograder", {}).get("language", "en")
    page = target.with_suffix(".html")
    page.write_text(notebook_page(notebook, path.stem, language), encoding="utf-8")
    if print_page(page, target):
        page.unlink()
        return str(target)
    print(NO_BROWSER.format(page=page).split(" ‖ ")[language == "zh"])
    return str(page)


def print_page(page: Path, target: Path) -> bool:
    """Print an HTML file to PDF with a browser of this machine; tells whether that worked."""
    browser = find_browser()
    if browser is None:
        return False
    target.unlink(missing_ok=True)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    # Neither root nor most containers have Chromium's sandbox; the page loads and runs nothing.
    for sandbox in (["--no-sandbox"],) if root else ([], ["--no-sandbox"]):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [browser, *FLAGS, *sandbox, f"--user-data-dir={profile}",
                       f"--print-to-pdf={target.resolve()}", page.resolve().as_uri()]  # fmt: skip
            try:
                subprocess.run(command, capture_output=True, timeout=PRINT_S)
            except (OSError, subprocess.TimeoutExpired):
                return False
        if target.is_file() and target.stat().st_size:
            return True
    return False


def find_browser() -> str | None:
    """Return a browser that can print, or None; ``CHROME_PATH`` may name it."""
    for name in (os.environ.get("CHROME_PATH", ""), *BROWSERS):
        found = shutil.which(os.path.expandvars(name)) if name else None
        if found:
            return found
    return None


def notebook_page(notebook: dict, title: str, language: str = "en") -> str:
    """Return a notebook's page: its Markdown, code, printed text, figures and errors."""
    body = "\n".join(map(cell_html, notebook.get("cells", [])))
    return whole_page(body, title, language)


def cell_html(cell: dict) -> str:
    """Return one cell of a notebook as HTML; nothing for raw cells."""
    source = "".join(cell.get("source", ""))
    if cell.get("cell_type") == "markdown":
        return markdown(source, cell.get("attachments"))
    if cell.get("cell_type") == "code":
        return "\n".join([code(source), *map(_output, cell.get("outputs", []))])
    return ""


def whole_page(body: str, title: str, language: str, style: str = "") -> str:
    """Return an HTML document that loads and runs nothing."""
    lang = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}{style}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _without_comments(text: str) -> str:
    """Return Markdown without HTML comments; one that never ends is none."""
    parts, start = [], 0
    while (opened := text.find("<!--", start)) >= 0 and (
        closed := text.find("-->", opened + 4)
    ) >= 0:
        parts.append(text[start:opened])
        start = closed + 3
    return "".join(parts) + text[start:]


def markdown(text: str, attachments: dict | None = None) -> str:
    """Return Markdown as HTML; HTML in it is shown as text, images only from its attachments."""
    import mistune

    formulas: list[str] = []

    def keep(found: re.Match) -> str:
        if found["code"]:
            return found[0]
        block = found["block"] or found["environment"]
        formulas.append(formula(block or found["inline"], bool(block)))
        return f"\ue000{len(formulas) - 1}\ue001"

    kept = _MATH.sub(keep, _without_comments(_plain(text[:MAX_MARKDOWN])))
    renderer = _renderer(attachments or {})
    page = mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough"])(kept)
    return _PLACE.sub(lambda place: formulas[int(place[1])], str(page))


def formula(text: str, block: bool = False) -> str:
    """Return a TeX formula as MathML, or as it was typed where it cannot be read."""
    typed = f"<code>{html.escape(text)}</code>"
    try:
        from latex2mathml.converter import convert

        if len(text) > MAX_FORMULA:
            return typed
        tree = ElementTree.fromstring(convert(text, display="block" if block else "inline"))
        made = ElementTree.tostring(_cleaned(tree), encoding="unicode")
    except Exception:  # the library raises many kinds; the text is a student's
        made = typed
    return f'<div class="formula">{made}</div>' if block else made


def code(source: str) -> str:
    """Return Python code, coloured where that is possible."""
    source = _plain(source)
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        inner = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    except ImportError:
        inner = html.escape(source)
    return f'<pre class="code">{inner.rstrip()}</pre>' if source.strip() else ""


def _renderer(attachments: dict) -> "HTMLRenderer":
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def image(self, text: str, url: str, title: str | None = None) -> str:
            found = attachments.get(url.removeprefix("attachment:"))
            return _image(found, text) if isinstance(found, dict) else f"[{html.escape(text)}]"

    return Renderer(escape=True)


def _cleaned(element: ElementTree.Element) -> ElementTree.Element:
    """Return a formula's element without anything that is no mathematics, and no namespace."""
    name = element.tag.rsplit("}", 1)[-1]
    if name not in _ELEMENTS:
        raise ValueError(name)
    clean = ElementTree.Element(name)
    clean.attrib = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES}
    clean.text, clean.tail = element.text, element.tail
    clean.extend([_cleaned(child) for child in element])
    return clean


def _output(output: dict) -> str:
    kind, data = output.get("output_type"), output.get("data", {})
    if kind == "error":
        trace = "\n".join(map(str, output.get("traceback", [])))
        return _text(trace or str(output.get("evalue", "")), "output error")
    if kind == "stream":
        return _text("".join(output.get("text", "")), "output")
    if any(name.startswith("image/") for name in data):
        return f'<div class="output">{_image(data, "")}</div>'
    if "text/latex" in data or "text/markdown" in data:
        source = data.get("text/markdown") or data["text/latex"]
        return f'<div class="output">{markdown("".join(source))}</div>'
    return _text("".join(data.get("text/plain", "")), "output")


def _image(data: dict, text: str) -> str:
    for kind in ("image/png", "image/jpeg", "image/gif", "image/svg+xml"):
        if kind in data:
            content = "".join(data[kind])
            if kind == "image/svg+xml":
                content = base64.b64encode(content.encode()).decode()
            content = "".join(content.split())
            if re.fullmatch(r"[A-Za-z0-9+/=]+", content):
                return f'<img src="data:{kind};base64,{content}" alt="{html.escape(text)}">'
    return f"[{html.escape(text)}]"


def _text(text: str, style: str) -> str:
    text = _plain(_ANSI.sub("", text))
    cut = text[:MAX_OUTPUT] + ("…" if len(text) > MAX_OUTPUT else "")
    return f'<pre class="{style}">{html.escape(cut).rstrip()}</pre>' if cut.strip() else ""


def _plain(text: str) -> str:
    """Return text without controls, changes of direction and halves of surrogate pairs."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return _CONTROL.sub("", text)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(print_notebook(argument))
