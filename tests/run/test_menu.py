"""The command line: groups, hints, old calls, what a program reads of a run."""

import ast
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main, prove
from autograder.engines import docker
from autograder.errors import EngineError, UsageError
from autograder.run import doctor
from autograder.run.console import choose_engine
from autograder.run.menu import SECTIONS, OwnErrors
from autograder.wording import CALLER, OPTION, as_typed

ROOT = Path(__file__).resolve().parents[2]


def invoke(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_the_help_lists_the_instructors_commands_first_and_each_once():
    text = invoke("--help").output
    assert [text.index(f"{section}:") for section in SECTIONS] == sorted(
        text.index(f"{section}:") for section in SECTIONS
    )
    for names in SECTIONS.values():
        for name in names:
            assert len(re.findall(rf"^  {name}  ", text, re.MULTILINE)) == 1


def test_every_command_is_in_a_section_or_proves_the_grader():
    add_commands()
    listed = {name for names in SECTIONS.values() for name in names}
    assert set(main.commands) == listed | set(prove.commands)


@pytest.mark.parametrize("name", ["audit", "bench", "fuzz", "hostile"])
def test_a_command_that_proves_the_grader_has_its_old_call_too(name):
    new, old = invoke("prove", name, "--help"), invoke(name, "--help")
    assert new.exit_code == old.exit_code == 0
    assert new.output.partition("\n")[2] == old.output.partition("\n")[2]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("grdae",), "grade"), (("rport",), "report"), (("prove", "adit"), "audit")],
)
def test_a_mistyped_command_is_told_which_was_meant(typed, meant):
    found = invoke(*typed)
    assert found.exit_code == 2
    assert f"Did you mean '{meant}'?" in found.output


def test_what_looks_like_no_command_gets_no_hint():
    found = invoke("zzzzzzzz")
    assert found.exit_code == 2
    assert "No such command 'zzzzzzzz'" in found.output
    assert "Did you mean" not in found.output


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "error: Too many open files"),
        (OSError(errno.EACCES, "Permission denied", "/some/file"),
         "error: /some/file: Permission denied"),
        (OSError("cannot be told"), "error: cannot be told"),
    ],
)  # fmt: skip
def test_what_the_system_refuses_is_a_line_and_no_traceback(error, said):
    @click.command()
    def fails():
        raise error

    group = OwnErrors(commands={"fails": fails})
    found = CliRunner().invoke(group, ["fails"])
    assert (found.exit_code, found.output) == (2, f"{said}\n")


def test_a_program_reads_one_event_per_line(tmp_path, built):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    shutil.copy(ROOT / "assignments/autodiff/sample/blank.ipynb", folder)
    (folder / "broken.ipynb").write_text("{")
    grading = ["--assignment", "autodiff", "--submissions", str(folder), "--out", str(out)]
    found = invoke("grade", *grading, "--engine", "local", "--workers", "1", "--json")
    events = [json.loads(line) for line in found.stdout.splitlines()]
    assert [event["event"] for event in events] == [
        "found", "started", "graded", "graded", "finished",
    ]  # fmt: skip
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.search(r"`grade --json` prints one line of JSON per\s+event \((.+?)\)", readme)
    named = [words.split()[0] for words in told[1].split(", ")]
    assert named == list(dict.fromkeys(event["event"] for event in events))
    assert all("assignment" in event for event in events)
    assert events[0]["submissions"] == 2
    graded = {event["file"]: event for event in events if event["event"] == "graded"}
    assert graded["broken.ipynb"]["status"] == "unreadable"
    assert graded["broken.ipynb"]["score"] == 0
    assert graded["blank.ipynb"]["possible"] == 100
    assert Path(events[-1]["report"]).is_file()
    again = invoke("grade", *grading, "--engine", "local", "--workers", "1", "--quiet")
    assert again.stdout == ""
    assert again.exit_code == found.exit_code == 0


def ways(monkeypatch, docker_works: bool, local_works: bool):
    def local():
        if not local_works:
            raise EngineError("libseccomp is missing; install libseccomp2")
        return doctor.Checked("local", True, "held", grades="local")

    right = doctor.Checked("docker", docker_works, "as told", "start Docker", grades="docker")
    monkeypatch.setattr(doctor, "_docker", lambda: right)
    monkeypatch.setattr(doctor, "_local", local)
    return CliRunner().invoke(doctor.doctor, [])


@pytest.mark.parametrize(
    ("docker_works", "local_works", "status"),
    [(True, True, 0), (True, False, 0), (False, True, 0), (False, False, 1)],
)
def test_the_doctor_is_content_with_one_engine(monkeypatch, docker_works, local_works, status):
    found = ways(monkeypatch, docker_works, local_works)
    assert found.exit_code == status
    assert ("install libseccomp2" in found.output) is not local_works
    assert ("start Docker" in found.output) is not docker_works


