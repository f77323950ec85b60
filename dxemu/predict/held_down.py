"""Sessions that one end closes and holds down, or whose one end stands still: who notices, and when they are back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dxemu.plan.model import BgpSession, Plan, SessionEnd
from dxemu.predict import restarts
from dxemu.predict.detect import EXABGP_DELAY, Detection, bfd_timer, hold_timer, reconnect_delay_s
from dxemu.predict.impact import Impact
from dxemu.predict.restarts import stale_for
from dxemu.predict.tunnels import stood_still
from dxemu.predict.windows import Term, Window

HEARD_S = 0.01
"""A router that hears, decides and tells: computing takes no time where the clock is virtual."""
CLOSED = "RFC 4271 6.7: a NOTIFICATION ends the session; one-way delays of the cables"


def concerns(impact: Impact, session: BgpSession) -> bool:
    """Whether an end of the session holds it down, or stands still."""
    if session.static:
        return False
    closed = any(one.session == session.name for one in impact.closed)
    return closed or session.name in impact.drained or bool(_frozen(impact, session))


def _frozen(impact: Impact, session: BgpSession) -> list[SessionEnd]:
    return [end for end in session.ends if end.node in impact.frozen]


def losses(plan: Plan, impact: Impact) -> Iterator[tuple[BgpSession, SessionEnd, Detection]]:
    """Every end that gives its session up: both of one that is closed, the other one where one stands still."""
    for session in plan.sessions:
        if not session.in_service or session.static:
            continue
        crossing = float(sum(plan.cable(name).delay for name in session.cables))
        for closed in impact.closed:
            if closed.session == session.name:
                for end in session.ends:
                    by, way = ("none", 0.0) if end.node == closed.node else ("notification", crossing)
                    yield session, end, Detection(end.node, by, _heard(way))
        if session.name in impact.drained:
            for end, way in zip(session.ends, (crossing, 0.0), strict=True):
                yield session, end, Detection(end.node, "none", _told(way))
        frozen = _frozen(impact, session)
        if len(frozen) == 1:
            other = session.ends[1] if frozen[0] == session.ends[0] else session.ends[0]
            timer = bfd_timer(session, other) or hold_timer(session, other)
            yield session, other, stale_for(session, other, timer)


def _heard(way: float) -> Window:
    return Window((Term("the NOTIFICATION", way, way + HEARD_S, CLOSED),))


def _told(way: float) -> Window:
    source = "RFC 4271 3.1: an UPDATE withdraws routes; one-way delays of the cables"
    late = Term("TCP acknowledging late", 0, restarts.DELAYED_ACK_S, "RFC 1122 4.2.3.2; Linux: 40 to 200 ms")
    return Window((Term("the withdrawal", way, way + HEARD_S, source), late))


def session_back(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    """From the heal until a session is up again; exactly 0 if nobody had given it up."""
    if impact.until is None:
        return Window((Term("the fault is never healed", math.inf, math.inf, "scenario"),))
    lasted = float(impact.until - impact.at)
    found = [one for of, _, one in losses(plan, impact) if of is session]
    if not found or all(one.after.low_s >= lasted for one in found):
        return Window()
    if session.name in impact.drained:
        crossing = float(sum(plan.cable(name).delay for name in session.cables))
        late = Term("TCP acknowledging late", 0, restarts.DELAYED_ACK_S, "RFC 1122 4.2.3.2; Linux: 40 to 200 ms")
        asked = Term("asking for the routes, and telling them", 0, 4 * crossing + 2 * HEARD_S, "RFC 2918")
        return Window((asked, late))
    window = restarts.session_back(plan, session).plus(*stood_still(plan, impact, session))
    if not any(one.session == session.name for one in impact.closed):
        return window
    refused = reconnect_delay_s(lasted)
    return window.plus(Term("ExaBGP's wait after a refusal", 0, refused, EXABGP_DELAY))
