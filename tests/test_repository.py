"""What the repository tells its host and its contributors: valid, and true of this tree."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder import __version__

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = {
    **{path: "github-workflows" for path in sorted((ROOT / ".github/workflows").glob("*.yml"))},
    **{path: "github-issue-forms" for path in sorted((ROOT / ".github/ISSUE_TEMPLATE").iterdir())},
    ROOT / ".github/renovate.json": "renovate",
}
PAGES = [ROOT / "README.md", *sorted((ROOT / ".docs").glob("*.md"))]
PAGES += sorted((ROOT / ".github").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_host_understands(path):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run([*command, f"vendor.{SCHEMAS[path]}", str(path)], capture_output=True)
    assert not done.returncode, done.stdout.decode()


def test_what_is_misspelt_is_refused(tmp_path):
    path = tmp_path / "suite.yml"
    path.write_text((ROOT / ".github/workflows/suite.yml").read_text().replace("runs-on", "run-on"))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run([*command, "vendor.github-workflows", str(path)], capture_output=True)
    assert done.returncode


def test_the_host_runs_the_script_that_the_readme_names():
    steps = yaml.safe_load((ROOT / ".github/workflows/suite.yml").read_text())["jobs"]["suite"]
    assert any("bash .ci/run" in step.get("run", "") for step in steps["steps"])
    assert "make --no-print-directory test" in (ROOT / ".ci/run").read_text()


def test_the_hooks_run_what_lint_runs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    makefile = (ROOT / "Makefile").read_text()
    for hook in hooks:
        tool = re.search(r"-m (ruff \w+|mypy)", hook["entry"])[1]
        assert f"-m {tool}" in makefile


def test_the_container_for_development_has_the_suites_system_packages():
    recipe = (ROOT / ".devcontainer/Dockerfile").read_text()
    script = (ROOT / ".ci/run").read_text()
    for package in ("docker.io", "debootstrap", "chromium", "fonts-noto-cjk", "poppler-utils"):
        assert package in script and package in recipe
    assert json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())["build"]


def test_the_changelog_has_this_version():
    assert f"\n## {__version__}\n" in (ROOT / ".docs/changelog.md").read_text()


def test_nothing_lies_at_the_top_but_what_belongs_there():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = {name.split("/")[0] for name in listed.stdout.decode().split("\0") if name}
    assert {name for name in names if not name.startswith(".")} == {
        "LICENSE", "Makefile", "README.md", "assignments", "autograder", "pyproject.toml",
        "requirements.lock", "tests",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(page):
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name} links to {target}"
        if anchor and path.suffix == ".md":
            assert anchor[1:] in anchors(path), f"{page.name} links to {target}{anchor}"


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings make."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
