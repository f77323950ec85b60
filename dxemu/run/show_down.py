"""Why something is down, for `show`: what was said last and when, and what holds now. Nothing is guessed."""

from __future__ import annotations

from dxemu.daemons.exabgp_config import Peer
from dxemu.errors import LabError
from dxemu.events.sessions import ADMINISTRATIVELY_DOWN
from dxemu.lab.lab import Lab
from dxemu.lab.reasons import Said
from dxemu.lab.router import Router
from dxemu.netlink import link, neighbour, sock_diag
from dxemu.plan.model import BgpSession, SessionEnd

NOT_KNOWN = "not known"
BGP_PORT = 179
"""RFC 4271 section 8.2.1."""


async def of_session(lab: Lab, session: BgpSession, router: Router) -> str:
    """Why a BGP session, or a static one in a tunnel, is down at its end on this router."""
    if not session.confirmed:
        return "not confirmed"
    if session.switched_off:
        return f"{ADMINISTRATIVELY_DOWN}, {session.switched_off}"
    said = [_dated(lab, one) for one in lab.signs.reasons.bgp(session.name, router.node)]
    now = await _now(lab, session, router)
    return "; ".join([*said, *([f"now {now}" if said else now] if now else [])]) or NOT_KNOWN


def of_bfd(lab: Lab, session: BgpSession, end: SessionEnd) -> str:
    """The diagnostic of the BFD session of this end, as RFC 5880 section 4.1 numbers and names it."""
    if not all(end.enabled for end in session.ends):
        return f"{ADMINISTRATIVELY_DOWN}, {session.switched_off}"
    if lab.is_up("bfd", session.name, end.node):
        return f"interface {end.interface} is down, and its BFD session is gone with it"
    said = lab.signs.reasons.bfd(session.name, end.node)
    return _dated(lab, said) if said is not None else "diagnostic 0, no diagnostic: it was never up"


def of_tunnel(lab: Lab, tunnel: str, node: str) -> str:
    """What charon said last of an IPsec tunnel."""
    said = lab.signs.reasons.tunnel(tunnel, node)
    return _dated(lab, said) if said is not None else NOT_KNOWN


async def _now(lab: Lab, session: BgpSession, router: Router) -> str:
    """What the kernel of the node says at this moment: of the interface, the neighbor, the connection."""
    mine, peer = Peer.at(session, router.name).mine, Peer.at(session, router.name).address
    if session.tunnel is not None:
        return "" if lab.is_up("tunnel", session.tunnel, router.node) else f"tunnel {session.tunnel} is down"
    if not lab.control.routing.speakers[router.node].running:
        return "the BGP daemon does not run"
    here = lab.node(router.node)
    try:
        if mine.port and not await link.has_carrier(here.netlink, mine.port):
            return f"interface {mine.port} is down"
        entries = await neighbour.read(here.netlink, mine.interface)
    except LabError:
        return f"there is no interface {mine.interface}"
    with here.namespace.entered():
        unanswered = sock_diag.unanswered(BGP_PORT)
    if peer in unanswered:
        return "no answer to TCP's SYN"
    if any(entry.address == peer and entry.state == neighbour.FAILED for entry in entries):
        return f"nobody on {mine.interface} answers for {peer}"
    return ""


def _dated(lab: Lab, said: Said) -> str:
    t_s = lab.journal.clock.since_start(said.stamp)
    return f"{said.words} {f'at {t_s:.3f} s' if t_s >= 0 else 'while the lab came up'}"
