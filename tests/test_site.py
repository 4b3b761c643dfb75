"""The site that is made of the pages: built strictly, whole without a network."""

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (".docs", ".ci", ".cluster", ".mkdocs.yml", "README.md", "LICENSE")
LOADED = {("script", "src"), ("img", "src"), ("link", "href")}  # by a browser, of its own accord


class Addresses(HTMLParser):
    """Collects a page's addresses and the names in it that links may lead to."""

    def __init__(self, page: Path):
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        for name in ("href", "src"):
            if given.get(name):
                self.found.append((tag, name, given[name]))


def build(repository: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a repository's folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", ".mkdocs.yml"]
    return subprocess.run(
        [*command, "--site-dir", str(site)], cwd=repository, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Return the built site."""
    folder = tmp_path_factory.mktemp("site") / "site"
    done = build(ROOT, folder)
    assert not done.returncode, done.stdout + done.stderr
    return folder


def test_every_page_is_in_it_and_the_readme_comes_first(site):
    for page in (ROOT / ".docs").glob("*.md"):
        assert (site / f"{page.stem}.html").is_file()
    text = (site / "index.html").read_text("utf-8")
    assert "A PyTorch course that grades itself" in text and 'src="class-report.png"' in text


def test_each_address_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    pages = {page: Addresses(page) for page in site.glob("*.html") if page.name != "404.html"}
    assert pages
    for page, parsed in pages.items():
        for tag, name, address in parsed.found:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                assert (tag, name) not in LOADED, f"{page.name} loads {address}"
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page.name} leads to {address}"
            if parts.fragment and target in pages:
                known = pages[target].anchors | {"__skip"}
                assert unquote(parts.fragment) in known, f"{page.name} leads to {address}"


@pytest.mark.parametrize("broken", ["[x](no-such-page.md)", "[x](cluster.md#no-such-part)"])
def test_a_link_that_leads_nowhere_stops_the_build(broken, tmp_path):
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with open(tmp_path / ".docs" / "cluster.md", "a", encoding="utf-8") as page:
        page.write(f"\n{broken}\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode and "no-such" in done.stdout + done.stderr
