"""The paths that the kernels' tables gave, before, during and after the faults.

Nothing that a lab does costs virtual time: a path that changes at a fault's very moment was changed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from dxemu.events.base import Event
from dxemu.events.probes import PathFound
from dxemu.events.steps import FaultHealed, FaultInjected
from dxemu.measure.result import PathSeen
from dxemu.plan.model import Plan


def asked(events: Sequence[Event], probe: str, direction: str) -> list[PathFound]:
    """Every path of a probe in one direction, in order."""
    paths = (event for event in events if isinstance(event, PathFound))
    return [path for path in paths if (path.probe, path.direction) == (probe, direction)]


def seen(plan: Plan, events: Sequence[Event], probe: str, direction: str) -> list[PathSeen]:
    """Every path of a probe in one direction, in order, also those of before the run's start."""
    return [_seen(plan, path, "") for path in asked(events, probe, direction)]


def path_at(plan: Plan, events: Sequence[Event], probe: str, direction: str, at: float) -> PathSeen | None:
    """The path that was last seen at or before `at`; None if it was never asked before."""
    before = [path for path in asked(events, probe, direction) if path.t <= at]
    return _seen(plan, before[-1], "") if before else None


def path_at_start(plan: Plan, events: Sequence[Event], probe: str, direction: str) -> PathSeen | None:
    """The path when the run started, if that was before the first fault. While the lab is built, paths come and go."""
    found = [path for path in asked(events, probe, direction) if path.t >= 0]
    first_fault = min((e.happened_at_s for e in events if isinstance(e, FaultInjected)), default=float("inf"))
    return _seen(plan, found[0], "") if found and found[0].t <= first_fault else None


def before(found: Sequence[PathFound], at: float) -> Sequence[PathFound]:
    """Those of before a fault `at`. What was told at that moment counts as well if nothing was earlier."""
    earlier = [path for path in found if path.t < at]
    return earlier or [path for path in found[:1] if path.t == at]


def paths(plan: Plan, events: Sequence[Event], probes: Sequence[tuple[str, str]]) -> list[PathSeen]:
    """For each probe and direction: `before` the first fault, `during` it (before the first heal), `after` (the last).

    `during` is left out when nothing is healed: then it is `after`.
    """
    faults = [e.happened_at_s for e in events if isinstance(e, FaultInjected)]
    heals = [e.happened_at_s for e in events if isinstance(e, FaultHealed)]
    found = []
    for probe, direction in probes:
        all_of_them = asked(events, probe, direction)
        first, last = min(faults, default=inf), min(heals, default=inf)
        earlier = before(all_of_them, first)
        later = [e for e in all_of_them if e.t >= first and e not in earlier]
        during = [e for e in later if heals and e.t < last]
        after = [e for e in later if not heals or e.t >= last]
        found += [
            _seen(plan, e[-1], when) for e, when in ((earlier, "before"), (during, "during"), (after, "after")) if e
        ]
    return found


def _seen(plan: Plan, path: PathFound, when: str) -> PathSeen:
    on = [_carried_by(plan, hop) for hop in path.hops[1::2]]
    return PathSeen(
        probe=path.probe,
        direction=path.direction,
        when=when,
        t_s=path.t,
        hops=path.hops,
        connections=tuple(dict.fromkeys(c for c in on if c is not None)),
        complete=path.complete,
        text=described(plan, path.hops, complete=path.complete),
    )


def lag_of(plan: Plan, cable: str) -> str | None:
    """The LAG that a cable is in; None if it is in none."""
    known = plan.cable_named(cable)
    ends = () if known is None else (known.a, known.b)
    bonds = (plan.bond_over(port.node, port.name) for port in ends)
    return next((bond.lag for bond in bonds if bond is not None), None)


def _carried_by(plan: Plan, hop: str) -> str | None:
    """The connection or tunnel that a hop of a path is; None for other cables."""
    if plan.tunnel_named(hop) is not None:
        return hop
    cable = plan.cable_named(hop)
    return None if cable is None else cable.connection


def described(plan: Plan, hops: Sequence[str], *, complete: bool) -> str:
    """`app > customer_router > colo_router =primary=> dx_1 > vgw > web`; a path that ends early says so.

    Which member of a LAG a flow uses is the bond's choice, not a table's: the LAG is named.
    """
    words: list[str] = []
    arrow = ">"
    for index, hop in enumerate(hops):
        if index % 2:
            carried_by = lag_of(plan, hop) or _carried_by(plan, hop)
            arrow = f"={carried_by}=>" if carried_by else ">"
        else:
            words += [arrow, hop] if words else [hop]
            arrow = ">"
    return " ".join(words) + ("" if complete else " > nowhere")
