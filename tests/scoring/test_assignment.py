"""An assignment as the scorer holds it."""

import pickle

from tests.running import assignment, grade, outcomes, test_file


def test_an_assignment_that_was_used_can_be_sent_to_another_worker(engine):
    tests = assignment(q1=test_file("q1", "def case(a):\n    assert a == 1"))
    assert outcomes(grade(engine, tests, ("a = 1", "q1"))) == [True]
    sent = pickle.loads(pickle.dumps(tests))
    assert outcomes(grade(engine, sent, ("a = 1", "q1"))) == [True]
