"""Hostile submissions: built from data, graded here and by peers, judged."""
