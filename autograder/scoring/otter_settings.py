"""Otter's own settings, as a grading zip brings them: what nothing could be graded by."""

import math

NUMBER = (int, float), "a number"
OTTER_SETTINGS: dict[str, tuple[tuple[type, ...], str]] = {
    "seed": ((int,), "a whole number"), "seed_variable": ((str,), "a name"),
    "points_possible": NUMBER, "score_threshold": NUMBER, "assignment_name": ((str,), "a name"),
}  # fmt: skip


def check_settings(config: dict) -> None:
    """Refuse settings that nothing could be graded by.

    Raises:
        ValueError: one is of another kind than Otter documents.
    """
    for name, (kinds, told) in OTTER_SETTINGS.items():
        value = config.get(name)
        finite = not isinstance(value, float) or math.isfinite(value)
        if value is not None and (
            not isinstance(value, kinds) or isinstance(value, bool) or not finite
        ):
            raise ValueError(f"{name} in its otter_config.json is {value!r:.60}, not {told}")
