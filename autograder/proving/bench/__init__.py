"""Measurements: how fast this grades, beside stock Otter in the same run on the same cores."""
