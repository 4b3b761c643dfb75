"""What MkDocs is told about this repository: the README is the first page, and files outside of
``.docs`` that a page links to are part of the site."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
FIRST = ("index.md", "instructor-guide.md", "cluster.md", "threat-model.md", "architecture.md")
LAST = ("changelog.md",)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README as the first page, and what pages link to outside of their folder."""
    files.append(
        File.generated(config, "index.md", content=(ROOT / "README.md").read_text("utf-8"))
    )
    for page in [ROOT / "README.md", *sorted((ROOT / ".docs").glob("*.md"))]:
        for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            if path.is_file() and _is_outside(path) and not files.get_file_from_path(_place(path)):
                files.append(File.generated(config, _place(path), content=path.read_bytes()))
    return files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages in their order: those that are named first or last, the others between them."""
    found = {path.name for path in (ROOT / ".docs").glob("*.md")}
    between = sorted(found - {*FIRST, *LAST})
    config.nav = [*FIRST, *between, *LAST]
    return config


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return a page whose links lead to where their targets lie in the site."""
    folder = ROOT if page.file.src_uri == "index.md" else ROOT / ".docs"

    def moved(link: re.Match[str]) -> str:
        path = (folder / link[1]).resolve()
        place = (
            "index.md"
            if path == ROOT / "README.md"
            else (
                _place(path) if _is_outside(path) else path.relative_to(ROOT / ".docs").as_posix()
            )
        )
        return f"]({place}{link[2] or ''})"

    return LINK.sub(moved, markdown)


def _is_outside(path: Path) -> bool:
    return not path.is_relative_to(ROOT / ".docs") and path != ROOT / "README.md"


def _place(path: Path) -> str:
    """Return where a file from outside lies in the site; no part of that begins with a dot."""
    parts = path.relative_to(ROOT).parts
    name = "/".join(part.lstrip(".") for part in parts)
    return f"files/{name if path.suffix else name + '.txt'}"
