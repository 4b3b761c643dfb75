"""Fuzzing of what submissions send: mutated answers and files, all the way to results and pages."""
