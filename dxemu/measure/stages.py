"""Where an outage went: noticed, withdrawn, installed, first packet. Each is counted from the fault's injection.

What is charged to an outage lies within it, and belongs to its fault, its session and its IP version. Who should have
noticed is not known here: what detected a failure is the event that ended the session, or moved the path.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.events.timeline import DIRECTIONS, Event
from dxemu.events.values import happened_at, names, number, text
from dxemu.measure.result import Outage, Probe, Stage
from dxemu.plan.model import Plan, Side

DONE = ("fault_injected", "fault_healed", "action_done")
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
        about = text(event, "session") or text(event, "tunnel")
        return event["event"] == "vrrp" or about in self.sessions or text(event, "cable") in self.cables


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured in one run. `versions` are the IP versions of its probes."""

    plan: Plan
    hits: Sequence[Hit]
    events: Sequence[Event]
    outages: Sequence[Outage]
    probes: Sequence[Probe]
    versions: Mapping[str, int]

    def hit(self, fault: str) -> Hit | None:
        """What a fault struck; None if nobody said."""
        return next((hit for hit in self.hits if hit.fault == fault), None)


def stages(run: Run) -> list[Stage]:
    """For each fault and direction one for each probe that lost packets to it, or one if none did.

    It is noticed and repaired by the nodes on the probe's path up to what was struck; where no path tells that, the
    customer's notice `to_aws`, and AWS's `from_aws`. Actions have one where they took a session down by themselves.
    """
    injected = [e for e in run.events if e["event"] == "fault_injected"]
    acted = [e for e in run.events if e["event"] == "action_done"]
    found = [stage for fault in injected for direction in DIRECTIONS for stage in _of_fault(run, fault, direction)]
    return found + [stage for act in acted for direction in DIRECTIONS for stage in _of_action(run, act, direction)]


def _of_fault(run: Run, fault: Event, direction: str) -> Iterator[Stage]:
    at, name = happened_at(fault), text(fault, "fault")
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


def _next_strike(run: Run, fault: Event) -> float:
    """When the same thing is struck again: what happens from then on is not this fault's."""
    at, mine = happened_at(fault), run.hit(text(fault, "fault"))
    later = (e for e in run.events if e["event"] == "fault_injected" and happened_at(e) > at)
    for event in later:
        other = run.hit(text(event, "fault"))
        if mine is None or other is None or mine.meets(other):
            return happened_at(event)
    return math.inf


def _in_flight_s(run: Run, outage: Outage) -> float:
    """How long after an outage's end in sending time that moved it can have happened on the way."""
    longest_ms = (p.longest_delay_ms for p in run.probes if (p.probe, p.direction) == (outage.probe, outage.direction))
    return (outage.uncertainty_ms + max(longest_ms, default=0.0)) / 1e3


def _detections(run: Run, fault: Event, direction: str, over: float, probe: str | None) -> Iterator[Event]:
    """Every event up to `over` by which a node on this direction's side found out, in order.

    A session that has ended cannot be noticed to be dead: BFD goes down after it, too.
    """
    hit, version = run.hit(text(fault, "fault")), None if probe is None else run.versions.get(probe)
    ended: set[tuple[str, str]] = set()
    for event in _after(run, fault, direction, over, probe):
        at_end = text(event, "node"), text(event, "session")
        if detected_by(event) and at_end not in ended and (hit is None or hit.concerns(event)):
            about = _version_of(run.plan, text(event, "session"))
            if version is None or about in (None, version):
                yield event
        if event["event"] == "bgp" and event.get("state") == "down":
            ended.add(at_end)


def _after(run: Run, fault: Event, direction: str, over: float, probe: str | None) -> Iterator[Event]:
    at = happened_at(fault)
    side = Side.CUSTOMER if direction == "to_aws" else Side.AWS
    sending = {node.name for node in run.plan.nodes if node.side is side}
    nodes = _upstream(run, fault, direction, probe) or sending
    for event in run.events:
        if at <= number(event, "t") <= over:
            on = text(event, "node")
            if on in nodes or (event["event"] == "vrrp" and on in sending):
                yield event


