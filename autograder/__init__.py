"""Isolated grading of Otter notebooks: student code never meets the hidden tests."""

__version__ = "1.0.0"
