"""Sessions in IPsec tunnels: how an end notices that its tunnel is dead, and when the session is up again."""

from __future__ import annotations

import math
from dataclasses import replace

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.model import BgpSession, IpsecTunnel, Plan, SessionEnd
from dxemu.predict import carrier_delay
from dxemu.predict.carrier_delay import CARRIER_UP, CARRIER_UP_S
from dxemu.predict.dead_peer import dead_peer_window, give_up_after, retransmit_interval, silence_before_probe
from dxemu.predict.detect import Detection, detection, hold_timer, session_back, syn_gap_s
from dxemu.predict.impact import Impact
from dxemu.predict.windows import Term, Window

HOLDING = "an end holding keys that the other has lost"
ASKING = "the next request for new keys"
IKE_S = 0.3
"""Computing and acknowledging late, of IKE's exchanges and BGP's first messages in a tunnel that is new."""
STRONGSWAN_TIMER = "strongSwan 5.9.8 and 6.0.1 sa/ike_sa.c"
ONLY_IKE = "strongSwan 6.0.1 NEWS: traffic of a tunnel is no sign of life"
NO_DPD = "topology: dpd: off; RFC 7296 2.4: asking is up to each end"
STILL_HEARD = "the customer's next keepalive, which arrives by another way, and no answer to it"
"""Of a tunnel that is pinned to a virtual interface: only AWS's packets to the customer are lost with that."""


def in_tunnel(plan: Plan, session: BgpSession, end: SessionEnd) -> Detection:
    """How `end` of a session in an IPsec tunnel notices: by the hold timer, or sooner by dead peer detection.

    There is no BFD over AWS's VPN. A static VPN has dead peer detection only.
    """
    assert session.tunnel is not None
    tunnel = plan.tunnel(session.tunnel)
    dpd = tunnel.dpd_at(end.node)
    silent = Detection(end.node, "none", Window((Term("an end that never asks", math.inf, math.inf, NO_DPD),)))
    if dpd.asks:
        asked = Term("DPD timeout", dpd.timeout, dpd.timeout, "Site-to-Site VPN User Guide: tunnel options")
        silent = Detection(end.node, "dpd", Window().plus(asked, *_since_a_sign_of_life(plan, session, end)))
    if session.static:
        return silent
    held = hold_timer(session, end)
    if end == session.ends[1] and session.pinned_to is not None and _reaches_aws_otherwise(plan, session):
        keepalive = float(session.keepalive_of(session.ends[0]))
        held = replace(held, after=held.after.plus(Term(STILL_HEARD, keepalive, keepalive, "RFC 4271 4.4; RFC 6298")))
        if plan.versions.traffic_is_a_sign_of_life:
            return held
    return held if held.after.high_s <= silent.after.high_s else silent


def _reaches_aws_otherwise(plan: Plan, session: BgpSession) -> bool:
    """Whether another public virtual interface of the router takes what a pinned tunnel's customer sends."""
    return any(
        other.route_filter_prefixes is not None
        and other.in_service
        and other.virtual_interface not in (None, session.pinned_to)
        and other.ends[0].node == session.ends[0].node
        for other in plan.sessions
    )


def _since_a_sign_of_life(plan: Plan, session: BgpSession, end: SessionEnd) -> tuple[Term, Term]:
    """How long a tunnel may have been silent when it died: it was asked for a sign of life, or BGP gave one.

    Where packets of the tunnel are none, it was asked, however busy it was.
    """
    assert session.tunnel is not None
    mine, tunnel = plan.tunnels_at(end.node), plan.tunnel(session.tunnel)
    gives_up_after, dpd = give_up_after(mine, end.node), tunnel.dpd_at(end.node)
    low, high = (bound - dpd.timeout for bound in dead_peer_window(dpd, plan.versions, gives_up_after))
    counting = "strongSwan counting silence in whole seconds"
    if not plan.versions.traffic_is_a_sign_of_life:
        crossing = 2 * float(sum(plan.cable(name).delay for name in session.cables))
        return (
            Term("since the last answer to a probe", low - crossing, 0, ONLY_IKE),
            Term(counting, 0, high, STRONGSWAN_TIMER),
        )
    asked = "Site-to-Site VPN User Guide: tunnel options (DPD after so much silence)"
    silence = float(silence_before_probe(dpd, gives_up_after))
    since, source = (silence, asked) if session.static else (float(session.keepalive), "RFC 4271 4.4")
    return Term(counting, low, high, STRONGSWAN_TIMER), Term("since the last packet", -since, 0, source)


