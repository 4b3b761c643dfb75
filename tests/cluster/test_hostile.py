"""What a submission tries is held in a cluster's worker as it is anywhere else."""

from autograder.proving.hostile.commands import count
from autograder.proving.hostile.entries import load_entries
from autograder.proving.hostile.grading import grade_category
from tests.cluster.test_cluster import cluster  # noqa: F401


def test_nothing_a_submission_forges_earns_points_or_harms_another(cluster, built):  # noqa: F811
    cluster.start_worker("first")
    cluster.start_worker("second")
    cluster.wait_for_workers(2)
    outcome = grade_category("forging", cluster.address, built)
    tried = sum(entry.category == "forging" for entry in load_entries())
    problems = {v.entry.id: v.problems for v in outcome.verdicts if v.problems}
    assert not outcome.problems and not problems
    assert count(outcome) == {"tried": tried, "held": tried, "undeserved_points": 0}
