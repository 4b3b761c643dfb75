"""Gradescope's rules, with cases as data: good and bad results files."""

import json
from pathlib import Path

import pytest

from autograder.gradescope.presentation import MAX_BYTES
from autograder.proving.gradescope.validate import find_faults, find_warnings

CASES = json.loads((Path(__file__).parent / "results_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["case"])
def test_good_results_have_no_fault(case):
    data = json.dumps(case["results"]).encode()
    assert find_faults(data, case.get("total_points"), case.get("secrets", ())) == []


@pytest.mark.parametrize("case", CASES["bad"], ids=lambda case: case["case"])
def test_bad_results_are_told(case):
    data = (case["text"] if "text" in case else json.dumps(case["results"])).encode()
    faults = find_faults(data, case.get("total_points"), case.get("secrets", ()))
    assert any(case["fault"] in fault for fault in faults), faults


def test_a_file_over_the_cap_is_told():
    assert "bytes" in find_faults(b" " * (MAX_BYTES + 1))[0]


def test_bytes_that_are_no_utf8_are_told():
    assert "strict JSON" in find_faults(b'{"score": 0, "output": "\xff"}')[0]


def test_a_hidden_test_hides_the_total():
    hidden = {"tests": [{"score": 1, "max_score": 1, "visibility": "after_published"}]}
    assert find_warnings(hidden)
    assert not find_warnings({"tests": [{"score": 1, "max_score": 1}]})
