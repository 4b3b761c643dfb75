"""What a peer is held to: as patient as with an honest notebook, and sound on that one first."""

from types import SimpleNamespace

import pytest

from autograder.errors import AutograderError
from autograder.proving.hostile import peers
from autograder.proving.hostile.entries import Attack
from autograder.proving.hostile.peers import PeerResult, judge, measure_patience, try_peer

ENTRY = Attack("attack", "forging", "points", "", ("completed",), "q4")
BROKEN = Attack("broken", "malformed", "a traceback", "", ("unreadable",), "none")
SUITE = SimpleNamespace(
    honest="q4", honest_upload=lambda: b"{}", uploads=lambda entry: [("a.ipynb", b"{}")]
)


def graded(ended=True, said="", **scores):
    return PeerResult(scores or None, ended, said)


@pytest.mark.parametrize(("taken", "limit_s"), [(3.0, 90.0), (40.0, 200.0)])
def test_a_peer_may_take_longer_where_an_honest_notebook_does(
    taken, limit_s, monkeypatch, tmp_path
):
    clock = iter([0.0, taken])
    monkeypatch.setattr(peers.time, "monotonic", lambda: next(clock))
    assert measure_patience(lambda path, limit: graded(q4=20.0), SUITE, tmp_path) == limit_s


@pytest.mark.parametrize("result", [graded(q4=13.0), graded(said="no kernel"), graded(ended=False)])
def test_a_peer_that_fails_the_honest_notebook_is_not_counted(result, tmp_path):
    with pytest.raises(AutograderError, match="honest notebook"):
        measure_patience(lambda path, limit: result, SUITE, tmp_path)


JUDGED = {
    "sound": (ENTRY, graded(q4=20.0, q1=0.0), (True, 0.0)),
    "points for another question": (ENTRY, graded(q4=20.0, q1=5.0), (False, 5.0)),
    "more than there is": (ENTRY, graded(q4=30.0), (False, 10.0)),
    "the honest answer lost": (ENTRY, graded(q4=3.0), (False, 0.0)),
    "it hangs": (ENTRY, graded(ended=False), (False, 0.0)),
    "a file refused in words": (BROKEN, graded(said="no notebook"), (True, 0.0)),
    "a traceback": (BROKEN, graded(said="Traceback (most recent call last)"), (False, 0.0)),
}


@pytest.mark.parametrize("case", JUDGED)
def test_a_peer_is_judged(case):
    entry, result, judged = JUDGED[case]
    assert judge(entry, result) == judged


def test_entries_are_counted_as_they_come(tmp_path):
    limits, said = [], []

    def grade(path, limit_s):
        limits.append(limit_s)
        return graded(q4=20.0, q1=5.0 if path.name.startswith("forging") else 0.0)

    counts = try_peer(
        grade, SUITE, [ENTRY, BROKEN], 1, tmp_path, 77.0, lambda *one: said.append(one)
    )
    assert counts["tried"] == 2 and counts["undeserved_points"] >= 5.0
    assert limits == [77.0, 77.0] and [entry.id for entry, *_ in said] == ["attack", "broken"]
