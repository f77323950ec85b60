"""What `show` says in a node: `show bgp`, `show bfd` and `show ipsec`, from the tables that the lab decides by.

Why something is down is asked of the kernel, and of what its daemons said last (`dxemu.run.show_down`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from types import MappingProxyType

from dxemu.bgp.rib import LocRib, in_order
from dxemu.bgp.route import Route
from dxemu.daemons.exabgp_config import Peer
from dxemu.lab.lab import Lab
from dxemu.lab.router import Router
from dxemu.plan.model import BgpSession
from dxemu.run import show_down as down
from dxemu.run.asks import bfd_is_up
from dxemu.topology.words import suggestion
from dxemu.units import IPNetwork

USAGE = "show bgp [PREFIX], show bfd or show ipsec"
_ROUTES = ("", "prefix", "next hop", "from", "LOCAL_PREF", "MED", "AS path", "why")
_GAP = "  "


class ShowError(Exception):
    """What was typed means nothing: its text says why, and what does."""


async def show(lab: Lab, node: str, words: Sequence[str]) -> str:
    """What `show WORDS...` prints in a node. Raises ShowError."""
    if not words:
        raise ShowError(f"say what: {USAGE}")
    what, more = words[0], words[1:]
    if what not in KINDS:
        raise ShowError(f"nothing is called {what!r} here. {suggestion(what, KINDS)}")
    if more and (what != "bgp" or len(more) > 1):
        raise ShowError(f"{more[-1]!r} is one word too many: {USAGE}")
    return "\n".join([line async for line in KINDS[what](lab, node, more)]) + "\n"


async def _bgp(lab: Lab, node: str, more: Sequence[str]) -> AsyncIterator[str]:
    wanted = _prefix(more[0]) if more else None
    routing = lab.control.routing
    routers, gateway = routing.at(node), routing.gateways.get(node)
    if not routers and gateway is None:
        yield f"{node} speaks no BGP"
    for router in routers:
        for line in (await _sessions(lab, router), "", *_table(f"BGP table of {router.name}", router.loc_rib, wanted)):
            yield line
    for table, rib in ({} if gateway is None else gateway.loc_ribs).items():
        for line in _table(f"Table {table} of {node}", rib, wanted):
            yield line


def _prefix(text: str) -> IPNetwork:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ShowError(f"{text!r} is no prefix, which is a network's address and length: 172.31.0.0/16") from error


async def _sessions(lab: Lab, router: Router) -> str:
    rows = []
    for session in lab.plan.sessions_of(router.name):
        peer = Peer.at(session, router.name)
        rows.append(
            (
                session.name,
                f"{peer.address} ({peer.other.node})",
                str(peer.asn),
                str(len(router.loc_rib.learnt(session.name))),
                str(len(router.told(session.name))),
                await _state(lab, session, router),
            )
        )
    return "\n".join(_columns(("session", "peer", "AS", "learnt", "told", "state"), rows))


async def _state(lab: Lab, session: BgpSession, router: Router) -> str:
    if session.name in router.established:
        return "static" if session.static else "Established"
    return f"down: {await down.of_session(lab, session, router)}"


def _table(name: str, rib: LocRib, wanted: IPNetwork | None) -> Iterator[str]:
    yield f"{name}: > is used"
    rows = []
    for prefix in in_order(rib.best):
        if wanted is not None and prefix != wanted:
            continue
        choice = rib.best[prefix]
        rows += [_route(">", route, choice.rule if not number else "") for number, route in enumerate(choice.routes)]
        rows += [_route("", loser.route, loser.why) for loser in choice.losers]
    if rows:
        yield from _columns(_ROUTES, rows)
    else:
        yield "no route" if wanted is None else f"no route to {wanted}"


def _route(used: str, route: Route, why: str) -> tuple[str, ...]:
    if route.originated:
        return (used, str(route.prefix), "", "itself", "", "", "", why)
    med = "" if route.med is None else str(route.med)
    path = " ".join(map(str, route.as_path))
    return (used, str(route.prefix), str(route.next_hop), route.session, str(route.local_pref), med, path, why)


async def _bfd(lab: Lab, node: str, _more: Sequence[str]) -> AsyncIterator[str]:
    rows = []
    for session in lab.plan.sessions:
        for mine, other in (session.ends, session.ends[::-1]):
            if mine.node == node and mine.bfd is not None:
                up = await bfd_is_up(lab, session.name, mine)
                state = "up" if up else f"down: {down.of_bfd(lab, session, mine)}"
                timers = f"{mine.bfd.interval} x {mine.bfd.detect_mult}"
                rows.append((session.name, f"{other.address} ({other.node})", timers, state))
    head = ("session", "peer", "interval x multiplier", "state")
    for line in _columns(head, rows) if rows else (f"{node} has no BFD",):
        yield line


async def _ipsec(lab: Lab, node: str, _more: Sequence[str]) -> AsyncIterator[str]:
    rows = []
    for tunnel in lab.plan.tunnels:
        for mine, other in (tunnel.ends, tunnel.ends[::-1]):
            if mine.node == node:
                ike, esp = mine.ike_proposal or tunnel.ike_proposal, mine.esp_proposal or tunnel.esp_proposal
                lives = mine.phase1_lifetime or tunnel.phase1_lifetime, mine.phase2_lifetime or tunnel.phase2_lifetime
                up = lab.is_up("tunnel", tunnel.name, node)
                state = "up" if up else f"down: {down.of_tunnel(lab, tunnel.name, node)}"
                ends = f"{mine.outside} - {other.outside} ({other.node})"
                rows.append(
                    (tunnel.name, ends, f"{ike}, {lives[0]}", f"{esp}, {lives[1]}", str(tunnel.dpd_at(node)), state)
                )
    head = ("tunnel", "outside", "IKE", "ESP", "dead peers", "state")
    for line in _columns(head, rows) if rows else (f"{node} has no IPsec tunnel",):
        yield line


KINDS: Mapping[str, Callable[[Lab, str, Sequence[str]], AsyncIterator[str]]] = MappingProxyType(
    {"bgp": _bgp, "bfd": _bfd, "ipsec": _ipsec}
)
"""What can be shown."""


def _columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        yield _GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
