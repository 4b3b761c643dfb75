"""Charts as SVG text: numbers in, markup out. Colours come from the page's style sheet by class."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from autograder.reports.curves import CurveGroup, alike
from autograder.reports.inert import inert_name
from autograder.reports.statistics import quantile

MAX_CURVES = 120
Titles = tuple[str, str]  # of the axis across and the one up
_SVG = (
    '<svg class="chart {kind}" viewBox="0 0 {width:g} {height:g}" aria-hidden="true" '
    'focusable="false">{content}</svg>'
)


@dataclass(frozen=True)
class Scale:
    """A linear map of [low, high] to [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)

    def write(self, values: Iterable[float], low: float, high: float) -> list[str]:
        """Return the mapped values as text, held between ``low`` and ``high``."""
        slope = (self.end - self.start) / (self.high - self.low or 1.0)
        start = self.start - self.low * slope
        mapped = [start + value * slope for value in values]
        if not (mapped and low <= min(mapped) and max(mapped) <= high):
            mapped = [min(max(value, low), high) for value in mapped]
        return ("%.1f " * len(mapped) % tuple(mapped)).split()  # at once: quicker than one by one

    def ticks(self, wanted: int) -> list[float]:
        """Return about so many round values within the range."""
        raw = (self.high - self.low) / max(wanted, 1)
        if not raw > 0 or not math.isfinite(raw):
            return [self.low]
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def columns(
    counts: list[int],
    labels: list[tuple[float, str]],
    mark: float | None = None,
    height: int = 220,
    names: Sequence[str] = (),
) -> Markup:
    """Return a histogram.

    Args:
        labels: texts under the axis with their places, 0 (left) to 1.
        mark: place of a vertical line, 0 to 1.
        names: what each column stands for; then each is a target, as high as the chart, that
            knows its number.
    """
    width, left, right, top, bottom = 720.0, 38.0, 18.0, 12.0, 26.0
    y = Scale(0, max([*counts, 1]), height - bottom, top)
    x = Scale(0, 1, left, width - right)
    parts = [
        _grid_line(left, width - right, y(tick), f"{tick:g}")
        for tick in y.ticks(4)
        if tick == int(tick)
    ]
    step = (width - right - left) / len(counts)
    for place, count in enumerate(counts):
        if count:
            parts.append(
                f'<rect class="bar" x="{left + place * step + 1:.1f}" y="{y(count):.1f}" '
                f'width="{step - 2:.1f}" height="{y(0) - y(count):.1f}" rx="1.5"/>'
            )
        if count and names:
            parts.append(
                f'<rect class="target" data-bin="{place}" x="{left + place * step:.1f}" '
                f'y="{top:g}" width="{step:.1f}" height="{y(0) - top:.1f}">'
                f"<title>{escape(names[place])}: {count}</title></rect>"
            )
    parts.append(f'<path class="axis" d="M{left:g} {y(0):.1f}H{width - right:g}"/>')
    for number, (at, label) in enumerate(labels):
        parts.append(_label(x(at), height - 8, label, minor=bool(number % 2)))
    if mark is not None:
        parts.append(f'<path class="mark" d="M{x(mark):.1f} {top - 8:g}V{y(0):.1f}"/>')
    return _svg("columns", width, height, parts)


def split_bar(full: int, part: int, none: int) -> Markup:
    """Return a thin bar in three parts that add up to its whole width."""
    total, place, parts = max(full + part + none, 1), 0.0, []
    for kind, count in (("full", full), ("part", part), ("none", none)):
        size = 200.0 * count / total
        if count:
            parts.append(
                f'<rect class="{kind}" x="{place:.2f}" y="0" width="{size:.2f}" height="10"/>'
            )
        place += size
    return _svg("split", 200, 10, parts, stretch=True)


def share_bar(share: float) -> Markup:
    """Return a bar that is filled to a share of its width."""
    size = 200.0 * max(0.0, min(1.0, share))
    fill = f'<rect class="bar" x="0" y="0" width="{size:.2f}" height="8" rx="1"/>'
    return _svg(
        "share", 200, 8, ['<rect class="track" width="200" height="8" rx="1"/>', fill], stretch=True
    )


def overlay(
    solved: list[list[dict]], groups: list[CurveGroup], reference: list[dict], titles: Titles
) -> Markup:
    """Return a class's curves on one pair of axes.

    Args:
        solved: curves of drawings with full marks; as many drawings are shown as fit.
        groups: the wrong curves, each drawn once; each knows its number.
        reference: the right curves, on top, each in a colour of its own and with its name.
        titles: of the axes.
    """
    layers: list[tuple[dict, str]] = []
    for curves in solved:
        if len(layers) + len(curves) <= MAX_CURVES:
            layers += [(curve, "solved") for curve in curves]
    layers += [(group.curve, f"wrong group{place}") for place, group in enumerate(groups)][::-1]
    layers += [(curve, f"right right{place % 4}") for place, curve in enumerate(reference)]
    return _plot(layers, reference, 720.0, 350.0, "overlay", titles)


def axis_titles(curves: list[dict]) -> Titles:
    """Return what the axes of curves are called: up stand the curves' own names, where few."""
    names = dict.fromkeys(inert_name(str(curve["label"]), 30) for curve in curves)
    told = [name for name in names if name and not name.startswith("_")]
    return "x", ", ".join(told) if 0 < len(told) <= 3 else "y"


