"""Where everything is, in pixels from the picture's upper left corner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dxemu.report.picture.grid import Chain, ColumnKind, Item, Layers
from dxemu.report.picture.layers import make_layers
from dxemu.report.picture.parts import Card, Frame, Place, Sketch
from dxemu.report.picture.sizes import DETAIL_SIZE, port_height
from dxemu.report.picture.stacking import PLACE_PAD, PLACE_TITLE, extents, stack
from dxemu.report.picture.text import text_width
from dxemu.report.picture.uprights import stand_up

MARGIN = 36.0
FAN = 26.0
"""From a card to its cables' labels: room to spread. It grows with the height that they spread over."""

FAN_LIMIT = 120.0
OUTSIDE = 14.0
"""From a place's edge to the labels between places."""

FRAME_SIDE = 14.0
PLACE_NAME_SIZE = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half-way down."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CableRoute:
    """A cable's way: its chain, where it leaves the first card and reaches the last, and the boxes between."""

    chain: Chain
    start: tuple[float, float]
    end: tuple[float, float]
    between: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All positions. `cards` are by name."""

    width: float
    height: float
    cards: Mapping[str, tuple[Card, Box]]
    routes: tuple[CableRoute, ...]
    places: tuple[tuple[Place, Box], ...]
    frames: tuple[tuple[Frame, Box], ...]

    @property
    def labels(self) -> tuple[tuple[CableRoute, Box], ...]:
        """Each cable with the box of its label."""
        return tuple(
            (route, box)
            for route in self.routes
            for item, box in zip(route.chain.items[1:-1], route.between, strict=True)
            if item.kind is ColumnKind.LABEL
        )


def make_layout(sketch: Sketch, top: float) -> Layout:
    """Positions for a sketch; nothing is above `top`."""
    layers = stand_up(make_layers(sketch))
    y = stack(layers, [place.name for place in sketch.places])
    spans = _spans(layers, y, sketch)
    items = [item for column in layers.columns for item in column]
    highest = min(
        *(y[item.name] - item.height / 2 for item in items),
        *(box.top for _, box in _places(layers, y, spans, sketch)),
        *(box.top for _, box in _frames(layers, y, spans, sketch)),
    )
    y = {name: middle - highest + top for name, middle in y.items()}
    boxes = {item.name: _box(item, y[item.name], spans[item.column]) for item in items}
    places = tuple(_level(_places(layers, y, spans, sketch), layers))
    frames = tuple(_frames(layers, y, spans, sketch))
    everything = [*boxes.values(), *(box for _, box in (*places, *frames))]
    return Layout(
        width=max(box.right for box in everything) + MARGIN,
        height=max(box.bottom for box in everything),
        cards={card.name: (card, boxes[card.name]) for card in sketch.cards},
        routes=tuple(_routes(layers.chains, boxes)),
        places=places,
        frames=frames,
    )


def _spans(layers: Layers, y: Mapping[str, float], sketch: Sketch) -> list[tuple[float, float]]:
    """Left and right of each column: of its cards, or of its labels without the room where cables spread."""
    spans: list[tuple[float, float]] = []
    cursor = MARGIN + PLACE_PAD
    started: dict[int, float] = {}
    for index, column in enumerate(layers.columns):
        width = max((max(item.width, _frame_title_width(sketch, item)) for item in column), default=0.0)
        rank = layers.ranks[index]
        if index % 2 == 0 and rank is not None:
            start = started.setdefault(rank, cursor)
            if index + 2 >= len(layers.columns) or layers.ranks[index + 1] != rank:
                width = max(width, start + _title_width(sketch, rank) - cursor)
            spans.append((cursor, cursor + width))
            cursor += width
        elif column:
            framed = FRAME_SIDE if any(item.frame for item in column) else 0.0
            border = PLACE_PAD + OUTSIDE + framed if rank is None else 0.0
            before, after = (max(border, _fan(layers, y, index, side)) for side in (-1, 1))
            spans.append((cursor + before, cursor + before + width))
            cursor += before + width + after
        else:
            spans.append((cursor, cursor))
    return spans


def _title_width(sketch: Sketch, rank: int) -> float:
    """The widest title of the places of a rank."""
    titles = [
        max(text_width(place.name, PLACE_NAME_SIZE, bold=True), text_width(place.detail, DETAIL_SIZE))
        for place in sketch.places
        if place.rank == rank
    ]
    return max(titles, default=0.0)


def _frame_title_width(sketch: Sketch, item: Item) -> float:
    return max(
        (
            text_width(f"{frame.title}  ", DETAIL_SIZE, bold=True) + text_width(frame.detail, DETAIL_SIZE)
            for frame in sketch.frames
            if frame.key == item.frame
        ),
        default=0.0,
    )


def _fan(layers: Layers, y: Mapping[str, float], index: int, side: int) -> float:
    """Room for the cables of a column of labels to spread on one side."""
    pairs = [
        (left, right)
        for chain in layers.chains
        for left, right in pairwise(chain.items)
        if {left.column, right.column} == {index, index + side}
    ]
    spread = max((abs(y[left.name] - y[right.name]) for left, right in pairs), default=0.0)
    return min(FAN + spread / 4, FAN_LIMIT)


def _box(item: Item, middle: float, span: tuple[float, float]) -> Box:
    """A card, or the label of an upright, in the middle of its column; a cable over the whole of it."""
    left, right = span
    if item.kind is not ColumnKind.LANE and item.column % 2 == 0:
        centre = (left + right) / 2
        left, right = centre - item.width / 2, centre + item.width / 2
    return Box(left=left, top=middle - item.height / 2, right=right, bottom=middle + item.height / 2)


def _places(
    layers: Layers, y: Mapping[str, float], spans: Sequence[tuple[float, float]], sketch: Sketch
) -> Iterator[tuple[Place, Box]]:
    """Each place with a box around what is in it; places of one rank are equally wide."""
    for place in sketch.places:
        of_rank = [index for index, rank in enumerate(layers.ranks) if rank == place.rank and layers.columns[index]]
        parts = [[item for item in layers.columns[index] if item.place == place.name] for index in of_rank]
        ends = [extents(part, y) for part in parts if part]
        if ends:
            side = FRAME_SIDE if any(item.frame for index in of_rank for item in layers.columns[index]) else 0.0
            yield (
                place,
                Box(
                    left=spans[of_rank[0]][0] - PLACE_PAD,
                    top=min(top for top, _ in ends) - PLACE_TITLE,
                    right=spans[of_rank[-1]][1] + side + PLACE_PAD,
                    bottom=max(bottom for _, bottom in ends) + PLACE_PAD,
                ),
            )


def _level(places: Iterable[tuple[Place, Box]], layers: Layers) -> Iterator[tuple[Place, Box]]:
    """Places that stand alone in their rank, from the top of the highest place to the bottom of the lowest."""
    found = list(places)
    top, bottom = min(box.top for _, box in found), max(box.bottom for _, box in found)
    passed = {
        rank for rank, column in zip(layers.ranks, layers.columns, strict=True) for i in column if i.place is None
    }
    ranks = [place.rank for place, _ in found]
    for place, box in found:
        alone = ranks.count(place.rank) == 1 and place.rank not in passed
        yield place, replace(box, top=top, bottom=bottom) if alone else box


def _frames(
    layers: Layers, y: Mapping[str, float], spans: Sequence[tuple[float, float]], sketch: Sketch
) -> Iterator[tuple[Frame, Box]]:
    """Each frame with the box around what is in it."""
    for frame in sketch.frames:
        for index, column in enumerate(layers.columns):
            inside = [item for item in column if item.frame == frame.key]
            if inside:
                top, bottom = extents(inside, y)
                left, right = spans[index]
                yield frame, Box(left=left - FRAME_SIDE, top=top, right=right + FRAME_SIDE, bottom=bottom)


def _routes(chains: Sequence[Chain], boxes: Mapping[str, Box]) -> Iterator[CableRoute]:
    """Every cable, with its ports: on each side of a card they stand in the order of what they lead to."""
    sides: defaultdict[tuple[str, str], list[tuple[float, int, int]]] = defaultdict(list)
    points: dict[tuple[int, int], tuple[float, float]] = {}
    for index, chain in enumerate(chains):
        if chain.is_upright:
            upper, lower = boxes[chain.items[0].name], boxes[chain.items[-1].name]
            points[index, 0] = ((upper.left + upper.right) / 2, upper.bottom)
            points[index, 1] = ((lower.left + lower.right) / 2, lower.top)
            continue
        for end, (card, beside) in enumerate(((chain.items[0], chain.items[1]), (chain.items[-1], chain.items[-2]))):
            side = "left" if end == 1 and not chain.is_loop else "right"
            sides[card.name, side].append((boxes[beside.name].middle, index, end))
    for (name, side), ports in sides.items():
        heights = [port_height(chains[index].link) for _, index, _ in sorted(ports)]
        edge = boxes[name].left if side == "left" else boxes[name].right
        port_y = boxes[name].middle - sum(heights) / 2
        for (_, index, end), height in zip(sorted(ports), heights, strict=True):
            points[index, end] = (edge, port_y + height / 2)
            port_y += height
    for index, chain in enumerate(chains):
        between = tuple(boxes[item.name] for item in chain.items[1:-1])
        yield CableRoute(chain=chain, start=points[index, 0], end=points[index, 1], between=between)
