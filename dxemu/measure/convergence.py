"""What one fault, heal or action cost one direction of a probe, in the words of the field.

Three measures of the same thing, each by itself, and known to one probe interval (RFC 6413, 6.3.3):

    loss_of_connectivity         from the first lost packet's sending to that of the first one that got through again:
                                 the longest loss period (RFC 3357, 4), by the packets' time stamps (RFC 6414, 3.6.3)
    loss_derived                 the packets that were lost, divided by the rate at which they were sent: the route
                                 loss of connectivity period (RFC 6412, 3.6.5, equation 8)
    control_plane_to_data_plane  from the event itself to the first packet that got through after the last loss: the
                                 convergence time of a route (RFC 6413, 4.1, equation 2)

Where two of them differ by more than the measurement can tell, `differs` says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from dxemu.events.base import Event
from dxemu.events.probes import PathFound
from dxemu.measure.paths import asked, before
from dxemu.measure.result import ActionResult, Convergence, FaultResult, Outage, ProbeResult, Result
from dxemu.words import count, duration

MS = 1e3


def convergences(
    faults: Sequence[FaultResult],
    actions: Sequence[ActionResult],
    outages: Sequence[Outage],
    probes: Sequence[ProbeResult],
    events: Sequence[Event] = (),
) -> Iterator[Convergence]:
    """One for each event that cost a direction of a probe packets, or moved it, in the order of the events."""
    moments = _moments(faults, actions)
    healed = {f.fault: f.healed_at_s for f in faults if f.healed_at_s is not None}
    for name, after, at in sorted(moments, key=lambda moment: moment[2]):
        begun = next((f.injected_at_s for f in faults if f.fault == name), at)
        healed_at, next_at = healed.get(name, inf) if after == "fault" else inf, _next_step(moments, at)
        for probe in probes:
            mine = [o for o in outages if (o.probe, o.direction) == (probe.probe, probe.direction)]
            caused = [o for o in mine if _after(o) == (name, after)]
            slow = after == "fault" and caused  # what it cut off moves because of it, whatever comes meanwhile
            over = healed_at if slow else min(healed_at, next_at)
            moved = _moved_ms(asked(events, probe.probe, probe.direction), (begun, at, over), after)
            if caused or moved is not None:
                yield _of(name, after, at, probe, caused, moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConvergence:
    """All directions of all probes after one event, each of them a route in RFC 6412's sense (3.6.1 and 3.6.2).

    `first_ms` and `full_ms` are from the event until the first and the last of those that lost packets got through
    again, None if one never did, or if none lost any (`packets_lost` 0). `moved_ms`: until the tables led all of
    those another way that were led another way; after a heal that is the reversion, else the failover.
    """

    event: str
    after: str
    packets_lost: int
    first_ms: float | None
    full_ms: float | None
    moved_ms: float | None


def by_event(found: Sequence[Convergence]) -> Iterator[EventConvergence]:
    """First and full convergence of each event."""
    for event, after in dict.fromkeys((c.event, c.after) for c in found):
        mine = [c for c in found if (c.event, c.after) == (event, after)]
        through = [c.control_plane_to_data_plane_ms for c in mine if c.packets_lost]
        known = [ms for ms in through if ms is not None]
        yield EventConvergence(
            event=event,
            after=after,
            packets_lost=sum(c.packets_lost for c in mine),
            first_ms=min(known, default=None),
            full_ms=max(known, default=None) if len(known) == len(through) else None,
            moved_ms=max((c.moved_ms for c in mine if c.moved_ms is not None), default=None),
        )


SUSTAINED_S = 5.0
"""The sustained convergence validation time: so long nothing may be lost after full convergence. RFC 6412, 3.7.5."""


def held_s(event: EventConvergence, result: Result) -> float | None:
    """How long nothing was lost after full convergence: until the next loss, or the run's end. None: it never came."""
    moments = {(name, after): at for name, after, at in _moments(result.faults, result.actions)}
    at = moments.get((event.event, event.after))
    if at is None or event.full_ms is None:
        return None
    full_s = at + event.full_ms / MS
    return min([o.start_s for o in result.outages if o.start_s >= full_s] + [result.virtual_s]) - full_s


