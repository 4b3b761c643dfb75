"""The benchmark's own parts: its classes, its timing, its sums. Nothing here compares timings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from autograder.course import ROOT
from autograder.engines.local import LocalEngine
from autograder.errors import AutograderError
from autograder.model import Job, Limits, Provenance
from autograder.proving.bench import (
    classes,
    cluster,
    commands,
    foreign,
    model,
    newcomer,
    picture,
    scale,
    table,
    throughput,
    timing,
)
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment

RESULTS = {
    "workers": 2,
    "rounds": 3,
    "peers": {
        "autodiff": {
            "per_minute": 600.0, "per_minute_png": 400.0, "per_minute_container": 6.0,
            "per_minute_otter_run": 7.0, "first_result_s": 5.0,
            "throughput_vs_container": 100.0, "throughput_vs_container_spread": [90.0, 110.0],
            "throughput_vs_container_png": 66.0, "throughput_vs_container_png_spread": [60.0, 70.0],
            "throughput_vs_otter_run": 86.0, "throughput_vs_otter_run_spread": [80.0, 90.0],
        }
    },
    "foreign": {
        "workers": 2, "per_minute": 777.0, "first_result_s": 6.5,
        "throughput_vs_container": 93.0, "throughput_vs_container_spread": [91.0, 95.0],
        "throughput_vs_otter_run": 81.0, "throughput_vs_otter_run_spread": [80.0, 82.0],
    },
    "cost": {
        "autodiff": {"cpu_s_per_submission": 0.18, "steady_cpu_s_per_submission": 0.16,
                     "floor_cpu_s": 0.08},
        "linear-algebra": {"cpu_s_per_submission": 0.13, "steady_cpu_s_per_submission": 0.11,
                           "floor_cpu_s": 0.05},
    },
    "command_cpu_s_per_submission": 0.01,
    "per_minute_by_workers": {"1": 310.0, "2": 600.0},
    "two_worker_speedup": 1.93, "two_worker_speedup_spread": [1.9, 1.95],
    "scale_assignment": "linear-algebra", "grade_1000_s": 90.0, "grade_10000_s": 900.0,
    "grader_peak_mib_1000": 700.0, "grader_peak_mib_10000": 720.0, "rerun_10000_s": 8.0,
    "cluster_per_minute": 700.0, "cluster_command_cpu_s_per_submission": 0.01,
    "cluster_scheduler_cpu_s_per_submission": 0.002,
    "progress": [[n, 5 + 0.09 * n, 700.0] for n in range(500, 10_001, 500)],
    "last_tenth_to_first": 1.02,
}  # fmt: skip


@pytest.fixture
def sample():
    return ROOT / "assignments" / "autodiff" / "sample"


def test_no_two_notebooks_of_a_class_are_alike(sample, tmp_path):
    made = classes.make_class(sample, tmp_path / "a", 30, seed=1)
    made += classes.make_class(sample, tmp_path / "b", 30, seed=2)
    assert len({path.read_bytes() for path in made}) == 60


def test_a_small_class_is_spread_over_the_sample_class(sample, tmp_path):
    made = classes.make_class(sample, tmp_path, 6)
    plain = {path.read_text().split("# submission")[0] for path in made}
    assert len(plain) > 3


def test_a_rendered_notebook_draws_and_keeps_its_points(sample, built, tmp_path):
    grading_zip = built / "autodiff" / "autograder.zip"
    tests = load_assignment(grading_zip, "autodiff")
    full = tmp_path / "sample"
    full.mkdir()
    (full / "a.ipynb").write_bytes((sample / "reference-solutions.ipynb").read_bytes())
    (path,) = classes.make_class(full, tmp_path / "drawn", 1, rendered=True)
    assert "savefig" in path.read_text()
    with LocalEngine() as engine:
        gradation = pipeline.score(Job("a", path, path.name), tests, engine, Limits(), Provenance())
    assert gradation.score == 100
    assert not [output.error for output in gradation.outputs if output.error]


def test_the_other_courses_notebooks_are_right_and_differ(tmp_path):
    (tmp_path / "rain.zip").write_bytes(foreign.make_course())
    given = load_assignment(tmp_path / "rain.zip")
    made = foreign.write_class(tmp_path / "class", 3, "x")
    assert len({path.read_bytes() for path in made}) == 3
    with LocalEngine() as engine:
        job = Job("a", made[0], made[0].name)
        gradation = pipeline.score(job, given, engine, Limits(), Provenance())
    assert len(gradation.questions) == 5
    for question in gradation.questions:
        assert all(case.passed for case in question.cases), question


def test_a_varied_class_mixes_the_bank(built, tmp_path):
    made = classes.make_varied_class(
        ROOT / "assignments" / "autodiff", built / "autodiff", tmp_path, 20
    )
    assert len({path.read_bytes() for path in made}) == 20


def test_a_timed_run_counts_results_and_memory(sample, built, tmp_path):
    classes.make_class(sample, tmp_path / "class", 4)
    grading_zip = built / "autodiff" / "autograder.zip"
    found = timing.grade_class(
        "autodiff", grading_zip, tmp_path / "class", tmp_path / "out", timing.LOCAL, 1
    )
    assert found.submissions == 4
    assert 0 < found.first_s < found.wall_s
    assert found.peak_mib > 100
    assert 0 < found.command_s < found.cpu_s
    assert [count for count, _, _ in found.progress] == [1, 2, 3, 4]
    assert found.progress[0][1] == pytest.approx(found.first_s)
    assert all(0 < mib <= found.peak_mib for _, _, mib in found.progress)


def test_a_run_that_slows_down_is_told_apart():
    steady = [(n, 5.0 + n, 1.0) for n in range(5, 101, 5)]
    slower = [(n, 5.0 + n * n, 1.0) for n in range(5, 101, 5)]
    assert scale.last_tenth_to_first(steady) == pytest.approx(1)
    assert scale.last_tenth_to_first(slower) > 5


def test_the_floor_runs_the_cells(sample, tmp_path):
    classes.make_class(sample, tmp_path / "class", 2)
    command = [sys.executable, "-m", "autograder.proving.bench.floor", str(tmp_path / "class")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 60


def test_ratios_are_medians_of_paired_rounds():
    rows = [dict.fromkeys(throughput.RATIOS, float(value)) for value in (5, 1, 3)]
    found = throughput.summarise(rows)
    assert found["throughput_vs_container"] == 3
    assert found["throughput_vs_container_spread"] == [1, 5]


@pytest.mark.parametrize(
    "cores, hours, bound, used",
    [(2, 1e6 * 0.1 / 2 / 3600, "workers", 1.0), (1000, 1e6 * 0.01 / 3600, "command", 0.01)],
)
def test_the_slower_part_sets_the_pace(cores, hours, bound, used):
    cost = model.Cost(0.1, {"command": 0.01, "scheduler": 0.002})
    (found,) = [one for one in model.forecast(cost) if one.cores == cores]
    assert (found.bound, found.used) == (bound, pytest.approx(used))
    assert found.hours == pytest.approx(hours)


def test_results_of_other_measurements_stay(tmp_path):
    path = tmp_path / "results" / "bench.json"
    commands.merge_results(path, {"a": 1, "b": 1})
    commands.merge_results(path, {"b": 2})
    assert json.loads(path.read_text()) == {"a": 1, "b": 2, "format": commands.FORMAT}


@pytest.mark.parametrize("old", ["", "[]", "nonsense", '{"a": 1}'])
def test_results_in_another_format_give_way(tmp_path, old):
    path = tmp_path / "bench.json"
    path.write_text(old)
    commands.merge_results(path, {"b": 2})
    assert json.loads(path.read_text()) == {"b": 2, "format": commands.FORMAT}


def test_the_table_holds_every_measurement():
    rows = [str(cell) for cell in table.make_table(RESULTS).columns[1].cells]
    for shown in ("600", "100 (90–110)", "66 (60–70)", "777",
                  "93 (91–95)", "81 (80–82)", "6.5 s", "180 ms", "80 ms", "1.93 (1.90–1.95)",
                  "900.0 s", "8.0 s", "720.0 MiB", "1.02",
                  "13.9 h, bound by the workers", "2.8 h, bound by the command",
                  "10 on", "0.031"):  # fmt: skip
        assert any(shown in row for row in rows), shown


@pytest.mark.parametrize("missing", [(), ("peers",), ("per_minute_by_workers", "scale_assignment")])
def test_the_picture_shows_what_was_measured(missing, tmp_path):
    path = tmp_path / "bench.png"
    picture.draw_results(path, {key: value for key, value in RESULTS.items() if key not in missing})
    with Image.open(path) as image:
        assert image.width > 300 and len(image.getcolors(1 << 24)) > 20


def test_a_cluster_is_timed_part_by_part(built):
    grading_zip = built / "linear-algebra" / "autograder.zip"
    sample = ROOT / "assignments" / "linear-algebra" / "sample"
    found = cluster.measure_cluster("linear-algebra", grading_zip, sample, 1, 40)
    assert found["cluster_per_minute"] > 0
    for part in ("command", "scheduler"):  # of so few, what the clock can tell may be nothing
        assert abs(found[f"cluster_{part}_cpu_s_per_submission"]) < 1


def test_a_newcomers_wait_is_in_the_table_and_in_the_file(tmp_path):
    measured = {"newcomer": {"first_verdict_s": 31.2, "whole_course_s": 88.0}}
    commands.merge_results(tmp_path / "bench.json", measured)
    known = json.loads((tmp_path / "bench.json").read_text())
    assert known["newcomer"] == measured["newcomer"]
    cells = [str(cell) for column in table.make_table(known).columns for cell in column.cells]
    assert "a newcomer's first verdict" in cells and "31 s" in cells and "88 s" in cells


def test_a_clone_that_cannot_grade_is_an_error_with_its_last_words(tmp_path):
    with pytest.raises(AutograderError, match="make no-such-target: .*no-such-target"):
        newcomer._run(["make", "no-such-target"], tmp_path)


def test_a_peer_that_dies_once_is_measured_anew_and_one_that_always_does_is_told(monkeypatch):
    tries = []

    def grade_many(grade, submissions, workers):
        tries.append(len(submissions))
        if len(tries) < grade:
            raise AutograderError("the peer gave no result")
        return []

    monkeypatch.setattr(throughput.peers, "grade_many", grade_many)
    assert throughput.time_peer(2, [Path("a")], 1) > 0 and tries == [1, 1]
    tries.clear()
    with pytest.raises(AutograderError, match="no result"):
        throughput.time_peer(9, [Path("a")], 1)
    assert len(tries) == 3
