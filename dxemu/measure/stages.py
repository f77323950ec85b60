"""Where an outage went: noticed, withdrawn, installed, first packet. Each is counted from the fault's injection.

What is charged to an outage lies within it, and belongs to its fault, its session and its IP version. Who should have
noticed is not known here: what detected a failure is the event that ended the session, or moved the path.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.events.base import Event, NodeEvent
from dxemu.events.links import CarrierDelayOver, LacpChanged, PortCarrierChanged, TunnelChanged, VrrpChanged
from dxemu.events.routes import BestChosen, RoutesWithdrawn, TableChanged
from dxemu.events.sessions import ADMINISTRATIVELY_DOWN, BfdChanged, BgpChanged
from dxemu.events.steps import ActionDone, ChangeDone, Done, FaultHealed, FaultInjected
from dxemu.events.timeline import DIRECTIONS
from dxemu.measure.paths import asked, before
from dxemu.measure.result import Outage, ProbeResult, Stage
from dxemu.plan.model import Plan, Side

REACTING_REASONS = ("prefix_limit", "notification")
"""Why a session goes down that nobody cut: AWS's end had enough of it, or the other end said so."""
DETECTING_REASONS = ("hold_timer", "bfd", "carrier", "dpd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a fault struck: the cables, and the sessions that cross them."""

    fault: str
    sessions: frozenset[str]
    cables: frozenset[str]

    def meets(self, other: Hit) -> bool:
        """Whether both struck the same thing."""
        return not (self.sessions.isdisjoint(other.sessions) and self.cables.isdisjoint(other.cables))

    def concerns(self, event: Event) -> bool:
        """Whether an event is about what was struck, or about who has a shared address."""
        if isinstance(event, TunnelChanged):
            return event.tunnel in self.sessions
        if isinstance(event, PortCarrierChanged | CarrierDelayOver | LacpChanged):
            return event.cable in self.cables
        return isinstance(event, VrrpChanged) or _session(event) in self.sessions


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What was measured in one run. `versions` are the IP versions of its probes."""

    plan: Plan
    hits: Sequence[Hit]
    events: Sequence[Event]
    outages: Sequence[Outage]
    probes: Sequence[ProbeResult]
    versions: Mapping[str, int]

    def hit(self, fault: str) -> Hit | None:
        """What a fault struck; None if nobody said."""
        return next((hit for hit in self.hits if hit.fault == fault), None)


def stages(run: MeasuredRun) -> list[Stage]:
    """For each fault and direction one for each probe that lost packets to it, or one if none did.

    It is noticed and repaired by the nodes on the probe's path up to what was struck; where no path tells that, the
    customer's notice `to_aws`, and AWS's `from_aws`. Actions have one where they took a session down by themselves.
    """
    injected = [e for e in run.events if isinstance(e, FaultInjected)]
    acted = [e for e in run.events if isinstance(e, ActionDone | ChangeDone)]
    found = [stage for fault in injected for direction in DIRECTIONS for stage in _of_fault(run, fault, direction)]
    return found + [stage for act in acted for direction in DIRECTIONS for stage in _of_action(run, act, direction)]


def _of_fault(run: MeasuredRun, fault: FaultInjected, direction: str) -> Iterator[Stage]:
    at, name = fault.happened_at_s, fault.fault
    last = {o.probe: o for o in run.outages if (o.fault, o.after, o.direction) == (name, "fault", direction)}
    end = _next_strike(run, fault)
    for probe, outage in last.items():
        over = end if outage.end_s is None else min(end, outage.end_s + _in_flight_s(run, outage))
        noticed = list(_detections(run, fault, direction, over, probe))
        decisive = _first_of(noticed, noticed[-1]) if noticed and outage.end_s is not None else _first(noticed)
        first_packet_ms = None if outage.end_s is None else round((outage.end_s - at) * 1e3, 6)
        yield _stage(run, fault, direction, decisive, over, probe=probe, first_packet_ms=first_packet_ms)
    if not last:
        yield _stage(run, fault, direction, _first(_detections(run, fault, direction, end, None)), end)


def _next_strike(run: MeasuredRun, fault: FaultInjected) -> float:
    """When the same thing is struck again: what happens from then on is not this fault's."""
    at, mine = fault.happened_at_s, run.hit(fault.fault)
    later = (e for e in run.events if isinstance(e, FaultInjected) and e.happened_at_s > at)
    for event in later:
        other = run.hit(event.fault)
        if mine is None or other is None or mine.meets(other):
            return event.happened_at_s
    return math.inf


def _in_flight_s(run: MeasuredRun, outage: Outage) -> float:
    """How long after an outage's end in sending time that moved it can have happened on the way."""
    longest_ms = (p.longest_delay_ms for p in run.probes if (p.probe, p.direction) == (outage.probe, outage.direction))
    return (outage.uncertainty_ms + max(longest_ms, default=0.0)) / 1e3


def _detections(
    run: MeasuredRun, fault: FaultInjected, direction: str, over: float, probe: str | None
) -> Iterator[NodeEvent]:
    """Every event up to `over` by which a node on this direction's side found out, in order.

    A session that has ended cannot be noticed to be dead until it is up again: BFD goes down after it, and its tunnel.
    """
    hit, version = run.hit(fault.fault), None if probe is None else run.versions.get(probe)
    ended: set[tuple[str, str]] = set()
    for event in _after(run, fault, direction, over, probe):
        at_end = event.node, _session(event) or _session_in(run.plan, event)
        if detected_by(event) and at_end not in ended and (hit is None or hit.concerns(event)):
            about = _version_of(run.plan, _session(event))
            if version is None or about in (None, version):
                yield event
        if isinstance(event, BgpChanged):
            (ended.add if event.state == "down" else ended.discard)(at_end)


def _after(
    run: MeasuredRun, fault: FaultInjected, direction: str, over: float, probe: str | None
) -> Iterator[NodeEvent]:
    at = fault.happened_at_s
    side = Side.CUSTOMER if direction == "to_aws" else Side.AWS
    sending = {node.name for node in run.plan.nodes if node.side is side}
    nodes = _upstream(run, fault, direction, probe) or sending
    for event in run.events:
        if isinstance(event, NodeEvent) and at <= event.t <= over:
            hears = nodes | sending if isinstance(event, VrrpChanged) else nodes
            if event.node in hears:
                yield event


def _upstream(run: MeasuredRun, fault: FaultInjected, direction: str, probe: str | None) -> set[str]:
    """The nodes on a probe's path up to what was struck: who of them notices leads packets around it.

    Empty if its path did not cross what was struck, as far as paths tell: a LAG's member is the bond's choice.
    """
    at, hit = fault.happened_at_s, run.hit(fault.fault)
    seen = [] if probe is None else before(asked(run.events, probe, direction), at)
    hops = seen[-1].hops if seen else ()
    struck = next((i for i, hop in enumerate(hops) if i % 2 and hit is not None and hop in hit.cables), 0)
    return set(hops[:struck][0::2])


def _version_of(plan: Plan, session: str) -> int | None:
    known = plan.session_named(session)
    return None if known is None else known.ends[0].address.version


def _stage(
    run: MeasuredRun,
    fault: FaultInjected,
    direction: str,
    noticed: NodeEvent | None,
    over: float,
    *,
    probe: str | None = None,
    first_packet_ms: float | None = None,
) -> Stage:
    at, name = fault.happened_at_s, fault.fault
    if noticed is None:
        return Stage(
            fault=name,
            direction=direction,
            detected_by="none",
            node="",
            probe=probe,
            first_packet_ms=first_packet_ms,
        )
    repaired = min(
        (e.happened_at_s for e in run.events if isinstance(e, FaultHealed) and e.fault == name), default=over
    )
    until = min(over, repaired) if noticed.t < repaired else over  # what comes back with a repair is not installed anew
    then = [e for e in _after(run, fault, direction, until, probe) if e.t >= noticed.t]
    return Stage(
        fault=name,
        direction=direction,
        detected_by=detected_by(noticed),
        node=noticed.node,
        detect_ms=since(at, noticed),
        withdraw_ms=since(at, _first(e for e in then if isinstance(e, RoutesWithdrawn | BestChosen))),
        install_ms=since(at, _first(e for e in then if isinstance(e, TableChanged) and e.via is not None)),
        probe=probe,
        first_packet_ms=first_packet_ms,
    )


def _of_action(run: MeasuredRun, action: ActionDone | ChangeDone, direction: str) -> Iterator[Stage]:
    """What an action did by itself to sessions, before anything else was done; nothing if it took none down.

    The last session that a side lost counts: until then there was another one.
    """
    at, name = action.happened_at_s, action.step
    side = Side.CUSTOMER if direction == "to_aws" else Side.AWS
    nodes = {n.name for n in run.plan.nodes if n.side is side}
    others = [e.happened_at_s for e in run.events if isinstance(e, Done) and e is not action]
    until = min((t for t in others if t > at), default=math.inf)
    after = [e for e in run.events if isinstance(e, BgpChanged) and at <= e.t < until and e.node in nodes]
    down = [e for e in after if e.reason in REACTING_REASONS]
    if not down:
        return
    last = {o.probe: o.end_s for o in run.outages if (o.action, o.direction) == (name, direction)}
    for probe, end in last.items() or [(None, None)]:
        yield Stage(
            fault=name,
            direction=direction,
            detected_by=down[-1].reason,
            node=down[-1].node,
            detect_ms=since(at, down[-1]),
            probe=probe,
            first_packet_ms=None if end is None else round((end - at) * 1e3, 6),
        )


def detected_by(event: Event) -> str:
    """How a node found out by itself that something is dead, or "" if the event is no detection."""
    if isinstance(event, PortCarrierChanged) and event.waits_s is not None:
        return ""
    if isinstance(event, CarrierDelayOver):
        return "" if event.up else PortCarrierChanged.word
    if isinstance(event, PortCarrierChanged | LacpChanged) and not event.up:
        return event.word
    if isinstance(event, VrrpChanged) and event.state == "master":
        return event.word
    if isinstance(event, BfdChanged) and event.state == "down":
        return "" if event.reason == ADMINISTRATIVELY_DOWN else event.word
    if isinstance(event, BgpChanged | TunnelChanged) and event.state == "down":
        return event.reason if event.reason in DETECTING_REASONS else ""
    return ""


def _session(event: Event) -> str:
    """What a detection is about; "" if it is about no session."""
    return event.session if isinstance(event, BgpChanged | BfdChanged) else ""


def _session_in(plan: Plan, event: Event) -> str:
    """The session of BGP in the tunnel that an event is about; "" if there is none."""
    if not isinstance(event, TunnelChanged):
        return ""
    return next((s.name for s in plan.sessions if s.tunnel == event.tunnel and not s.static), "")


def since(at: float, event: Event | None) -> float | None:
    """Milliseconds from `at` to an event."""
    return None if event is None else round((event.t - at) * 1e3, 6)


def _first(events: Iterable[NodeEvent]) -> NodeEvent | None:
    return next(iter(events), None)


def _first_of(events: Sequence[NodeEvent], last: NodeEvent) -> NodeEvent:
    """The first sign of what `last` is a sign of: light goes, or BFD, and then the session."""

    def same(event: NodeEvent) -> bool:
        sessions = {_session(event), _session(last)} - {""}
        both = (event.node, detected_by(event)) == (last.node, detected_by(last))
        return both and len(sessions) <= 1

    return next(event for event in events if same(event))