def _moments(faults: Sequence[FaultResult], actions: Sequence[ActionResult]) -> list[tuple[str, str, float]]:
    """Every event, how it is called in an outage's `after`, and when it was."""
    moments = [(f.fault, "fault", f.injected_at_s) for f in faults]
    moments += [(f.fault, "heal", f.healed_at_s) for f in faults if f.healed_at_s is not None]
    return moments + [(a.action, "action", a.done_at_s) for a in actions]


def _after(outage: Outage) -> tuple[str | None, str | None]:
    return (outage.action, "action") if outage.action is not None else (outage.fault, outage.after)


def _of(
    name: str, after: str, at: float, probe: ProbeResult, outages: Sequence[Outage], moved_ms: float | None
) -> Convergence:
    gap: float | None = 0.0
    through: float | None = None
    lost = sum(o.packets_lost for o in outages)
    unsure = max((o.uncertainty_ms for o in outages), default=probe.interval_ms)
    if outages:
        ended = [o.duration_ms for o in outages if o.duration_ms is not None]
        gap = max(ended) if len(ended) == len(outages) else None
        last = max(outages, key=lambda o: o.start_s)
        through = None if last.end_s is None else round((last.end_s - at) * MS, 6)
    derived = round(sum(o.packets_lost / o.flows for o in outages) * probe.interval_ms, 6)
    return Convergence(
        event=name,
        after=after,
        probe=probe.probe,
        direction=probe.direction,
        loss_of_connectivity_ms=gap,
        loss_derived_ms=derived,
        control_plane_to_data_plane_ms=through,
        uncertainty_ms=unsure,
        packets_lost=lost,
        loss_periods=len(outages),
        moved_ms=moved_ms,
        differs="; ".join(_reasons(at, outages, gap, derived, through, unsure)),
    )


def _next_step(moments: Sequence[tuple[str, str, float]], at: float) -> float:
    """When the next thing is broken or done on purpose: what moves from then on is not for what was `at`."""
    return min((moment for _, after, moment in moments if after != "heal" and moment > at), default=inf)


def _moved_ms(paths: Sequence[PathFound], moments: tuple[float, float, float], after: str) -> float | None:
    """When the kernels' tables led another way (after a fault), or the way of before it again (after a heal).

    `moments`: when the fault began, when this event was, and from when on a move is not counted as its doing.
    """
    begun, at, over = moments
    earlier = before(paths, begun)
    if not earlier:
        return None
    way = earlier[-1].hops
    since = [path for path in paths if path not in earlier]
    if after == "heal" and not any(path.t <= at and path.hops != way for path in since):
        return None  # it never went elsewhere
    later = [path for path in since if at <= path.t < over and path.complete]
    found = next((path for path in later if (path.hops == way) == (after == "heal")), None)
    return None if found is None else round((found.t - at) * MS, 6)


def _reasons(
    at: float,
    outages: Sequence[Outage],
    gap: float | None,
    derived: float,
    through: float | None,
    unsure: float,
) -> Iterator[str]:
    """Why measures that should agree do not: nothing where they do, or where one of them has no end."""
    if gap is None or not outages:
        return
    first, last = min(o.start_s for o in outages), max(o.start_s for o in outages)
    if len(outages) > 1 and abs(derived - gap) > unsure:
        yield (
            f"{count(len(outages), 'loss period')}, the last from {duration((last - first) * MS)} after the first: "
            "loss_of_connectivity is the longest, loss_derived their sum, control_plane_to_data_plane up to the last"
        )
    elif abs(derived - gap) > unsure:
        yield "packets did not leave at an even rate"
    if through is None or abs(through - gap) <= unsure:
        return
    late = (first - at) * MS
    if late > unsure:
        yield f"nothing was lost for the first {duration(late)}: control_plane_to_data_plane counts them"
    elif late < -unsure:
        yield f"packets that were sent up to {duration(-late)} before it were lost on their way"
