"""`grade` as an instructor runs it: whole process, real sandboxes, results on disk."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.course import assignment_names
from autograder.proving.gradescope.validate import find_faults
from tests.cluster.test_cluster import cluster, make_jobs, unused_port  # noqa: F401 - fixtures

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, env=None, wait=True):
    """Run the command; returns the finished process, or the running one."""
    command = [sys.executable, "-m", "autograder", "grade", *map(str, arguments)]
    environment = {**os.environ, **(env or {})}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=hear_interrupts,
    )  # fmt: skip
    if wait:
        process.output, _ = process.communicate(timeout=600)
        assert "Traceback" not in process.output, process.output
    return process


def hear_interrupts():
    """A suite that was started in the background of a script hands on that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def rows(out: Path) -> dict[str, dict]:
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", assignment_names())
@pytest.mark.parametrize("engine", ["local", "docker"])
def test_the_sample_class_gets_the_expected_points(name, engine, built, tmp_path, request):
    if engine == "docker":
        request.getfixturevalue("docker_engine")
    done = run("--assignment", name, "--engine", engine, "--out", tmp_path)
    expected = json.loads((ROOT / "assignments" / name / "sample" / "expected.json").read_text())
    assert done.returncode == 0, done.output
    assert f"{len(expected)} of {len(expected)} with the expected points" in done.output
    found = rows(tmp_path)
    assert set(found) == set(expected) | {"points-per-question"}
    for file, points in expected.items():
        assert {q: float(found[file][q]) for q in points if q != "total"} == {
            q: float(p) for q, p in points.items() if q != "total"
        }
    for path in (tmp_path / "results").glob("*/results.json"):
        json.loads(path.read_text("utf-8"))
    assert (tmp_path / "report" / "index.html").is_file()
    assert len(list((tmp_path / "feedback").glob("*.html"))) == len(expected)


def test_both_engines_write_the_same_results(built, docker_engine, tmp_path):
    sample = tmp_path / "class"
    sample.mkdir()
    for path in sorted((ROOT / "assignments" / "autodiff" / "sample").glob("*.ipynb"))[:6]:
        shutil.copy(path, sample)
    found = []
    for engine in ("local", "docker"):
        out = tmp_path / engine
        run("--assignment", "autodiff", "--submissions", sample, "--engine", engine, "--out", out)
        results = {}
        for path in sorted((out / "results").glob("*/results.json")):
            plain = json.loads(path.read_text("utf-8"))
            plain.pop("execution_time"), plain.pop("extra_data")
            results[path.parent.name] = plain
        found.append(results)
    assert found[0] == found[1] and len(found[0]) == 6


