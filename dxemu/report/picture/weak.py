"""The weak spots on a picture: a halo behind what is an outage until repair, or a long one, when it fails alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from dxemu.report.picture.cables import outline
from dxemu.report.picture.layout import Box, Layout
from dxemu.report.picture.legend import flow
from dxemu.report.picture.sizes import cable_width
from dxemu.report.picture.svg import element, text

if TYPE_CHECKING:  # it brings networkx, which takes longer than the page of a run, on which no audit is
    from dxemu.audit.menu import Audit

LONG_S = 10.0
HALO = 7.0
BADGE = 11.0


class Weakness(IntEnum):
    """What the failure of an element costs: an outage of more than `LONG_S`, or one that only a repair ends."""

    LONG = 1
    FATAL = 2


COLOURS = {Weakness.LONG: "#F2B01E", Weakness.FATAL: "#D7263D"}
WORDS = {
    Weakness.FATAL: "fails alone: outage until repair",
    Weakness.LONG: f"fails alone: outage of more than {LONG_S:g} s",
}
Weak = Mapping[tuple[str, str], Weakness]
"""By kind (`node`, `cable`, `place`, `strand`) and name."""

_DRAWN_AS = {
    "router": "node",
    "device": "node",
    "location": "place",
    "connection": "cable",
    "circuit": "cable",
    "virtual_interface": "strand",
}


def weak_spots(audit: Audit) -> Weak:
    """The worst that each element costs, however it fails; those that cost little are left out."""
    found: dict[tuple[str, str], Weakness] = {}
    for outcome in audit.outcomes:
        failure = outcome.failures[0]
        longest = outcome.outage.high_s
        if longest <= LONG_S:
            continue
        level = Weakness.FATAL if math.isinf(longest) else Weakness.LONG
        for spot in _spots(failure.mode.kind, failure.name, failure.impact.cables):
            found[spot] = max(level, found.get(spot, level))
    return found


def _spots(kind: str, name: str, cables: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if kind == "internet":
        yield "cable", f"internet_{name}"
    elif kind == "carrier":
        yield from (("cable", cable) for cable in cables)
    elif kind == "tunnel":
        vpn, _, number = name.rpartition("_tunnel_")
        yield "node", f"{vpn}_endpoint_{number}"
    elif kind != "campus":  # which has no card: its buildings have
        yield _DRAWN_AS[kind], name


def halos(layout: Layout, weak: Weak) -> Iterator[str]:
    """What lies behind the cables and cards."""
    for route in layout.routes:
        link = route.chain.link
        levels = [weak[spot] for cable in link.cables if (spot := ("cable", cable)) in weak]
        if levels and (len(levels) == len(link.cables) or max(levels) is Weakness.LONG):
            colour = COLOURS[max(levels)]
            yield element(
                "path",
                d=outline(route),
                fill="none",
                stroke=colour,
                stroke_width=cable_width(link) + 2 * HALO,
                stroke_opacity=0.4,
                stroke_linecap="round",
            )
    for name, (_, box) in layout.cards.items():
        if ("node", name) in weak:
            yield _around(box, COLOURS[weak["node", name]], HALO)


def frames(layout: Layout, weak: Weak) -> Iterator[str]:
    """Around places."""
    for place, box in layout.places:
        if ("place", place.name) in weak:
            yield _around(box, COLOURS[weak["place", place.name]], 0.0)


def badges(layout: Layout, weak: Weak) -> Iterator[str]:
    """An exclamation mark at each weak spot, over everything else."""
    for place, box in layout.places:
        if ("place", place.name) in weak:
            yield _badge(box.right - 6, box.top + 6, weak["place", place.name])
    for name, (_, box) in layout.cards.items():
        if ("node", name) in weak:
            yield _badge(box.right, box.top, weak["node", name])
    for route, box in layout.labels:
        link = route.chain.link
        spots = [("cable", cable) for cable in link.cables]
        levels = [weak[spot] for spot in spots if spot in weak]
        named = [("strand", strand.name) for strand in link.strands] if link.labelled else []
        levels += [weak[spot] for spot in named if spot in weak]
        if levels:
            yield _badge(box.right, box.top + 2, max(levels))


def legend(weak: Weak, left: float, top: float, right: float) -> tuple[str, float]:
    """What the colours mean, as far as they are there."""
    there = [level for level in WORDS if level in weak.values()]
    if not there:
        return "", top
    entries = [(element("g", _badge(15, 0, level)), WORDS[level]) for level in there]
    return flow("Weak spots", entries, left, top, right)


def _around(box: Box, colour: str, by: float) -> str:
    return element(
        "rect",
        x=box.left - by,
        y=box.top - by,
        width=box.right - box.left + 2 * by,
        height=box.bottom - box.top + 2 * by,
        rx=12 + by / 2,
        fill=colour if by else "none",
        fill_opacity=0.4 if by else "",
        stroke=colour,
        stroke_width=1.5 if by else 3,
    )


def _badge(x: float, y: float, level: Weakness) -> str:
    mark = text("!", x, y + 5.5, 16.0, "#FFFFFF", font_weight="bold", text_anchor="middle")
    return element("circle", cx=x, cy=y, r=BADGE, fill=COLOURS[level], stroke="#FFFFFF", stroke_width=1.5) + mark
