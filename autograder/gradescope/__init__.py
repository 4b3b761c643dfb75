"""Gradescope: the grading zip's own files, the run there, and the rules its results must keep."""
