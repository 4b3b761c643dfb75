"""A student's way in a real JupyterLab: open the release, run, read checks, export, be graded."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from autograder.engines.local import LocalEngine
from autograder.model import Job, Limits, Provenance
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment

pytestmark = pytest.mark.browser
QUESTIONS = {
    "autodiff": 5,
    "calculus": 4,
    "data": 4,
    "documentation": 2,
    "linear-algebra": 8,
    "probability": 4,
}
CASES = [(name, language) for name in QUESTIONS for language in ("en", "zh")]
START_S, RUN_S = 90, 300


class Lab:
    """A JupyterLab server on the loopback interface."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / ".jupyter"),
            "JUPYTER_DATA_DIR": str(folder / ".data"),
            "IPYTHONDIR": str(folder / ".ipython"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        self.log = open(folder / "lab.log", "wb")  # noqa: SIM115 - closed in stop()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
             "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
             "--ServerApp.disable_check_xsrf=True", "--LabApp.expose_app_in_browser=True",
             "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
             "--LabApp.news_url=None", f"--ServerApp.root_dir={folder}"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log,
        )  # fmt: skip

    def wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/api/status", timeout=2).read()
                return
            except OSError:
                time.sleep(0.3)
        raise AssertionError((self.folder / "lab.log").read_text(errors="replace")[-2000:])

    def shut_kernels_down(self) -> None:
        """End every kernel, so that the next notebook's is the only one."""
        for session in json.loads(urllib.request.urlopen(f"{self.url}/api/sessions").read()):
            url = f"{self.url}/api/sessions/{session['id']}"
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE"))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def lab(built, tmp_path_factory):
    import socket

    folder = tmp_path_factory.mktemp("lab")
    for name, language in CASES:
        for kind in ("blank", "solved"):
            target = folder / f"{name}-{language}-{kind}"
            shutil.copytree(built / name / "student" / language, target)
            if kind == "solved":
                solution = built / name / "solutions" / f"{name}-{language}.ipynb"
                solve(target / f"{name}.ipynb", solution)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Lab(folder, port)
    try:
        lab.wait()
        yield lab
    finally:
        lab.stop()


def solve(student: Path, solution: Path) -> None:
    """Put the solution's answers into a released notebook; all else stays as released."""
    notebook, solved = (json.loads(path.read_text("utf-8")) for path in (student, solution))
    code = [cell for cell in solved["cells"] if cell["cell_type"] == "code"]
    answers = {cell["id"]: cell["source"] for cell in code}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    student.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


# What the page knows of the notebook in front; nothing is to be done before a kernel is at work.
READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return session?.isReady && session.session?.kernel?.connectionStatus === 'connected'
        && session.session.kernel.status === 'idle';
}"""
RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(
    cell => cell.model.type !== 'code' || cell.model.executionCount)"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


def run_all(page, lab: Lab, path: str) -> None:
    """Open a notebook in the browser, run all of it through the menu, save it."""
    lab.shut_kernels_down()
    page.goto(f"{lab.url}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=START_S * 1000)
    page.wait_for_function(READY, timeout=START_S * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(RUN, timeout=RUN_S * 1000)
    page.evaluate(SAVE)
    saved = json.loads((lab.folder / path).read_text("utf-8"))
    counts = [c.get("execution_count") for c in saved["cells"] if c["cell_type"] == "code"]
    assert all(counts), f"{path} was not run to its end: {counts}"


def texts(path: Path) -> dict[str, str]:
    """Return what each code cell of a saved notebook shows, by its id."""
    found = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            parts = []
            for output in cell["outputs"]:
                parts.append("".join(output.get("text", "")))
                data = output.get("data", {})
                parts.append("".join(data.get("text/html", data.get("text/plain", ""))))
                parts += output.get("traceback", [])
            found[cell["id"]] = "\n".join(parts)
    return found


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_blank_release_runs_and_its_checks_say_what_is_missing(chromium, lab, name, language):
    page = chromium.new_page(viewport={"width": 1200, "height": 1000})
    path = f"{name}-{language}-blank/{name}.ipynb"
    run_all(page, lab, path)
    page.screenshot(path=str(lab.folder / f"{name}-{language}-blank.png"))
    page.close()
    shown = texts(lab.folder / path)
    checks = {cell: text for cell, text in shown.items() if re.fullmatch(r"q\d+-check", cell)}
    assert len(checks) == QUESTIONS[name]
    for cell, text in checks.items():
        assert "results:" in text and "failed" in text, f"{cell}: {text[:500]}"
        assert (re.search("[\u4e00-\u9fff]", text) is not None) == (language == "zh"), text[:500]


@pytest.fixture(scope="module")
def engine():
    with LocalEngine() as engine:
        yield engine


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_solved_release_passes_its_checks_exports_and_is_graded(
    chromium, lab, built, engine, name, language
):
    page = chromium.new_page(viewport={"width": 1200, "height": 1000})
    folder = lab.folder / f"{name}-{language}-solved"
    run_all(page, lab, f"{folder.name}/{name}.ipynb")
    page.screenshot(path=str(lab.folder / f"{name}-{language}-solved.png"))
    page.close()
    shown = texts(folder / f"{name}.ipynb")
    for cell, text in shown.items():
        if re.fullmatch(r"q\d+-check", cell):
            assert "passed" in text and "failed" not in text, f"{cell}: {text[:800]}"
            assert "Warning" not in text, f"{cell}: {text[:800]}"
    (exported,) = folder.glob("*.zip")
    assignment = load_assignment(built / name / "autograder.zip", name)
    job = Job("exported", exported, exported.name)
    gradation = pipeline.score(job, assignment, engine, Limits(), Provenance())
    assert gradation.score == gradation.possible, [q for q in gradation.questions]
    assert gradation.language == language
    keep = os.environ.get("AUTOGRADER_SCREENSHOTS")
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
        for picture in lab.folder.glob("*.png"):
            shutil.copy(picture, keep)
