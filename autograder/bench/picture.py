"""The picture of a benchmark: this grader beside its peers."""

from pathlib import Path


def draw(path: Path, found: dict) -> None:
    """Draw submissions per minute of each grader on a logarithmic axis.

    Args:
        found: assignment -> what :func:`autograder.bench.throughput.compare` returned.
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    keys = {
        "per_minute_otter_run": ("otter run", "#a0aec0"),
        "per_minute_container": ("stock Otter, a container each", "#718096"),
        "per_minute": ("this grader, full isolation", "#2b6cb0"),
    }
    figure, axes = plt.subplots(figsize=(7.5, 0.8 + 0.9 * len(found)))
    for row, (name, one) in enumerate(found.items()):
        for offset, (key, (label, colour)) in enumerate(keys.items()):
            place = row + (offset - 1) * 0.27
            axes.barh(place, one[key], 0.25, color=colour, label=label if not row else None)
            axes.text(one[key] * 1.05, place, f"{one[key]:,.0f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(1, 4 * max(one["per_minute"] for one in found.values()))
    axes.set_yticks(range(len(found)), list(found), fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel("submissions per minute (logarithmic)", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(fontsize=8, loc="center right", framealpha=0.95)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