def _upstream(run: Run, fault: Event, direction: str, probe: str | None) -> set[str]:
    """The nodes on a probe's path up to what was struck: who of them notices leads packets around it.

    Empty if its path did not cross what was struck, as far as paths tell: a LAG's member is the bond's choice.
    """
    at, hit = happened_at(fault), run.hit(text(fault, "fault"))
    asked = [
        names(e, "hops")
        for e in run.events
        if e["event"] == "path"
        and (text(e, "probe"), text(e, "direction")) == (probe, direction)
        and number(e, "t") <= at
    ]
    hops = asked[-1] if asked else ()
    struck = next((i for i, hop in enumerate(hops) if i % 2 and hit is not None and hop in hit.cables), 0)
    return set(hops[:struck][0::2])


def _version_of(plan: Plan, session: str) -> int | None:
    return next((s.ends[0].address.version for s in plan.sessions if s.name == session), None)


def _stage(
    run: Run,
    fault: Event,
    direction: str,
    noticed: Event | None,
    over: float,
    *,
    probe: str | None = None,
    first_packet_ms: float | None = None,
) -> Stage:
    at, name = happened_at(fault), text(fault, "fault")
    if noticed is None:
        return Stage(
            fault=name,
            direction=direction,
            detected_by="none",
            node="",
            probe=probe,
            first_packet_ms=first_packet_ms,
        )
    then = [e for e in _after(run, fault, direction, over, probe) if number(e, "t") >= number(noticed, "t")]
    return Stage(
        fault=name,
        direction=direction,
        detected_by=detected_by(noticed),
        node=text(noticed, "node"),
        detect_ms=since(at, noticed),
        withdraw_ms=since(at, _first(e for e in then if e["event"] in ("withdrawn", "best"))),
        install_ms=since(at, _first(e for e in then if e["event"] == "route" and e.get("via") is not None)),
        probe=probe,
        first_packet_ms=first_packet_ms,
    )


def _of_action(run: Run, action: Event, direction: str) -> Iterator[Stage]:
    """What an action did by itself to sessions, before anything else was done; nothing if it took none down.

    The last session that a side lost counts: until then there was another one.
    """
    at, name = happened_at(action), text(action, "action")
    side = Side.CUSTOMER if direction == "to_aws" else Side.AWS
    nodes = {n.name for n in run.plan.nodes if n.side is side}
    others = [happened_at(e) for e in run.events if e["event"] in DONE and e is not action]
    until = min((t for t in others if t > at), default=math.inf)
    after = [e for e in run.events if at <= number(e, "t") < until and text(e, "node") in nodes]
    down = [e for e in after if e["event"] == "bgp" and text(e, "reason") in REACTING_REASONS]
    if not down:
        return
    last = {o.probe: o.end_s for o in run.outages if (o.action, o.direction) == (name, direction)}
    for probe, end in last.items() or [(None, None)]:
        yield Stage(
            fault=name,
            direction=direction,
            detected_by=text(down[-1], "reason"),
            node=text(down[-1], "node"),
            detect_ms=since(at, down[-1]),
            probe=probe,
            first_packet_ms=None if end is None else round((end - at) * 1e3, 6),
        )


def detected_by(event: Event) -> str:
    """How a node found out by itself that something is dead, or "" if the event is no detection."""
    kind = event["event"]
    if kind in ("carrier", "lacp") and event.get("up") is False:
        return str(kind)
    if kind == "vrrp" and event.get("state") == "master":
        return "vrrp"
    if kind == "bfd" and event.get("state") == "down":
        return "bfd"
    if kind in ("bgp", "tunnel") and event.get("state") == "down" and event.get("reason") in DETECTING_REASONS:
        return text(event, "reason")
    return ""


def since(at: float, event: Event | None) -> float | None:
    """Milliseconds from `at` to an event."""
    return None if event is None else round((number(event, "t") - at) * 1e3, 6)


def _first(events: Iterable[Event]) -> Event | None:
    return next(iter(events), None)


def _first_of(events: Sequence[Event], last: Event) -> Event:
    """The first sign of what `last` is a sign of: light goes, or BFD, and then the session."""

    def same(event: Event) -> bool:
        sessions = {text(event, "session"), text(last, "session")} - {""}
        both = (text(event, "node"), detected_by(event)) == (text(last, "node"), detected_by(last))
        return both and len(sessions) <= 1

    return next(event for event in events if same(event))
