"""Graceful restart in the prediction: how long stale routes stay, and what the restart of a routing process costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dxemu.bgp.graceful_restart import keeps_routes
from dxemu.control.forward import Believed
from dxemu.plan.model import BgpSession, Plan, SessionEnd
from dxemu.predict.detect import CONNECT_RETRY_S, Detection
from dxemu.predict.impact import Impact
from dxemu.predict.windows import Term, Window

FIN_S = 0.01
DELAYED_ACK_S = 0.2
BEFORE_GONE = "before the routes are gone"
KEPT = "graceful restart keeps the routes until the process is back"
ANOTHER_WAY = Term("another way takes over before the routes are gone", 0, 0, "the routers' tables")
SOURCE = "RFC 4724 4.2; Direct Connect User Guide, BGP-specific settings"

Holds = Callable[[Believed], bool]


def stale_for(session: BgpSession, end: SessionEnd, found: Detection) -> Detection:
    """When the routes of a session that `end` gives up are gone: at once, or after the other end's restart time."""
    other = session.ends[1] if end == session.ends[0] else session.ends[0]
    restart_time = other.graceful_restart
    if (
        not session.restarts_gracefully
        or restart_time is None
        or not keeps_routes(found.by, until_bfd_down=session.until_bfd_down)
    ):
        return found
    stale = Term("stale routes kept by graceful restart", restart_time, restart_time, SOURCE)
    return replace(found, after=found.after.plus(stale), seen=found.after)


def losses(plan: Plan, impact: Impact) -> Iterator[tuple[BgpSession, SessionEnd, Detection]]:
    """Every session of a node whose routing process is not there: both ends, and when its routes are gone there."""
    for session in plan.sessions:
        restarting = {end.node for end in session.ends} & set(impact.restarting)
        if not restarting or not session.in_service or session.static:
            continue
        crossing = float(sum(plan.cable(name).delay for name in session.cables))
        for end in session.ends:
            by, way = ("restart", 0.0) if end.node in restarting else ("peer_closed", crossing)
            closed = Term("TCP closing", way, way + FIN_S, "RFC 9293 3.6; one-way delays of the cables")
            yield session, end, stale_for(session, end, Detection(end.node, by, Window((closed,))))


def session_back(plan: Plan, session: BgpSession) -> Window:
    """From the start of the routing process until a session of it is up and its routes have crossed."""
    crossing = float(sum(plan.cable(name).delay for name in session.cables))
    return Window().plus(
        Term("the next try to connect", 0, CONNECT_RETRY_S, "dxemu.daemons.exabgp_child: each second"),
        Term("SYN, OPEN, KEEPALIVE and UPDATE crossing", 0, 8 * crossing, "RFC 4271 8.2.2"),
        Term("TCP acknowledging late", 0, DELAYED_ACK_S, "RFC 1122 4.2.3.2; Linux: 40 to 200 ms"),
    )


@dataclass(frozen=True, slots=True)
class BeliefStep:
    """Something that is noticed, and what is believed from then on."""

    after: Window
    believed: Believed


def begins(outage: Window) -> Window | None:
    """When an outage begins that `outage` has found; None if it found none."""
    found = next((term for term in outage.terms if term.name == BEFORE_GONE), None)
    return None if found is None else Window((Term("the routes going", -found.high_s, -found.low_s, found.source),))


def steps_of(noticed: Sequence[tuple[Window, Callable[[Believed], Believed]]], known: Believed) -> list[BeliefStep]:
    """What is believed after each thing that is noticed, in order of time."""
    found: list[BeliefStep] = []
    for after, changes in sorted(noticed, key=lambda one: one[0].low_s):
        found.append(BeliefStep(after, changes(found[-1].believed if found else known)))
    return found


def outage(steps: Sequence[BeliefStep], moved: Holds, lost: Holds, healed: Window) -> Window:
    """What packets miss that arrive before the first of `steps`, which are in order of time.

    It begins with the first step after which they are lost, and ends with one after which they arrive, or when the
    process is back (`healed`, counted from the fault). `moved` says whether they take another way.
    """
    first = next((step for step in steps if moved(step.believed)), None)
    if first is None:
        return Window()
    if first.after.low_s >= healed.low_s:
        return Window((Term(KEPT, 0, 0, SOURCE),))
    began = next((step for step in steps if lost(step.believed)), None)
    if began is None:
        return Window((ANOTHER_WAY,))
    before = Term(BEFORE_GONE, -began.after.high_s, -began.after.low_s, "one-way delays of the cables")
    later = steps[steps.index(began) + 1 :]
    ended = next((step for step in later if not lost(step.believed)), None)
    window = (healed if ended is None else ended.after).plus(before)
    return window.plus(Term("no outage is shorter than none", max(0.0, -window.low_s), 0, "arithmetic"))
