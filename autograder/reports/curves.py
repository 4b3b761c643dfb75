"""Curves of many drawings: thinned, joined, and gathered into groups of those that look alike."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

MIN_AGREEING = 2  # drawings with full marks, to call a curve the right one
MOST = 0.6
MAX_KNOWN = 500  # different values that are remembered
MAX_GROUPS = 60  # per question; curves of more kinds are counted together


@dataclass
class CurveGroup:
    """Curves that have about the same values.

    Attributes:
        curve: the first of them.
        rows: whose they are, as places in the class; each once.
        labels: what their legends call them.
    """

    curve: dict
    rows: list[int] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)


@dataclass
class CurveGroups:
    """The curves of one question's drawings that did not earn full marks, by what they look like.

    Attributes:
        others: whose curves belong to none of the groups, as there are too many kinds.
    """

    groups: list[CurveGroup] = field(default_factory=list)
    others: set[int] = field(default_factory=set)
    _known: dict[tuple, CurveGroup] = field(default_factory=dict)  # by the very values

    def add(self, row: int, curves: Iterable[dict]) -> None:
        """Take the curves of one drawing in."""
        for curve in curves:
            if len(_table(curve)) < 3:
                continue
            values = (*curve["x"], *curve["y"])
            group = self._known.get(values) or self._group_of(curve)
            if group is not None and len(self._known) < MAX_KNOWN:
                self._known[values] = group
            if group is None:
                self.others.add(row)
            elif not group.rows or group.rows[-1] != row:
                group.rows.append(row)
                group.labels[str(curve["label"])] += 1

    def _group_of(self, curve: dict) -> CurveGroup | None:
        """Return the group of a curve, a new one where there is room, else None."""
        for group in self.groups:
            if alike(group.curve, curve):
                return group
        if len(self.groups) >= MAX_GROUPS:
            return None
        self.groups.append(CurveGroup(curve))
        return self.groups[-1]

    def wrong(self, right: list[dict]) -> list[CurveGroup]:
        """Return the groups that are none of the right curves, the largest first."""
        found = [one for one in self.groups if not any(alike(one.curve, it) for it in right)]
        return sorted(found, key=lambda one: -len(one.rows))


def alike(curve: dict, other: dict) -> bool:
    """Whether two curves have about the same values, each at the places of the other."""
    return _same(curve, other) and _same(other, curve)


def thin(curves: list[dict], points: int = 120) -> list[dict]:
    """Return curves of at most so many points each; one-point curves are joined first."""
    return [
        {**curve, "x": _every(curve["x"], points), "y": _every(curve["y"], points)}
        for curve in joined(curves)
    ]


def joined(curves: list[dict]) -> list[dict]:
    """Join curves of one point, as drawn by one call per point, into one cloud of points."""
    long: list[dict] = []
    cloud: dict[tuple, list[dict]] = {}
    for curve in curves:
        if min(len(curve["x"]), len(curve["y"])) > 1:
            long.append(curve)
        elif curve["x"] and curve["y"]:
            cloud.setdefault((curve["label"], curve["axes"]), []).append(curve)
    for (label, axes), parts in cloud.items():
        xs, ys = [part["x"][0] for part in parts], [part["y"][0] for part in parts]
        long.append({"label": label, "artist": "scatter", "axes": axes, "x": xs, "y": ys})
    return long


def agreed(drawings: list[list[dict]]) -> list[dict]:
    """Return one drawing's curves that most drawings have too; [] where there are none.

    Exercises with a free choice of the function have no right curve in common.
    """
    for candidate in drawings[:5] if len(drawings) >= MIN_AGREEING else ():
        candidate = [curve for curve in candidate if len(curve["x"]) > 2]
        shared = [
            curve
            for curve in candidate
            if sum(any(_same(curve, other) for other in others) for others in drawings)
            >= MOST * len(drawings)
        ]
        if candidate and len(shared) == len(candidate):
            return shared
    return []


def _same(curve: dict, other: dict) -> bool:
    """Whether two curves have about the same values at the places of the first."""
    mine, theirs = _table(curve), _table(other)
    if len(mine) < 3 or len(theirs) < 3:
        return False
    spread = max(y for _, y in mine) - min(y for _, y in mine) or 1.0
    place, inside = 0, 0
    for x, y in mine:
        while place + 2 < len(theirs) and theirs[place + 1][0] < x:
            place += 1
        (left, low), (right, high) = theirs[place], theirs[place + 1]
        if left <= x <= right:
            inside += 1
            share = (x - left) / (right - left) if right > left else 0.0
            if abs(low + share * (high - low) - y) > 0.03 * spread:
                return False
    return inside >= MOST * len(mine)


def _table(curve: dict) -> list[tuple[float, float]]:
    return sorted((x, y) for x, y in zip(curve["x"], curve["y"]) if x is not None and y is not None)


def _every(values: list, points: int) -> list:
    if len(values) <= points:
        return values
    return [values[round(n * (len(values) - 1) / (points - 1))] for n in range(points)]
