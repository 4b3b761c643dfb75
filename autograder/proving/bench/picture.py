"""The picture of a benchmark: beside the peers, by workers, and by the number of submissions."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PEERS = {
    "per_minute_otter_run": ("otter run", "#a0aec0"),
    "per_minute_container": ("stock Otter, a container each", "#718096"),
    "per_minute_png": ("this grader, with a PNG of each figure", "#63b3ed"),
    "per_minute": ("this grader", "#2b6cb0"),
}


def draw_results(path: Path, results: dict) -> None:
    """Draw what was measured; a part that was not measured is left out.

    Args:
        results: what the command stored.
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    panels = [
        (draw_part, weight)
        for key, draw_part, weight in (
            ("peers", _draw_peers, 2.4),
            ("per_minute_by_workers", _draw_workers, 1),
            ("scale_assignment", _draw_scale, 1.2),
        )
        if key in results
    ]
    if not panels:
        return
    widths = [weight for _, weight in panels]
    size = 1.2 + 2.6 * sum(widths), max(3.3, 1.5 + 0.5 * len(results.get("peers", ())))
    figure, axes = plt.subplots(1, len(panels), figsize=size, width_ratios=widths, squeeze=False)
    for (draw_part, _), one in zip(panels, axes[0]):
        draw_part(one, results)
        one.tick_params(labelsize=8)
        for side in ("top", "right"):
            one.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)


def _draw_peers(axes: "Axes", results: dict) -> None:
    found = results["peers"]
    for row, one in enumerate(found.values()):
        for offset, (key, (label, colour)) in enumerate(PEERS.items()):
            place = row + (offset - 1.5) * 0.2
            axes.barh(place, one[key], 0.18, color=colour, label=None if row else label)
            axes.text(one[key] * 1.06, place, f"{one[key]:,.0f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(1, 6 * max(one["per_minute"] for one in found.values()))
    axes.set_yticks(range(len(found)), list(found), fontsize=8)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlabel("submissions per minute (logarithmic)", fontsize=8)
    axes.legend(fontsize=7.5, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)


def _draw_workers(axes: "Axes", results: dict) -> None:
    rates = results["per_minute_by_workers"]
    axes.plot([int(n) for n in rates], list(rates.values()), "o-", color="#2b6cb0")
    axes.plot([0, 2], [0, 2 * rates["1"]], ":", color="#718096")
    for n, rate in rates.items():
        axes.annotate(f"{rate:,.0f}", (int(n), rate), (-6, 6), textcoords="offset points",
                      fontsize=8, ha="right")  # fmt: skip
    axes.set_xlim(0, 2.2)
    axes.set_ylim(0)
    axes.set_xticks([0, 1, 2])
    axes.set_xlabel("workers", fontsize=8)
    axes.set_ylabel("submissions per minute", fontsize=8)


def _draw_scale(axes: "Axes", results: dict) -> None:
    counts, seconds, mib = zip((0, 0.0, 0.0), *results["progress"])
    axes.plot(counts, [at / 60 for at in seconds], "-", color="#2b6cb0")
    axes.set_xlim(0)
    axes.set_ylim(0)
    axes.set_xlabel("submissions graded", fontsize=8)
    axes.set_ylabel("minutes", fontsize=8, color="#2b6cb0")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.locator_params(axis="x", nbins=3)
    memory = axes.twinx()
    memory.plot(counts[1:], mib[1:], "--", color="#dd6b20")
    memory.set_ylim(0, 2 * max(mib))
    memory.set_ylabel("grader's memory, MiB", fontsize=8, color="#dd6b20")
    memory.tick_params(labelsize=8)
    memory.spines["top"].set_visible(False)
