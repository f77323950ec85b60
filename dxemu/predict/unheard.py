"""Who notices that one protocol has fallen silent while everything else passes, when, and what brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.faults.effects import Protocol
from dxemu.plan.model import BgpSession, Bond, Plan, SessionEnd
from dxemu.plan.packets import member_bonds
from dxemu.predict import lacp
from dxemu.predict.carrier_delay import CARRIER_UP, CARRIER_UP_S
from dxemu.predict.detect import Detection, bfd_timer, hold_timer, session_back
from dxemu.predict.impact import Impact
from dxemu.predict.restarts import session_back as connects
from dxemu.predict.restarts import stale_for
from dxemu.predict.tunnels import in_tunnel
from dxemu.predict.windows import Term, Window

Loss = tuple[BgpSession, SessionEnd, Detection]


def on(impact: Impact, protocol: Protocol) -> frozenset[str]:
    """Where a protocol is silent because of `impact`."""
    return frozenset(one.on for one in impact.unheard if one.protocol is protocol)


def concerns(impact: Impact, session: BgpSession) -> bool:
    """Whether something that a session stands on is silent."""
    of_tunnel = (Protocol.IKE, Protocol.ESP)
    for one in impact.unheard:
        if one.protocol is Protocol.LACP and one.on in session.cables:
            return True
        if one.on == (session.tunnel if one.protocol in of_tunnel else session.name):
            return True
    return False


def losses(plan: Plan, impact: Impact) -> Iterator[Loss]:
    """Every end that gives its session up for good, until the fault is healed."""
    for session in plan.sessions:
        if not session.in_service:
            continue
        for end in session.ends:
            if session.name in on(impact, Protocol.BGP):
                yield session, end, stale_for(session, end, hold_timer(session, end))
            elif session.tunnel in on(impact, Protocol.ESP) and not session.static:
                yield session, end, hold_timer(session, end)
            elif session.tunnel in on(impact, Protocol.IKE) and not plan.versions.traffic_is_a_sign_of_life:
                yield session, end, in_tunnel(plan, session, end)


def passing_losses(plan: Plan, impact: Impact) -> Iterator[Loss]:
    """Every end that closes its session because BFD says so: BGP passes, so that it is there again soon."""
    for session in plan.sessions:
        if session.in_service and session.has_bfd and session.name in on(impact, Protocol.BFD):
            for end in session.ends:
                timer = bfd_timer(session, end)
                assert timer is not None
                yield session, end, stale_for(session, end, timer)


def members(plan: Plan, impact: Impact) -> Iterator[tuple[Bond, str, Detection]]:
    """The bonds that take a member out whose partner they no longer hear, with the member's port."""
    for connection in sorted(on(impact, Protocol.LACP)):
        for bond, port in member_bonds(plan, connection):
            yield bond, port, Detection(bond.node, "lacp", lacp.expired(fast=bond.lacp_fast))


def reconnecting(plan: Plan, impact: Impact) -> Window:
    """How long sessions are down that BFD ends, and that connect again at once: each end ends them by itself."""
    closed = {end.node: connects(plan, session) for session, end, _ in passing_losses(plan, impact)}
    source = "RFC 5882 4.3; RFC 4271 8.2.2"
    return Window(
        tuple(
            Term(f"connecting again after {node} has closed it", 0, round(w.high_s, 3), source)
            for node, w in closed.items()
        )
    )


def going_apart(plan: Plan, impact: Impact, way: ForwardingPath) -> tuple[Term, ...]:
    """What is lost on `way` while a member of a LAG on it is out at one end and not yet at the other."""
    silent = on(impact, Protocol.LACP)
    if not any(len(crossing.ways) > 1 and silent & {*chain(*crossing.ways)} for crossing in way.crossings):
        return ()
    return tuple({lacp.apart(fast=bond.lacp_fast): None for bond, _, _ in members(plan, impact)})


def back_after(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    """From the heal until a session is up again; exactly 0 if it is up already, or nobody had noticed."""
    found = [one for one in losses(plan, impact) if one[0] is session]
    if found:
        first, second = (one for _, _, one in found)
        return session_back(plan, impact, session, (first, second))
    if _may_end_after(plan, impact, session):
        return connects(plan, session)
    out = [one for bond, _, one in members(plan, impact) if bond.lag == session.connection]
    if not out:
        return Window()
    window = session_back(plan, impact, session, (out[0], out[-1]))
    if not window.high_s:
        return window
    light = Term("the LAG having light", 0, CARRIER_UP_S, CARRIER_UP)
    return window.plus(*lacp.heard_again().terms, light)


def _may_end_after(plan: Plan, impact: Impact, session: BgpSession) -> bool:
    """Whether BFD may end a session after the heal: the next packet comes up to an interval later."""
    if impact.until is None:
        return False
    lasted = float(impact.until - impact.at)
    windows = [found.seen or found.after for of, _, found in passing_losses(plan, impact) if of is session]
    return any(window.low_s < lasted < window.high_s for window in windows)
