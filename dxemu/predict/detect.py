"""How a router finds out that a session's cables are dead, and when it can be back: the protocols' arithmetic."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dxemu.aws.bfd import detection_time
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.model import BgpSession, Cable, Plan, SessionEnd
from dxemu.predict import carrier_delay, lacp
from dxemu.predict.carrier_delay import ARP_RETRY, ARP_RETRY_S, CARRIER_UP, CARRIER_UP_S
from dxemu.predict.impact import Impact
from dxemu.predict.windows import Term, Window

NETLINK_S = 0.01
CONNECT_RETRY_S = 1.0
SYN_WAIT_S = 5.0
LONGEST_BACKOFF_S = 60
POLL_ROUNDING_S = 0.001
POLL_SLACK = 0.001
BIRD_TIMER = "bird 2.0.12 sysdep/unix/io.c: poll(2) in whole milliseconds; Linux fs/select.c: up to 0.1 % longer"
EXABGP_TIMER = "exabgp 5.0.15 bgp/timer.py: whole seconds must differ by more than the hold time"
EXABGP_DELAY = "exabgp 5.0.15 reactor/delay.py: 0, 1, 2, 3, 4, 5, 7, 9 ... 60 s between attempts"


@dataclass(frozen=True, slots=True)
class Detection:
    """Who notices (`node`), by what (`carrier`, `bfd`, `hold_timer` or `none`), and how long after the fault.

    `after` is when the router acts on it. That is later than it was `seen` where the routes stay as stale ones.
    """

    node: str
    by: str
    after: Window
    seen: Window | None = None


def detection(plan: Plan, impact: Impact, session: BgpSession, end: SessionEnd) -> Detection:
    """How `end` notices that its session's cables are dead.

    A NOTIFICATION cannot cross a dead cable, so each end is on its own.
    """
    waits_s = carrier_delay.waits_s(plan, impact, end.node, end.port)
    lit = end.node not in impact.carrier_lost_at
    if not lit and not waits_s:
        return Detection(end.node, "carrier", carrier())
    arriving = _still_arriving(plan, impact, session, end)
    timer = bfd_timer(session, end) or hold_timer(session, end)
    timer = Detection(timer.node, timer.by, timer.after.plus(arriving))
    if lit:
        return timer
    if not carrier_delay.in_time(plan, impact, end.node, end.port):
        return earlier(Detection(end.node, "carrier", carrier(waits_s)), timer)
    other = session.ends[1] if end == session.ends[0] else session.ends[0]
    if other.node not in impact.carrier_lost_at or carrier_delay.in_time(plan, impact, other.node, other.port):
        return timer
    crossing = float(sum(plan.cable(name).delay for name in session.cables))
    told = carrier_delay.told_after(impact, crossing)
    return earlier(Detection(end.node, "notification", told), timer)


def earlier(one: Detection, other: Detection) -> Detection:
    """Of two that may each be the first, the one that is at the latest sooner."""
    first, second = sorted((one, other), key=lambda found: found.after.high_s)
    before = second.after.low_s - first.after.low_s
    if before >= 0:
        return first
    words = f"{second.by.replace('_', ' ')} noticing first"
    return replace(first, after=first.after.plus(Term(words, before, 0, "whatever notices first")))


def bfd_timer(session: BgpSession, end: SessionEnd) -> Detection | None:
    """BFD's detection time, since the other end's last control packet; None if no BFD runs."""
    other = session.ends[1] if end == session.ends[0] else session.ends[0]
    if end.bfd is None or other.bfd is None:
        return None
    interval, mult = max(end.bfd.interval, other.bfd.interval), other.bfd.detect_mult
    silence = detection_time(end.bfd.interval, other.bfd.interval, mult)
    return Detection(
        end.node,
        "bfd",
        Window().plus(
            Term(f"BFD {mult} x {interval} =", silence, silence, "RFC 5880 6.8.4"),
            Term("since the last control packet", -interval, 0, "RFC 5880 6.8.7: 75 - 100 % of the interval apart"),
            Term("BIRD's timers", -_bird_late_s(interval), _bird_late_s(silence), BIRD_TIMER),
        ),
    )


def hold_timer(session: BgpSession, end: SessionEnd) -> Detection:
    """BGP's own timer, since the other end's last KEEPALIVE."""
    other = session.ends[1] if end == session.ends[0] else session.ends[0]
    hold, keepalive = float(session.hold_time), float(session.keepalive_of(other))
    return Detection(
        end.node,
        "hold_timer",
        Window().plus(
            Term("hold", hold, hold, "RFC 4271 6.5"),
            Term("since the last keepalive", -keepalive, 0, "RFC 4271 4.4"),
            Term("ExaBGP's whole-second timer", 0, 1, EXABGP_TIMER),
        ),
    )


def _bird_late_s(timer_s: float) -> float:
    """How late BIRD may act on a timer. Sending late shortens the other end's wait, looking late lengthens its own."""
    return POLL_ROUNDING_S + POLL_SLACK * timer_s


def carrier(waits_s: float = 0.0) -> Window:
    """A port without light: the kernel says so at once, and the router believes it once it has waited."""
    source = "Linux net/core/link_watch.c: at once, if no other link changed in the second before"
    hearing = Term("the router hearing of it", 0, NETLINK_S, source)
    return Window().plus(Term("carrier delay", waits_s, waits_s, "topology: carrier_delay"), hearing)