def test_an_engine_of_another_machine_is_named_and_refused(monkeypatch):
    monkeypatch.setattr(docker.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("DOCKER_HOST", "tcp://far-away:2375")
    assert docker.remote_host() == "tcp://far-away:2375"
    with pytest.raises(UsageError, match="far-away"):
        choose_engine("docker", None, bundled=False)


@pytest.mark.parametrize("host", ["unix:///var/run/docker.sock", "unix:///run/user/1/docker.sock"])
def test_an_engine_of_this_machine_is_not_remote(monkeypatch, host):
    monkeypatch.setattr(docker.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("DOCKER_HOST", host)
    assert docker.remote_host() == ""


def messages() -> list[str]:
    """Return every text of the package's that names a variable of make's."""
    found = []
    for path in (ROOT / "autograder").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return [text for text in found if re.search(r"\b(?:ENGINE|OUT|SUBMISSIONS)=", text)]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("permission denied while trying to connect to the Docker daemon socket", docker.CLOSED),
        ("Cannot connect to the Docker daemon. Is the docker daemon running?", docker.SILENT),
    ],
)
def test_an_engine_that_refuses_this_user_is_not_said_to_be_stopped(
    monkeypatch, tmp_path, said, told
):
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_HOST", "unix:///var/run/docker.sock")
    assert docker.trouble() == told
    with pytest.raises(UsageError) as raised:
        choose_engine("docker", None, bundled=False)
    assert all(part in str(raised.value) for part in (*told, "ENGINE=local"))


def test_an_interrupt_while_the_command_is_loaded_says_nothing(tmp_path):
    (tmp_path / "click.py").write_text(
        "import time\nprint('loading', flush=True)\ntime.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "autograder", "doctor"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "") and process.returncode == -signal.SIGINT


def test_a_python_without_the_packages_is_told_in_a_line():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "autograder", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "run `make`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_whoever_does_not_call_make_never_reads_its_variables(monkeypatch):
    texts = [text for text in messages() if "\n" not in text and "=$" not in text]
    assert len(texts) > 15
    monkeypatch.delenv(CALLER, raising=False)
    for text in texts:
        told = as_typed(text)
        assert not re.search(r"\b[A-Z]{3,}=(?=\w|<)", told), told
        assert re.search(r"--(engine|out|submissions|assignment) (<|docker|local)", told), told
    monkeypatch.setenv(CALLER, "make")
    assert all(as_typed(text) == text for text in texts)


def test_whoever_calls_make_never_reads_an_option_that_it_has_too(monkeypatch):
    monkeypatch.setenv(CALLER, "make")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    of_make = set(re.findall(r"\$\(call given,[A-Z]+,--([a-z-]+)\)", makefile))
    assert {"roster", "owners", "times", "out", "deadline"} <= of_make
    for name in of_make - {"part"}:
        for text in (f"give --{name} <it>", f"or --{name}", f"'--{name}': 0 is too low"):
            told = as_typed(text)
            assert f"--{name}" not in told and f"{name.upper()}=" in told, told
    assert as_typed("--file-times, --requirements FILE") == "--file-times, --requirements FILE"
    assert as_typed("`autograder grade --out x`") == "`make grade OUT=x`"


class Unraised(ast.NodeTransformer):
    """Takes out what is raised: whoever shows errors puts them into their reader's words."""

    def visit_Raise(self, node: ast.Raise) -> ast.Pass:
        return ast.Pass()


def test_whoever_prints_an_option_asks_first_who_reads_it():
    found = set()
    for path in (ROOT / "autograder").rglob("*.py"):
        if {"proving", "gradescope"} & set(path.parts):  # make has none of their options
            continue
        for node in ast.walk(Unraised().visit(ast.parse(path.read_text("utf-8")))):
            body = ast.unparse(node.body) if isinstance(node, ast.FunctionDef) else ""
            if "click.echo(" in body and OPTION.search(body):
                found.add(node.name)
                assert "as_typed(" in body, f"{path}: {node.name}"
    assert "_propose" in found


def test_what_make_is_called_with_is_refused_in_a_line_of_its_words(monkeypatch):
    monkeypatch.setenv(CALLER, "make")
    done = invoke("grade", "--workers", "0")
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("error: ") and "WORKERS=" in line and "--workers" not in line


def test_a_wrong_folder_is_told_in_the_callers_words(monkeypatch, tmp_path):
    given = ["grade", "--assignment", "autodiff", "--submissions", str(tmp_path / "nowhere")]
    monkeypatch.delenv(CALLER, raising=False)
    assert "give --submissions <folder" in invoke(*given).output
    assert "run `autograder build`" in as_typed("run `make build`")
    monkeypatch.setenv(CALLER, "make")
    assert "give SUBMISSIONS=<folder" in invoke(*given).output


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin1"}])
def test_no_encoding_of_a_terminal_ends_a_command(tmp_path, built, locale):
    folder = tmp_path / "学生"
    folder.mkdir()
    shutil.copy(ROOT / "assignments/autodiff/sample/blank.ipynb", folder / "安娜.ipynb")
    command = [sys.executable, "-m", "autograder", "grade", "--assignment", "autodiff"]
    command += ["--submissions", folder, "--out", tmp_path / "结果", "--engine", "local"]
    environment = {**os.environ, **locale}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"1 graded on local" in done.stdout and b"Traceback" not in done.stderr
