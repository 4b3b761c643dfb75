"""A chart of how a class's shares of points spread, one assignment beside the other."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from autograder.reports.charts import Scale

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720.0, 260.0, 46.0, 10.0, 12.0, 30.0
MAX_BOX = 44.0
_CHART = (
    '<svg class="chart spreads" viewBox="0 0 {width:g} {height:g}" aria-hidden="true" '
    'focusable="false">{content}</svg>'
)


def draw_spreads(spreads: Sequence[tuple[str, Sequence[float]]]) -> Markup:
    """Return a box per assignment, joined by a line through the medians.

    Args:
        spreads: title, and the 5th, 25th, 50th, 75th and 95th percentile as shares, or nothing.
    """
    y = Scale(0, 1, HEIGHT - BOTTOM, TOP)
    step = (WIDTH - LEFT - RIGHT) / max(len(spreads), 1)
    box = min(step * 0.5, MAX_BOX)
    parts = [
        f'<path class="grid" d="M{LEFT:g} {y(share):.1f}H{WIDTH - RIGHT:g}"/>'
        f'<text x="{LEFT - 6:g}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    medians = []
    for place, (title, levels) in enumerate(spreads):
        x = LEFT + (place + 0.5) * step
        at = f'x="{x:.1f}" y="{HEIGHT - 9:g}" text-anchor="middle"'
        parts.append(f'<text class="whole-title" {at}>{escape(title)}</text>')
        parts.append(f'<text class="number-title" {at}>{place + 1}</text>')
        if levels:
            low, first, median, third, high = map(y, levels)
            medians.append(f"{x:.1f} {median:.1f}")
            parts.append(
                f'<path class="axis" d="M{x:.1f} {low:.1f}V{high:.1f}"/>'
                f'<rect class="bar" x="{x - box / 2:.1f}" y="{third:.1f}" width="{box:.1f}" '
                f'height="{max(first - third, 1):.1f}" rx="2"/>'
            )
    if medians:
        parts.append(f'<path class="way" d="M{"L".join(medians)}"/>')
        parts += [f'<path class="dots way" d="M{point}h0"/>' for point in medians]
    return Markup(_CHART.format(width=WIDTH, height=HEIGHT, content="".join(parts)))