BAD = {
    "an unknown assignment": (["--assignment", "nothing"], "no assignment 'nothing'; there are: autodiff"),
    "no such folder": (["--assignment", "autodiff", "--submissions", "/nowhere"], "/nowhere: no such folder"),
    "no assignment named": (["--submissions", "/tmp"], "name the assignment too"),
    "a missing grading zip": (
        ["--assignment", "autodiff", "--zip", "/nowhere.zip", "--engine", "local"],
        "/nowhere.zip: no grading zip there; `autograder build` makes those of this course",
    ),
    "an unreachable scheduler": (
        ["--assignment", "autodiff", "--scheduler", "tcp://127.0.0.1:9"],
        "no Dask scheduler answers at tcp://127.0.0.1:9",
    ),
    "packages for the course's own assignment": (
        ["--assignment", "autodiff", "--requirements", "packages.txt"],
        "error: --requirements goes with --zip",
    ),
    "no address of a scheduler": (
        ["--assignment", "autodiff", "--scheduler", "nonsense"],
        "error: nonsense: no address of a Dask scheduler; give one like tcp://host:8786",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_line_and_exit_status_2(case, built, tmp_path):
    arguments, message = BAD[case]
    done = run(*arguments, "--out", tmp_path / "out")
    assert done.returncode == 2 and message in " ".join(done.output.split()), done.output


def test_a_missing_folder_is_told_before_an_engine_is_looked_for(built, tmp_path):
    nobody = {"DOCKER_HOST": "tcp://127.0.0.1:1"}
    folder = tmp_path / "nowhere"
    done = run("--assignment", "autodiff", "--submissions", folder, "--engine", "docker",
               env=nobody)  # fmt: skip
    assert done.returncode == 2
    assert str(folder) in done.output and "no such folder" in done.output


def test_an_empty_folder_is_said_to_be_empty(built, tmp_path):
    (tmp_path / "class").mkdir()
    done = run("--assignment", "autodiff", "--submissions", tmp_path / "class", "--engine", "local",
               "--out", tmp_path / "out")  # fmt: skip
    assert done.returncode == 2 and "no submissions there" in done.output


NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def test_without_an_engine_real_submissions_stop_with_both_ways_on(built, tmp_path):
    make_jobs(tmp_path, 1)
    done = run("--assignment", "autodiff", "--submissions", tmp_path, "--out", tmp_path / "out",
               env=NO_ENGINE)  # fmt: skip
    assert done.returncode == 2
    assert "Start Docker" in done.output and "--engine local" in done.output


def test_without_an_engine_the_sample_class_is_graded_locally_with_a_notice(built, tmp_path):
    done = run("--assignment", "linear-algebra", "--out", tmp_path, env=NO_ENGINE)
    assert done.returncode == 0 and "graded with --engine local" in done.output


def test_when_no_container_starts_dockers_own_words_are_the_error(built, tmp_path):
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\n[ "$1" != run ] || { echo "docker: no room" >&2; exit 125; }\n')
    docker.chmod(0o755)
    path = {"PATH": f"{docker.parent}:{os.environ['PATH']}"}
    done = run(
        "--assignment", "autodiff", "--engine", "docker", "--out", tmp_path / "out", env=path
    )
    assert done.returncode == 2
    assert "error: the grading container does not start: docker: no room" in done.output


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_ends_while_containers_start_leaves_none(
    how, built, docker_engine, tmp_path, open_folder
):
    process = run("--assignment", "autodiff", "--out", tmp_path / "out", "--engine", "docker",
                  env={"TMPDIR": str(open_folder)}, wait=False)  # fmt: skip
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not (found := _containers_with(open_folder)):
        time.sleep(0.05)
    assert found
    process.send_signal(how)
    output, _ = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGKILL) and "Traceback" not in output, output
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _containers_with(open_folder):
        time.sleep(0.2)
    assert not _containers_with(open_folder)


def _containers_with(folder: Path) -> list[str]:
    """Return the containers that something in a folder is mounted into."""
    command = ["docker", "ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.Mounts}}"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line]


def test_bad_files_cost_no_other_submission_anything(built, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    (folder / "nested").mkdir(parents=True)
    good = ROOT / "assignments" / "autodiff" / "sample" / "reference-solutions.ipynb"
    shutil.copy(good, folder / "nested" / "good 你好.ipynb")
    (folder / "notes.py").write_text("print(1)")
    (folder / "cut.ipynb").write_text('{"cells": [')
    (folder / "empty.zip").write_bytes(b"")
    other = ROOT / "dist" / "linear-algebra" / "student" / "en" / "linear-algebra.ipynb"
    shutil.copy(other, folder / "other.ipynb")
    done = run(
        "--assignment", "autodiff", "--submissions", folder, "--engine", "local", "--out", out
    )
    assert done.returncode == 0, done.output
    found = rows(out)
    assert float(found["nested/good 你好.ipynb"]["total_points_earned"]) == 100
    for file in ("notes.py", "cut.ipynb", "empty.zip", "other.ipynb"):
        assert float(found[file]["total_points_earned"]) == 0
        assert file in found[file]["grading_status"]


def test_what_is_unchanged_is_not_run_again(built, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    make_jobs(folder, 4)
    arguments = (
        "--assignment",
        "autodiff",
        "--submissions",
        folder,
        "--engine",
        "local",
        "--out",
        out,
    )
    run(*arguments)
    again = run(*arguments)
    assert "0 graded on local, 4 unchanged" in again.output
    make_jobs(folder, 1, pause_s=0.01)
    third = run(*arguments)
    assert "1 graded on local, 3 unchanged" in third.output


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_ended_run_goes_on_where_it_was(how, built, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    make_jobs(folder, 30, pause_s=0.2)
    arguments = (
        "--assignment",
        "autodiff",
        "--submissions",
        folder,
        "--engine",
        "local",
        "--out",
        out,
    )
    process = run(*arguments, wait=False)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list(out.glob("results/*/results.json"))) < 5:
        time.sleep(0.1)
    process.send_signal(how)
    output, _ = process.communicate(timeout=60)
    assert "Traceback" not in output, output
    done = len(list(out.glob("results/*/results.json")))
    assert 5 <= done < 30
    again = run(*arguments)
    assert again.returncode == 0, again.output
    graded = int(again.output.split(" graded on")[0].split()[-1])
    assert graded <= 30 - done + 1 and len(rows(out)) == 31


@pytest.fixture(params=["this machine", "a cluster"])
def place(request) -> tuple[str, str]:
    """Return the options that say where to grade."""
    if request.param == "this machine":
        return "--engine", "local"
    found = request.getfixturevalue("cluster")
    found.start_worker("a")
    return "--scheduler", found.address


def test_a_full_disk_is_one_clear_line_and_the_next_run_completes_the_rest(built, place, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    make_jobs(folder, 30)
    arguments = ("--assignment", "autodiff", "--submissions", folder, *place, "--out", out)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", out], check=True)
    try:
        full = run(*arguments)
        done = len(list(out.glob("results/*/results.json")))
        assert full.returncode == 2 and "full" in full.output and done < 30, full.output
        assert "make room" in full.output and "damaged" not in full.output, full.output
        subprocess.run(["mount", "-o", "remount,size=100m", out], check=True)
        again = run(*arguments)
        assert again.returncode == 0 and len(rows(out)) == 31, again.output
    finally:
        subprocess.run(["umount", "-l", out], check=True)


def test_a_killed_worker_loses_no_submission(built, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    make_jobs(folder, 20, pause_s=0.2)
    process = run("--assignment", "autodiff", "--submissions", folder, "--engine", "local", "--out",
                  out, "--workers", "2", wait=False)  # fmt: skip
    killed = 0
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not killed and process.poll() is None:
        time.sleep(1.0)
        found = len(list(out.glob("results/*/results.json")))
        workers = _workers_under(process.pid) if found >= 3 else []
        if workers:
            os.kill(workers[0], signal.SIGKILL)
            killed += 1
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 0 and killed, output
    assert len(rows(out)) == 21


def _workers_under(pid: int) -> list[int]:
    """Return the sandbox workers among the descendants of a process."""
    found, stack = [], [pid]
    while stack:
        listed = subprocess.run(["ps", "--ppid", str(stack.pop()), "-o", "pid=,args="],
                                capture_output=True, text=True).stdout  # fmt: skip
        for line in listed.splitlines():
            child, _, arguments = line.strip().partition(" ")
            stack.append(int(child))
            if "autograder.sandbox.worker" in arguments:
                found.append(int(child))
    return found


def test_results_follow_gradescopes_rules(built, tmp_path):
    run("--assignment", "autodiff", "--engine", "local", "--out", tmp_path)
    paths = list((tmp_path / "results").glob("*/results.json"))
    assert paths
    for path in paths:
        assert not find_faults(path.read_bytes()), path
