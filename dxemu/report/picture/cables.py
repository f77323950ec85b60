"""A cable with its virtual interfaces, as SVG: a pipe, a coloured strand for each, and the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.report.picture.colours import CABLE, INK, MUTED, PAPER, PIPE
from dxemu.report.picture.grid import ColumnKind
from dxemu.report.picture.layout import Box, CableRoute
from dxemu.report.picture.parts import Link, Strand
from dxemu.report.picture.sizes import DETAIL_SIZE, LABEL_PAD, STRAND_PITCH, STRAND_ROW, TITLE_ROW, cable_width
from dxemu.report.picture.svg import curve, element, number, text

Point = tuple[float, float]

UPRIGHT_OFF = 4.0
"""From the words on an upright cable to where it goes on."""


def draw_cable(route: CableRoute) -> str:
    """The cable without words."""
    link = route.chain.link
    points = _line(route, [0.0] * len(route.between), 0.0)
    if route.chain.is_upright:
        beside = [(index - (len(link.strands) - 1) / 2) * STRAND_PITCH for index in range(len(link.strands))]
        body = [_stroke(_upright_path(route, 0.0), CABLE, 1.2 if link.strands else 2.2)]
        body += [
            _stroke(_upright_path(route, offset), strand.colour, 2.2, dash=strand.dash)
            for strand, offset in zip(link.strands, beside, strict=True)
        ]
        return "".join(body)
    if route.chain.is_loop:
        return _stroke(_loop_path(points), CABLE, 2.2)
    if not link.strands:
        dash = "" if link.name else "2 5"
        return _stroke(_path(points), CABLE, 2.2, dash=dash)
    wrapped = link.connection or link.labelled
    body = [_pipe(route)] if wrapped else [_stroke(_path(points), CABLE, 1.2)]
    body += [
        _stroke(_path(_strand_line(route, index)), strand.colour, 3.2 if wrapped else 2.2, dash=strand.dash)
        for index, strand in enumerate(link.strands)
    ]
    return "".join(body)


def outline(route: CableRoute) -> str:
    """The middle line of a cable, as an SVG path."""
    if route.chain.is_upright:
        return _upright_path(route, 0.0)
    points = _line(route, [0.0] * len(route.between), 0.0)
    return _loop_path(points) if route.chain.is_loop else _path(points)


def draw_label(link: Link, box: Box) -> str:
    """The words on a cable."""
    middle = (box.left + box.right) / 2
    if not link.labelled:
        above, below = box.top + DETAIL_SIZE, box.bottom - 4
        return _text(link.name, middle, above, bold=True) + _text(link.detail, middle, below)
    title = element("tspan", link.name, font_weight="bold") + element("tspan", link.detail, dx=LABEL_PAD, fill=MUTED)
    rows = [
        element(
            "text", title, x=middle, y=box.top + TITLE_ROW - 6, font_size=DETAIL_SIZE, fill=INK, text_anchor="middle"
        )
    ]
    rows += [
        _row_words(strand, box.left + LABEL_PAD, _row(box, index) - 6) for index, strand in enumerate(link.strands)
    ]
    return "".join(rows)


def _row_words(strand: Strand, x: float, y: float) -> str:
    """The words on one strand; a member of a LAG is written like a cable."""
    if not strand.detail:
        return text(strand.label, x, y, DETAIL_SIZE, INK)
    spans = element("tspan", strand.label, font_weight="bold") + element(
        "tspan", strand.detail, dx=LABEL_PAD, fill=MUTED
    )
    return element("text", spans, x=x, y=y, font_size=DETAIL_SIZE, fill=INK)


def _text(words: str, x: float, y: float, *, bold: bool = False) -> str:
    if not words:
        return ""
    weight = "bold" if bold else ""
    return text(words, x, y, DETAIL_SIZE, INK if bold else MUTED, text_anchor="middle", font_weight=weight)


def _row(box: Box, index: int) -> float:
    """Where the strand `index` runs under its words."""
    return box.top + TITLE_ROW + STRAND_ROW * (index + 1) - 2


def _line(route: CableRoute, offsets: Sequence[float], port_offset: float) -> list[Point]:
    """The points of a line along the cable, each piece's left and right end, so far below the middle."""
    points = [(route.start[0], route.start[1] + port_offset)]
    for box, offset in zip(route.between, offsets, strict=True):
        points += [(box.left, box.middle + offset), (box.right, box.middle + offset)]
    return [*points, (route.end[0], route.end[1] + port_offset)]


def _strand_line(route: CableRoute, index: int) -> list[Point]:
    """The way of one virtual interface: in its own row where its words are, else side by side with the others."""
    link = route.chain.link
    beside = (index - (len(link.strands) - 1) / 2) * STRAND_PITCH
    offsets = [
        _row(box, index) - box.middle if link.labelled and item.kind is ColumnKind.LABEL else beside
        for item, box in zip(route.chain.items[1:-1], route.between, strict=True)
    ]
    return _line(route, offsets, beside)


def _pipe(route: CableRoute) -> str:
    """A connection's outline, as wide as what it holds."""
    link = route.chain.link
    narrow = cable_width(link) / 2 + 1
    halves = [
        (box.bottom - box.top) / 2 if link.labelled and item.kind is ColumnKind.LABEL else narrow
        for item, box in zip(route.chain.items[1:-1], route.between, strict=True)
    ]
    upper = _line(route, [-half for half in halves], -narrow)
    lower = _line(route, halves, narrow)[::-1]
    there, back = _path(upper), _path(lower)
    return element(
        "path", d=f"{there}L{back[1:]}Z", fill=PIPE if link.connection else PAPER, stroke=CABLE, stroke_width=1
    )


def _path(points: Sequence[Point]) -> str:
    """A smooth path through points."""
    (x, y), pieces = points[0], []
    for next_x, next_y in points[1:]:
        pieces.append(curve(x, y, next_x, next_y))
        x, y = next_x, next_y
    return f"M{number(points[0][0])} {number(points[0][1])}{''.join(pieces)}"


def _loop_path(points: Sequence[Point]) -> str:
    """From one card to the label beside it, along it, and back to the other card of the same column."""
    start, left, right, end = points
    return f"{_path([start, left, right])}M{number(left[0])} {number(left[1])}{curve(*left, *end)}"


def _upright_path(route: CableRoute, offset: float) -> str:
    """Down to the label, and on from below it, so far beside the middle."""
    (x, top), (end_x, bottom), (label,) = route.start, route.end, route.between
    upper = f"M{number(x + offset)} {number(top)}V{number(label.top)}"
    return f"{upper}M{number(end_x + offset)} {number(label.bottom + UPRIGHT_OFF)}V{number(bottom)}"


def _stroke(d: str, colour: str, width: float, *, dash: str = "") -> str:
    return element("path", d=d, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash)


def words(routes: Sequence[tuple[CableRoute, Box]]) -> Iterator[str]:
    """The words on all cables."""
    for route, box in routes:
        yield draw_label(route.chain.link, box)