def draw_curves(curves: list[dict], reference: list[dict], titles: Titles = ("x", "y")) -> Markup:
    """Return a student's curves, each in its own colour, over the expected ones if given.

    One that covers an earlier one is dashed, so that both are seen.
    """
    layers = [(curve, "expected") for curve in reference]
    for place, curve in enumerate(curves):
        again = " again" if any(alike(curve, other) for other in curves[:place]) else ""
        layers.append((curve, f"own own{place % 4}{again}"))
    return _plot(layers, reference, 720.0, 350.0, "drawing", titles)


def _plot(
    layers: list[tuple[dict, str]],
    reference: list[dict],
    width: float,
    height: float,
    kind: str,
    titles: Titles,
) -> Markup:
    pairs = [_points(curve) for curve, _ in layers]
    guide = [point for curve in reference for point in _points(curve)]
    x_low, x_high = _range([p[0] for points in pairs for p in points], [p[0] for p in guide], 0.1)
    y_low, y_high = _range([p[1] for points in pairs for p in points], [p[1] for p in guide], 0.5)
    left, right, top, bottom = 62.0, 10.0, 10.0, 44.0
    x, y = Scale(x_low, x_high, left, width - right), Scale(y_low, y_high, height - bottom, top)
    parts = [_grid_line(left, width - right, y(tick), _short(tick)) for tick in y.ticks(5)]
    for tick in x.ticks(8):
        parts.append(f'<path class="grid" d="M{x(tick):.1f} {top:g}V{height - bottom:g}"/>')
        parts.append(_label(x(tick), height - 26, _short(tick)))
    parts.append(_label((left + width - right) / 2, height - 7, escape(titles[0]), style="title"))
    middle = (top + height - bottom) / 2
    parts.append(f'<text class="title" transform="translate(13 {middle:.1f}) rotate(-90)" '
                 f'text-anchor="middle">{escape(titles[1])}</text>')  # fmt: skip
    inner = f"{width - left - right:g}", f"{height - top - bottom:g}"
    frame = f'x="{left:g}" y="{top:g}" width="{inner[0]}" height="{inner[1]}"'
    parts.append(f'<svg {frame} viewBox="{left:g} {top:g} {width - left - right:g} '
                 f'{height - top - bottom:g}" overflow="hidden">')  # fmt: skip
    for (curve, style), points in zip(layers, pairs):
        parts.append(_curve(curve, style, points, x, y, (top, height - bottom)))
    parts.append("</svg>")
    if kind == "overlay":
        parts += _names(reference, x, y, (top + 12, height - bottom - 6))
    return _svg(kind, width, height, parts)


def _names(reference: list[dict], x: Scale, y: Scale, rows: tuple[float, float]) -> list[str]:
    """Return the right curves' names, each beside its curve, where they keep clear of another."""
    parts: list[str] = []
    taken: list[tuple[float, float]] = []
    for number, curve in enumerate(reference[:4]):
        points = _points(curve)
        for share in (0.985, 0.8, 0.6, 0.4) if points else ():
            a, b = points[int(share * (len(points) - 1))]
            place = x(a), max(rows[0], min(rows[1], y(b) - 8))
            if all(abs(place[0] - p) > 90 or abs(place[1] - q) > 16 for p, q in taken):
                taken.append(place)
                name = escape(str(curve["label"])[:30])
                parts.append(f'<text class="name right{number}" x="{place[0]:.1f}" '
                             f'y="{place[1]:.1f}" text-anchor="end">{name}</text>')  # fmt: skip
                break
    return parts


def _curve(curve: dict, style: str, points: list, x: Scale, y: Scale, rows: tuple) -> str:
    if not points:
        return ""
    margin = rows[1] - rows[0]
    places = zip(
        x.write((point[0] for point in points), -999, 1999),
        y.write((point[1] for point in points), rows[0] - margin, rows[1] + margin),
    )
    if curve["artist"] == "scatter" or len(points) == 1:
        return f'<path class="dots {style}" d="{"".join(f"M{a} {b}h0" for a, b in places)}"/>'
    return f'<path class="{style}" d="M{"L".join(map(" ".join, places))}"/>'


def _points(curve: dict) -> list[tuple[float, float]]:
    """Return a curve's finite points."""
    return [
        (a, b)
        for a, b in zip(curve["x"], curve["y"])
        if a is not None and b is not None and abs(a) < 1e300 and abs(b) < 1e300
    ]


def _range(values: list[float], guide: list[float], slack: float) -> tuple[float, float]:
    """Return what an axis spans: the values, but at most the widened range of the guide or bulk.

    Args:
        slack: how far it may be widened to either side, as a share of the range.
    """
    if not guide and not values:
        return 0.0, 1.0
    ends = guide or [quantile(values, 0.02), quantile(values, 0.98)]
    low, high = min(ends), max(ends)
    span = high - low or abs(high) or 1.0
    low, high = (
        max(low - span * slack, min([*values, low])),
        min(high + span * slack, max([*values, high])),
    )
    return low - span * 0.04, high + span * 0.04


def _grid_line(left: float, right: float, y: float, label: str) -> str:
    return (
        f'<path class="grid" d="M{left:g} {y:.1f}H{right:g}"/>'
        f'<text x="{left - 6:g}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    )


def _label(x: float, y: float, text: str, minor: bool = False, style: str = "") -> str:
    """Return a text under an axis; minor ones are left out where there is little room."""
    style = "minor" if minor else style
    named = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{named}>{text}</text>'


def _short(value: float) -> str:
    return f"{value:.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"


def _svg(kind: str, width: float, height: float, parts: list[str], stretch: bool = False) -> Markup:
    content = "".join(parts)
    markup = _SVG.format(kind=kind, width=width, height=height, content=content)
    return Markup(
        markup.replace("<svg ", '<svg preserveAspectRatio="none" ', 1) if stretch else markup
    )
