"""``check-gradescope``: its verdict hangs on nothing but the check, and a wrong name is told."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.errors import EngineError, UsageError
from autograder.proving.gradescope import containers, harness
from autograder.proving.gradescope.commands import check_gradescope


@pytest.fixture
def checked(monkeypatch):
    """Let every check end with the faults in the list that is returned."""
    faults: list[str] = []

    def report(name, *_):
        return SimpleNamespace(
            assignment=name, set_up=SimpleNamespace(wall_s=1.0, size_mib=2.0), wall_s=3.0,
            peak_mib=4.0, same=5, runs=[None] * 5, bad_runs=[None], faults=faults,
        )  # fmt: skip

    def no_peer(*_):
        raise EngineError("docker rm took longer than 600 s")

    monkeypatch.setattr(harness, "check", report)
    monkeypatch.setattr(harness, "measure_peer", no_peer)
    monkeypatch.setattr(containers, "usual_base", lambda: "base")
    return faults


@pytest.mark.parametrize(("fault", "status"), [("", 0), ("q1: [/red] no such key", 1)])
def test_the_verdict_is_shown_where_the_peer_cannot_be_measured(checked, fault, status):
    checked += [fault] if fault else []
    done = CliRunner().invoke(check_gradescope, ["--assignment", "autodiff"])
    assert done.exit_code == status, done.output
    assert "stock Otter's runner is not measured: docker rm took longer" in done.output
    assert ("faults" if fault else "passed") in done.output and fault in done.output


def test_an_assignment_that_is_none_is_named_with_those_there_are(checked):
    done = CliRunner().invoke(check_gradescope, ["--assignment", "autodif"])
    assert isinstance(done.exception, UsageError)
    assert "no assignment 'autodif'; there are: autodiff," in str(done.exception)