def session_back(plan: Plan, impact: Impact, session: BgpSession, ends: tuple[Detection, Detection]) -> Window:
    """From the heal until the session is established again; exactly 0 if no end had noticed anything before the heal.

    The customer's end connects. At the heal its last SYN was sent some time ago. If the other end has noticed nothing
    yet it refuses the new session (RFC 4271 6.8) until it does, and ExaBGP waits longer after each refusal.
    """
    if impact.until is None:
        return Window((Term("the fault is never healed", math.inf, math.inf, "scenario"),))
    lasted = impact.until - impact.at
    dead_for = max(lasted - e.after.low_s for e in ends)
    if dead_for <= 0:
        return Window()
    light = CARRIER_UP_S if impact.carrier_lost_at else 0.0
    waits = (*carrier_delay.lit_again(plan, impact, session.cables), *_lag_back(plan, impact, session))
    crossing = 2 * float(sum(plan.cable(name).delay for name in session.cables))
    still_held = max(0.0, max(e.after.high_s for e in ends) - lasted)
    refused = reconnect_delay_s(still_held) if still_held > 0 else 0.0
    return Window().plus(
        Term("carrier coming up", 0, light, CARRIER_UP),
        *waits,
        Term("the other end still holding the old session", 0, still_held, "RFC 4271 6.8"),
        Term("ExaBGP's wait after a refusal", 0, refused, EXABGP_DELAY),
        Term(
            "the next SYN",
            0,
            syn_gap_s(dead_for + sum(term.high_s for term in waits)),
            "RFC 6298 5.5; dxemu.daemons.exabgp_child: a new try each 5 + 1 s",
        ),
        Term("SYN, OPEN and KEEPALIVE crossing", 0, 3 * crossing, "RFC 4271 8.2.2"),
    )


def _lag_back(plan: Plan, impact: Impact, session: BgpSession) -> tuple[Term, ...]:
    """What a session over a LAG waits for whose members were out: its SYNs are lost until the LAG carries packets."""
    first = session.ends[0]
    bond = plan.bond_at(first.node, first.port)
    if bond is None or impact.until is None or set(impact.cables).isdisjoint(session.cables):
        return ()
    if impact.carrier_lost_at:
        kept = all(carrier_delay.in_time(plan, impact, end.node, end.port) for end in session.ends)
        return () if kept else lacp.taken_in(all_of_them=True).terms
    out = lacp.expired(fast=bond.lacp_fast).low_s < float(impact.until - impact.at)
    return lacp.heard_again().terms if out else ()


def static_routes_back(plan: Plan, way: ForwardingPath, struck: AbstractSet[str]) -> Window:
    """A static route is back with the light of its own port. The next router's port may come up later than that.

    Its answer to the first ARP request is lost then; the second one is sent a second after it.
    """
    for node, crossing in zip(way.nodes, way.crossings, strict=False):
        cables = {cable for members in crossing.ways for cable in members}
        if cables & struck and plan.own_static_routes(node):
            source = f"{CARRIER_UP}; {ARP_RETRY}"
            return Window((Term("ARP for the next router", 0, ARP_RETRY_S, source),))
    return Window()


def syn_gap_s(dead_for_s: float) -> float:
    """The longest time between two SYNs when nothing has answered for `dead_for_s`.

    They go out 0, 1 and 3 s after a try began (RFC 6298 2.1 and 5.5: the interval doubles from 1 s). The try is given
    up after `SYN_WAIT_S`, and the next one begins `CONNECT_RETRY_S` later.
    """
    gaps, at, gap = [1.0], 0.0, 1.0
    while at + gap < SYN_WAIT_S and at + gap <= dead_for_s:
        at, gap = at + gap, 2 * gap
        gaps.append(min(gap, SYN_WAIT_S + CONNECT_RETRY_S - at))
    return max(gaps)


def reconnect_delay_s(refused_for_s: float) -> float:
    """The longest wait between two attempts that ExaBGP can be in when it has been refused for `refused_for_s`.

    Each refusal makes the next wait `min(int(1 + 1.2 * wait), 60)`, starting from 0. Attempts that are refused at
    once make the waits grow fastest. Source: exabgp 5.0.15 reactor/delay.py and peer.py.
    """
    began, wait = 0, 0
    while began + wait <= refused_for_s:
        began += wait
        wait = min(int(1 + wait * 1.2), LONGEST_BACKOFF_S)
    return float(wait)


def _still_arriving(plan: Plan, impact: Impact, session: BgpSession, end: SessionEnd) -> Term:
    """What had passed the cut still arrives: the detection counts from there."""
    before = 0.0
    for cable in _in_order(plan, session, end):
        if cable.name in impact.cables:
            return Term("packets that were past the cut", before, before + cable.delay, "one-way delays of the cables")
        before += cable.delay
    return Term("packets that were past the cut", 0, 0, "one-way delays of the cables")


def _in_order(plan: Plan, session: BgpSession, end: SessionEnd) -> list[Cable]:
    """The session's cables from `end` on; of a LAG every member's in turn."""
    cables = [plan.cable(name) for name in session.cables]
    return cables if end == session.ends[0] else cables[::-1]
