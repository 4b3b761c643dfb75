"""What proves the grader: audit, benchmark, hostile suite, Gradescope harness.

Nothing that grades imports it.
"""
