"""The curves that a plot question's tests looked at, as a small inline SVG."""

from html import escape

Pair = tuple[float, float]

WIDTH, HEIGHT, MARGIN = 460, 260, 34
MAX_CURVES, MAX_POINTS = 8, 240
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f")
POINT_ARTISTS = ("scatter", "stem")


def draw_svg(curves: list[dict]) -> str:
    """Return HTML with the curves in one frame, or "" if there is nothing to draw.

    Args:
        curves: dicts with ``label``, ``artist``, ``x``, ``y``; None stands for a gap.
    """
    shown = [(curve, _points(curve)) for curve in curves[:MAX_CURVES]]
    shown = [(curve, points) for curve, points in shown if points]
    if not shown:
        return ""
    every = [point for _, points in shown for point in points if point]
    x_range = _range([x for x, _ in every])
    y_range = _range([y for _, y in every])
    parts = [_frame(x_range, y_range)]
    for index, (curve, points) in enumerate(shown):
        colour = COLOURS[index]
        parts.append(_curve(points, curve.get("artist"), colour, x_range, y_range))
        parts.append(_label(curve.get("label"), colour, index))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
    head += f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">'
    return head + "".join(parts) + "</svg>"


def _points(curve: dict) -> list[Pair | None]:
    pairs = list(zip(curve.get("x") or (), curve.get("y") or ()))
    step = max(1, -(-len(pairs) // MAX_POINTS))
    points = [pair if None not in pair else None for pair in pairs[::step]]
    return points if any(points) else []


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max(0.5, abs(low) * 1e-3)  # 0.5 is nothing beside a large number
    return (low, high) if high > low else (low - room, high + room)


def _place(point: Pair, x_range: Pair, y_range: Pair) -> str:
    (x, y), (x0, x1), (y0, y1) = point, x_range, y_range
    left = MARGIN + (x - x0) / (x1 - x0) * (WIDTH - 2 * MARGIN)
    top = HEIGHT - MARGIN - (y - y0) / (y1 - y0) * (HEIGHT - 2 * MARGIN)
    return f"{left:.1f},{top:.1f}"


def _curve(
    points: list[Pair | None], artist: object, colour: str, x_range: Pair, y_range: Pair
) -> str:
    if artist in POINT_ARTISTS:
        places = [_place(point, x_range, y_range).split(",") for point in points if point]
        return "".join(f'<circle cx="{x}" cy="{y}" r="2" fill="{colour}"/>' for x, y in places)
    pieces, piece = [], []
    for point in [*points, None]:
        if point:
            piece.append(_place(point, x_range, y_range))
        elif piece:
            pieces.append(" ".join(piece))
            piece = []
    line = f'fill="none" stroke="{colour}" stroke-width="1.5"'
    return "".join(f'<polyline {line} points="{piece}"/>' for piece in pieces)


def _label(text: object, colour: str, index: int) -> str:
    if not isinstance(text, str) or not text or text.startswith("_"):
        return ""
    y = MARGIN + 14 + 14 * index
    return f'<text x="{MARGIN + 8}" y="{y}" fill="{colour}">{escape(text[:60])}</text>'


def _frame(x_range: Pair, y_range: Pair) -> str:
    right, bottom = WIDTH - MARGIN, HEIGHT - MARGIN
    frame = f'<rect x="{MARGIN}" y="{MARGIN}" width="{right - MARGIN}" '
    frame += f'height="{bottom - MARGIN}" fill="#fff" stroke="#999"/>'
    ticks = [(MARGIN, bottom + 14, x_range[0]), (right - 20, bottom + 14, x_range[1])]
    ticks += [(2, bottom, y_range[0]), (2, MARGIN + 8, y_range[1])]
    return frame + "".join(f'<text x="{x}" y="{y}">{value:.3g}</text>' for x, y, value in ticks)
