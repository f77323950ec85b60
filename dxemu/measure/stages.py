"""Where an outage went: noticed, withdrawn, installed, first packet. Each is counted from the fault's injection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dxemu.events.timeline import DIRECTIONS, Event
from dxemu.events.values import happened_at, number, text
from dxemu.measure.result import Stage
from dxemu.plan.model import Plan, Side
from dxemu.predict.predict import Prediction

DONE = ("fault_injected", "fault_healed", "action_done")
REACTING_REASONS = ("prefix_limit", "notification")
"""Why a session goes down that nobody cut: AWS's end had enough of it, or the other end said so."""
DETECTING_REASONS = ("hold_timer", "bfd", "carrier", "dpd")


def stages(plan: Plan, predictions: Sequence[Prediction], events: Sequence[Event]) -> list[Stage]:
    """One for each fault and direction, without the first packet.

    `to_aws` is noticed and repaired by the customer's nodes, `from_aws` by AWS's. Only what happens on the sessions and
    cables that the fault touches counts, if a prediction names them.
    """
    injected = [e for e in events if e["event"] == "fault_injected"]
    found = [_stage(plan, predictions, events, fault, direction) for fault in injected for direction in DIRECTIONS]
    acted = [e for e in events if e["event"] == "action_done"]
    of_actions = (_stage_of_action(plan, events, action, direction) for action in acted for direction in DIRECTIONS)
    return found + [stage for stage in of_actions if stage is not None]


def _stage_of_action(plan: Plan, events: Sequence[Event], action: Event, direction: str) -> Stage | None:
    """What an action did by itself to sessions, before anything else was done; None if it took none down.

    The last session that a side lost counts: until then there was another one.
    """
    at, side = happened_at(action), Side.CUSTOMER if direction == "to_aws" else Side.AWS
    nodes = {n.name for n in plan.nodes if n.side is side}
    others = [happened_at(e) for e in events if e["event"] in DONE and e is not action]
    until = min((t for t in others if t > at), default=float("inf"))
    after = [e for e in events if at <= number(e, "t") < until and text(e, "node") in nodes]
    down = [e for e in after if e["event"] == "bgp" and text(e, "reason") in REACTING_REASONS]
    if not down:
        return None
    last = down[-1]
    return Stage(
        fault=text(action, "action"),
        direction=direction,
        detected_by=text(last, "reason"),
        node=text(last, "node"),
        detect_ms=since(at, last),
    )


def _stage(
    plan: Plan, predictions: Sequence[Prediction], events: Sequence[Event], fault: Event, direction: str
) -> Stage:
    at, name = happened_at(fault), text(fault, "fault")
    side = Side.CUSTOMER if direction == "to_aws" else Side.AWS
    touched = next((p for p in predictions if (p.fault, p.direction) == (name, direction)), None)
    nodes = {n.name for n in plan.nodes if n.side is side} | ({touched.node} if touched else set())
    after = [e for e in events if number(e, "t") >= at and text(e, "node") in nodes]

    def concerns(event: Event) -> bool:
        if touched is None:
            return True
        return text(event, "session") in touched.sessions or text(event, "cable") in touched.cables

    noticed = None
    if touched is not None:  # of several that notice, the one on whom the outage hangs
        noticed = _first(after, lambda e: (detected_by(e), text(e, "node")) == (touched.detected_by, touched.node))
    noticed = noticed or _first(after, lambda e: detected_by(e) != "" and concerns(e))
    if noticed is None:
        return Stage(fault=name, direction=direction, detected_by="none", node="")
    then = [e for e in after if number(e, "t") >= number(noticed, "t")]
    withdrawn = _first(then, lambda e: e["event"] in ("withdrawn", "best"))
    installed = _first(then, lambda e: e["event"] == "route" and e.get("via") is not None)
    return Stage(
        fault=name,
        direction=direction,
        detected_by=detected_by(noticed),
        node=text(noticed, "node"),
        detect_ms=since(at, noticed),
        withdraw_ms=since(at, withdrawn),
        install_ms=since(at, installed),
    )


def detected_by(event: Event) -> str:
    """How a node found out by itself that something is dead, or "" if the event is no detection."""
    kind = event["event"]
    if kind == "carrier" and event.get("up") is False:
        return "carrier"
    if kind == "vrrp" and event.get("state") == "master":
        return "vrrp"
    if kind == "lacp" and event.get("up") is False:
        return "lacp"
    if kind == "bfd" and event.get("state") == "down":
        return "bfd"
    if kind == "bgp" and event.get("state") == "down" and event.get("reason") in DETECTING_REASONS:
        return text(event, "reason")
    return ""


def since(at: float, event: Event | None) -> float | None:
    """Milliseconds from `at` to an event."""
    return None if event is None else round((number(event, "t") - at) * 1e3, 6)


def _first(events: Iterable[Event], wanted: Callable[[Event], bool]) -> Event | None:
    return next((e for e in events if wanted(e)), None)
