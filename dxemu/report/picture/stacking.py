"""How high each thing stands: near what it is connected to, and never on something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from dxemu.report.picture.grid import ColumnKind, Item, Layers

CARD_GAP = 26.0
LABEL_GAP = 16.0
FRAME_TITLE = 30.0
FRAME_PAD = 14.0
FRAME_GAP = 16.0
PLACE_TITLE = 64.0
PLACE_PAD = 22.0
PLACE_GAP = 26.0

SWEEPS = 60
CONNECTION_PULL = 4
LANE_PULL = 12
LOOSE = 1e-3


def stack(layers: Layers, places: Sequence[str]) -> Mapping[str, float]:
    """The middle of each item, by its name, in pixels downwards from some point.

    Each item is drawn to the mean height of its neighbours, as far as the order and the distances allow; then the
    places of one rank, which stand below each other, are drawn apart as whole boxes.
    """
    y = {item.name: 0.0 for column in layers.columns for item in column}
    neighbours = _neighbours(layers)
    for sweep in range(SWEEPS):
        columns = layers.columns if sweep % 2 == 0 else layers.columns[::-1]
        for column in columns:
            _settle(column, neighbours, y)
        for rank in sorted({rank for rank in layers.ranks if rank is not None}):
            _part(layers, rank, places, y)
    return y


def extents(items: Sequence[Item], y: Mapping[str, float]) -> tuple[float, float]:
    """Top and bottom of the boxes around `items` of one column and one place, a frame's box included."""
    margins = _margins(items)
    tops = [y[item.name] - above for item, (above, _) in zip(items, margins, strict=True)]
    bottoms = [y[item.name] + below for item, (_, below) in zip(items, margins, strict=True)]
    return min(tops), max(bottoms)


def _neighbours(layers: Layers) -> Mapping[str, list[Item]]:
    """What draws each item, as often as it counts: connections, and cables away from cards, should run straight."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for chain in layers.chains:
        for left, right in pairwise(chain.items):
            pull = CONNECTION_PULL if chain.link.connection else 1
            if ColumnKind.CARD not in {left.kind, right.kind}:
                pull = LANE_PULL
            found[left.name] += [right] * pull
            found[right.name] += [left] * pull
    return found


def _settle(column: Sequence[Item], neighbours: Mapping[str, list[Item]], y: dict[str, float]) -> None:
    """Move the items of one column to the mean of their neighbours, in order and apart."""
    if not column:
        return
    wanted, weights = _wanted(column, neighbours, y)
    margins = _margins(column)
    steps = [
        below + above + _gap(left, right)
        for (_, below), (above, _), left, right in zip(margins, margins[1:], column, column[1:], strict=False)
    ]
    for item, height in zip(column, apart(wanted, steps, weights), strict=True):
        y[item.name] = height


def _wanted(
    column: Sequence[Item], neighbours: Mapping[str, list[Item]], y: Mapping[str, float]
) -> tuple[list[float], list[float]]:
    """Where each item of a column is drawn, and how strongly: to its neighbours in other columns.

    What has none is drawn to what it hangs from, and goes where that leaves it room.
    """
    found: dict[str, float] = {}
    anchored = set()
    waiting = list(column)
    while waiting:
        drawn = {}
        for item in waiting:
            near = neighbours.get(item.name, [])
            heights = [y[other.name] for other in near if other.column != item.column]
            anchored |= {item.name} if heights else set()
            heights = heights or [found[other.name] for other in near if other.name in found]
            if heights:
                drawn[item.name] = _mean(heights)
        found |= drawn or {item.name: y[item.name] for item in waiting}
        waiting = [item for item in waiting if item.name not in found]
    return [found[item.name] for item in column], [1.0 if item.name in anchored else LOOSE for item in column]


def _margins(column: Sequence[Item]) -> list[tuple[float, float]]:
    """What each item needs above and below its middle: half its height, and a frame's title and edge."""
    found = []
    for index, item in enumerate(column):
        first = item.frame is not None and (index == 0 or column[index - 1].frame != item.frame)
        last = item.frame is not None and (index + 1 == len(column) or column[index + 1].frame != item.frame)
        found.append((item.height / 2 + FRAME_TITLE * first, item.height / 2 + FRAME_PAD * last))
    return found


def _gap(upper: Item, lower: Item) -> float:
    if upper.frame != lower.frame:
        return FRAME_GAP
    return CARD_GAP if ColumnKind.CARD in {upper.kind, lower.kind} else LABEL_GAP


def _part(layers: Layers, rank: int, places: Sequence[str], y: dict[str, float]) -> None:
    """Move the places of a rank apart, with everything in them; ways that pass the rank stand below all of them."""
    columns = [column for column, of in zip(layers.columns, layers.ranks, strict=True) if of == rank]
    inside = [place for place in (*places, None) if any(item.place == place for c in columns for item in c)]
    boxes = []
    for place in inside:
        parts = [[item for item in column if item.place == place] for column in columns]
        spans = [extents(part, y) for part in parts if part]
        title, pad = (PLACE_TITLE, PLACE_PAD) if place is not None else (0.0, 0.0)
        boxes.append((min(top for top, _ in spans) - title, max(bottom for _, bottom in spans) + pad))
    middles = [(top + bottom) / 2 for top, bottom in boxes]
    halves = [(bottom - top) / 2 for top, bottom in boxes]
    steps = [upper + lower + PLACE_GAP for upper, lower in pairwise(halves)]
    for place, old, new in zip(inside, middles, apart(middles, steps), strict=True):
        for item in (item for column in columns for item in column if item.place == place):
            y[item.name] += new - old


def apart(wanted: Sequence[float], steps: Sequence[float], weights: Sequence[float] = ()) -> list[float]:
    """The positions nearest to `wanted`, by weighted least squares, where each is at least its step after the last.

    Isotonic regression by pooling adjacent violators (Barlow and others, 1972), after taking the steps off.
    """
    offsets = [sum(steps[:index]) for index in range(len(wanted))]
    pools: list[tuple[float, float, int]] = []
    for want, offset, weight in zip(wanted, offsets, weights or [1.0] * len(wanted), strict=True):
        pool = (want - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, size = pools.pop()
            together = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / together, together, size + pool[2])
        pools.append(pool)
    level = [mean for mean, _, size in pools for _ in range(size)]
    return [value + offset for value, offset in zip(level, offsets, strict=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
