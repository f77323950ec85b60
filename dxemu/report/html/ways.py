"""The picture with the way of a probe before, during and after: three states of one picture, of which one is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from dxemu.events.steps import SAME_MOMENT_S
from dxemu.measure.result import FaultResult, PathSeen, Result
from dxemu.plan.model import Plan
from dxemu.report.picture.cables import outline
from dxemu.report.picture.draw import draw
from dxemu.report.picture.layout import Box, Layout
from dxemu.report.picture.sizes import cable_width
from dxemu.report.picture.svg import element, number
from dxemu.topology.model import Topology
from dxemu.words import direction

STATES = ("before", "during", "after")
_WAY, _BROKEN = "#1FA35C", "#D7263D"
_HALO = 10.0
_BADGE = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WayState:
    """One state: its name, the moment, what is broken then, and the ways in words, one a line.

    `dead`: packets still go that way, and do not arrive.
    """

    state: str
    title: str
    lines: tuple[str, ...]
    broken: tuple[str, ...]
    hops: frozenset[str]
    dead: bool = False


def states(result: Result, probe: str) -> list[WayState]:
    """Before the first fault, while it lasts, and after; the first of them alone if nothing failed."""
    seen = {when: [p for p in result.paths if (p.probe, p.when) == (probe, when)] for when in STATES}
    if not seen["before"] and not seen["after"]:
        return []
    before = _state("before", "Before", seen["before"], ())
    if not result.faults:
        return [before]
    still = _targets(fault for fault in result.faults if fault.healed_at_s is None)
    if seen["during"]:
        healed = min(fault.healed_at_s for fault in result.faults if fault.healed_at_s is not None)
        broken = _targets(fault for fault in result.faults if fault.injected_at_s < healed)
        during = _state("during", "While it is broken", seen["during"], broken)
    else:
        first = min(fault.injected_at_s for fault in result.faults) + SAME_MOMENT_S
        broken = _targets(fault for fault in result.faults if fault.injected_at_s <= first)
        during = replace(_state("during", "Until somebody notices", seen["before"], broken), dead=True)
    return [before, during, _state("after", "After", seen["after"], still)]


def _targets(faults: Iterable[FaultResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.target for fault in faults))


def _state(state: str, title: str, paths: Sequence[PathSeen], broken: tuple[str, ...]) -> WayState:
    lines = [f"{direction(path.direction)}: {path.text}" for path in paths]
    hops = frozenset(hop for path in paths for hop in path.hops)
    return WayState(state=state, title=title, lines=tuple(lines), broken=broken, hops=hops)


def picture(topology: Topology, plan: Plan, by_probe: Iterable[tuple[int, Sequence[WayState]]]) -> str:
    """The picture with a layer for each probe (by its number) and state; the page's style shows one of them."""
    layers = [(f"way probe-{number} {way.state}", way) for number, ways in by_probe for way in ways]

    def under(layout: Layout) -> Iterable[str]:
        for name, way in layers:
            body = "".join(_halos(layout, plan, way.hops, _BROKEN if way.dead else _WAY))
            yield element("g", body, class_=name) if body else ""

    def over(layout: Layout) -> Iterable[str]:
        for name, way in layers:
            body = "".join(_marks(layout, plan, way.broken))
            yield element("g", body, class_=name) if body else ""

    return draw(topology, plan, under=under, over=over)


def _halos(layout: Layout, plan: Plan, hops: frozenset[str], colour: str) -> Iterable[str]:
    tunnels = {tunnel.name for tunnel in plan.tunnels}
    for route in layout.routes:
        link = route.chain.link
        inside = any(strand.name in hops for strand in link.strands if strand.name in tunnels)
        if inside or not hops.isdisjoint(link.cables):
            yield element(
                "path",
                d=outline(route),
                fill="none",
                stroke=colour,
                stroke_width=cable_width(link) + _HALO,
                stroke_opacity=0.45,
                stroke_linecap="round",
            )
    for name, (_, box) in layout.cards.items():
        if name in hops:
            yield _around(box, colour)


def _around(box: Box, colour: str) -> str:
    size = {"width": box.right - box.left + _HALO, "height": box.bottom - box.top + _HALO}
    x, y = box.left - _HALO / 2, box.top - _HALO / 2
    return element("rect", x=x, y=y, rx=13, fill=colour, fill_opacity=0.45, **size)


def _marks(layout: Layout, plan: Plan, broken: Collection[str]) -> Iterable[str]:
    cables = {cable.name for target in broken for cable in plan.cables_of_connection(target)} | set(broken)
    for route, box in layout.labels:
        link = route.chain.link
        strands = {strand.name for strand in link.strands} if link.labelled else set()
        if link.name in broken or not cables.isdisjoint(link.cables) or not strands.isdisjoint(broken):
            yield _cross((box.left + box.right) / 2, box.top - 4)
    for name, (_, box) in layout.cards.items():
        if name in broken:
            yield _cross(box.right, box.top)
    for place, box in layout.places:
        if place.name in broken:
            yield _cross(box.right - 14, box.top + 14)


def _cross(x: float, y: float) -> str:
    arm = _BADGE * 0.45
    circle = element("circle", cx=x, cy=y, r=_BADGE, fill=_BROKEN, stroke="#FFFFFF", stroke_width=2)
    left, right, top, bottom = number(x - arm), number(x + arm), number(y - arm), number(y + arm)
    lines = f"M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}"
    return circle + element("path", d=lines, fill="none", stroke="#FFFFFF", stroke_width=3, stroke_linecap="round")