def back_after(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    """From the heal of an impact until a session is up again; exactly 0 if no end had noticed anything."""
    if session.tunnel is None:
        first, second = (detection(plan, impact, session, end) for end in session.ends)
        return session_back(plan, impact, session, (first, second))
    return tunnel_back(plan, impact, session)


def tunnel_back(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    """The same for a session in a tunnel: an end that still has keys which its peer has lost must notice that before.

    A peer that lost its power has lost its keys with it. New ones are asked for at even intervals, and then BGP
    connects.
    """
    if impact.until is None:
        return Window((Term("the fault is never healed", math.inf, math.inf, "scenario"),))
    assert session.tunnel is not None
    tunnel = plan.tunnel(session.tunnel)
    connecting = tunnel.ends[0].node
    lasted = impact.until - impact.at
    windows = [_gives_up(plan, tunnel, end.node) for end in tunnel.ends]
    low, high = min(low for low, _ in windows), max(high for _, high in windows)
    gone = not {end.node for end in tunnel.ends}.isdisjoint(impact.powerless)
    noticed = max(lasted - in_tunnel(plan, session, end).after.low_s for end in session.ends)
    if noticed <= 0 and not gone:
        return Window()
    keys_lost = gone or lasted > low
    interval = float(retransmit_interval(plan.tunnels_at(connecting), connecting)) if keys_lost else 0.0
    held = max(0.0, high - lasted) if keys_lost else 0.0
    waits = carrier_delay.lit_again(plan, impact, session.cables)
    syn = 0.0 if session.static else syn_gap_s(max(lasted, 0.0) + held + sum(term.high_s for term in waits))
    light = CARRIER_UP_S if impact.carrier_lost_at else 0.0
    crossing = 2 * float(sum(plan.cable(name).delay for name in session.cables))
    return Window().plus(
        Term("carrier coming up", 0, light, CARRIER_UP),
        *waits,
        Term(HOLDING, 0, held, "Site-to-Site VPN User Guide: DPD timeout"),
        Term(ASKING, 0, interval, STRONGSWAN_TIMER),
        Term("IKE and BGP crossing", 0, IKE_S + 5 * crossing, "RFC 7296 1.2; RFC 4271 8.2.2"),
        Term("the next SYN", 0, syn, "RFC 6298 5.5; dxemu.daemons.exabgp_child: a new try each 5 + 1 s"),
    )


def stood_still(plan: Plan, impact: Impact, session: BgpSession) -> tuple[Term, ...]:
    """What a session in a tunnel waits for once an end of it that stood still goes on, and the other has given it up.

    Who stood still has keys that the other end has no more. It asks for a sign of life only now, and nobody answers.
    """
    if session.tunnel is None or impact.until is None:
        return ()
    tunnel = plan.tunnel(session.tunnel)
    frozen = [end.node for end in tunnel.ends if end.node in impact.frozen]
    others = [end.node for end in tunnel.ends if end.node not in impact.frozen]
    lasted = float(impact.until - impact.at)
    if not frozen or all(lasted <= _gives_up(plan, tunnel, node)[0] for node in others):
        return ()
    held = max(_gives_up(plan, tunnel, node)[1] for node in frozen)
    connecting = tunnel.ends[0].node
    asks_at_once = connecting in frozen
    interval = 0.0 if asks_at_once else float(retransmit_interval(plan.tunnels_at(connecting), connecting))
    crossing = 2 * float(sum(plan.cable(name).delay for name in session.cables))
    return (
        Term(HOLDING, 0, held, "Site-to-Site VPN User Guide: DPD timeout"),
        Term(ASKING, 0, interval, STRONGSWAN_TIMER),
        Term("IKE and BGP crossing", 0, IKE_S + 5 * crossing, "RFC 7296 1.2; RFC 4271 8.2.2"),
    )


def dead_peers(plan: Plan, tunnel: IpsecTunnel) -> list[tuple[float, float, float]]:
    """Of each end: the earliest and the latest seconds until it gives its peer up, and since it asked the last time."""
    nodes = [end.node for end in tunnel.ends]
    return [(*_gives_up(plan, tunnel, node), float(retransmit_interval(plan.tunnels_at(node), node))) for node in nodes]


def made_anew(plan: Plan, session: BgpSession, held: float) -> Window:
    """From the moment at which an end has given its peer up until there are new keys; the other end holds its own."""
    assert session.tunnel is not None
    connecting = plan.tunnel(session.tunnel).ends[0].node
    crossing = 2 * float(sum(plan.cable(name).delay for name in session.cables))
    return Window().plus(
        Term(HOLDING, 0, held, "Site-to-Site VPN User Guide: DPD timeout"),
        Term(ASKING, 0, float(retransmit_interval(plan.tunnels_at(connecting), connecting)), STRONGSWAN_TIMER),
        Term("IKE and BGP crossing", 0, IKE_S + 5 * crossing, "RFC 7296 1.2; RFC 4271 8.2.2"),
    )


def _gives_up(plan: Plan, tunnel: IpsecTunnel, node: str) -> tuple[float, float]:
    """Earliest and latest seconds until an end no longer holds keys that its peer does not have.

    One that never asks holds them until it renews them, and nobody answers.
    """
    after = give_up_after(plan.tunnels_at(node), node)
    low, high = dead_peer_window(tunnel.dpd_at(node), plan.versions, after)
    return low, min(high, float(tunnel.shortest_phase2 - tunnel.rekey_margin + after))


def keys_lost(plan: Plan, impact: Impact, way: ForwardingPath) -> bool:
    """Whether a tunnel on the way ends at a node that has lost its power, and its keys: its return is no help."""
    tunnels = {s.tunnel for s in plan.sessions if s.name in way.sessions and s.tunnel is not None}
    ends = {end.node for tunnel in plan.tunnels if tunnel.name in tunnels for end in tunnel.ends}
    return not ends.isdisjoint(impact.powerless)
