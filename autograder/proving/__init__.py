"""What proves the grader: audit, benchmark, hostile suite, fuzzing, Gradescope harness.

Nothing that grades imports it.
"""
