"""Nobody gets an assignment whose own solution misses marks or whose blank notebook earns some."""

import subprocess
from types import SimpleNamespace

import pytest

from autograder.build import verify
from autograder.build.assign import STAMP, build_assignment
from autograder.errors import BuildError
from autograder.proving.parity import stock_runs
from tests.build.sources import TINY, changed, write_source

FAULTS = {
    "a wrong solution": (changed("q1-answer", "math.pi", "3"), "q1 - 2", "the solution fails"),
    "a hidden test that everybody passes": (
        changed("q2-values", "following is not None and following - start == 1", "start == 41"),
        "q2 - 2",
        "a blank notebook passes the hidden test",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_assignment_is_not_built_and_the_test_case_is_named(tmp_path, fault):
    notebook, case, told = FAULTS[fault]
    folder = write_source(tmp_path, notebook)
    with pytest.raises(BuildError) as caught:
        build_assignment(folder, tmp_path / "dist")
    assert case in str(caught.value) and told in str(caught.value)
    assert not (tmp_path / "dist").exists()


def test_a_good_assignment_is_verified_once(tmp_path, monkeypatch):
    assert build_assignment(TINY, tmp_path).verified
    graded = []
    grade_isolated = verify._grade_isolated
    monkeypatch.setattr(
        verify, "_grade_isolated", lambda *all: graded.append("isolated") or grade_isolated(*all)
    )
    monkeypatch.setattr(verify, "_grade_stock", lambda *_: graded.append("stock") or [])
    assert build_assignment(TINY, tmp_path).verified
    changed_stamp = tmp_path / "tiny" / STAMP
    assert graded == []
    changed_stamp.write_text('{"content": "another"}\n')
    assert build_assignment(TINY, tmp_path).verified
    assert sorted(graded) == ["isolated", "stock", "stock"]


def test_what_was_only_verified_isolated_is_verified_in_stock_otter_later(tmp_path, monkeypatch):
    stock = []
    monkeypatch.setattr(verify, "_grade_stock", lambda *_: stock.append("stock") or [])
    assert build_assignment(TINY, tmp_path, stock=False).verified and stock == []
    monkeypatch.setattr(verify, "_grade_isolated", None)  # not asked again
    for _ in range(2):
        assert build_assignment(TINY, tmp_path).verified and stock == ["stock", "stock"]


def test_a_stock_failure_names_grader_and_test_case(tmp_path, monkeypatch):
    monkeypatch.setattr(verify, "_verify_isolated", lambda *_: {})
    monkeypatch.setattr(verify, "_grade_stock", lambda *_: [("q1 - 2", False, True, "Wrong.")])
    with pytest.raises(BuildError, match="the solution fails q1 - 2 in stock Otter: Wrong."):
        build_assignment(TINY, tmp_path / "dist")


def test_a_kernel_whose_ports_were_taken_is_started_again(tmp_path, monkeypatch):
    lost = subprocess.CompletedProcess([], 1, "", f"RuntimeError: {verify.NO_START} to kernel_info")
    ends = [lost, lost, subprocess.CompletedProcess([], 0, '@@[["q1 - 1", true, false, ""]]', "")]
    monkeypatch.setattr(verify.subprocess, "run", lambda *_, **__: ends.pop(0))
    assert verify._grade_stock(tmp_path / "a.zip", tmp_path / "a.ipynb")[0][0] == "q1 - 1"
    ends += [lost] * 3
    with pytest.raises(BuildError, match="cannot grade it: RuntimeError: Kernel died"):
        verify._grade_stock(tmp_path / "a.zip", tmp_path / "a.ipynb")


@pytest.mark.parametrize(("text", "runs"), [(stock_runs.NO_START, 3), ("another error", 1)])
def test_a_run_of_otter_begins_again_only_where_its_kernel_did_not_start(text, runs):
    tried = []

    def run():
        tried.append(text)
        return SimpleNamespace(catastrophic_error=RuntimeError(text))

    with pytest.raises(RuntimeError, match=text):
        stock_runs.run_otter(run)
    assert len(tried) == runs
