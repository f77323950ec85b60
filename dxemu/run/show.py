"""What `show` says in a node: `show bgp`, `show bfd` and `show ipsec`, from the tables that the lab decides by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from types import MappingProxyType

from dxemu.bgp.rib import LocRib, in_order
from dxemu.bgp.route import Route
from dxemu.daemons.exabgp_config import Peer
from dxemu.lab.lab import Lab
from dxemu.lab.router import Router
from dxemu.plan.model import BgpSession
from dxemu.topology.words import suggestion
from dxemu.units import IPNetwork

USAGE = "show bgp [PREFIX], show bfd or show ipsec"
_ROUTES = ("", "prefix", "next hop", "from", "LOCAL_PREF", "MED", "AS path", "why")
_GAP = "  "


class ShowError(Exception):
    """What was typed means nothing: its text says why, and what does."""


def show(lab: Lab, node: str, words: Sequence[str]) -> str:
    """What `show WORDS...` prints in a node. Raises ShowError."""
    if not words:
        raise ShowError(f"say what: {USAGE}")
    what, more = words[0], words[1:]
    if what not in KINDS:
        raise ShowError(f"nothing is called {what!r} here. {suggestion(what, KINDS)}")
    if more and (what != "bgp" or len(more) > 1):
        raise ShowError(f"{more[-1]!r} is one word too many: {USAGE}")
    return "\n".join(KINDS[what](lab, node, more)) + "\n"


def _bgp(lab: Lab, node: str, more: Sequence[str]) -> Iterator[str]:
    wanted = _prefix(more[0]) if more else None
    routing = lab.control.routing
    routers, gateway = routing.at(node), routing.gateways.get(node)
    if not routers and gateway is None:
        yield f"{node} speaks no BGP"
    for router in routers:
        yield from _sessions(lab, router)
        yield ""
        yield from _table(f"BGP table of {router.name}", router.loc_rib, wanted)
    for table, rib in ({} if gateway is None else gateway.loc_ribs).items():
        yield from _table(f"Table {table} of {node}", rib, wanted)


def _prefix(text: str) -> IPNetwork:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ShowError(f"{text!r} is no prefix, which is a network's address and length: 172.31.0.0/16") from error


def _sessions(lab: Lab, router: Router) -> Iterator[str]:
    rows = []
    for session in lab.plan.sessions_of(router.name):
        peer = Peer.at(session, router.name)
        rows.append(
            (
                session.name,
                f"{peer.address} ({peer.other.node})",
                str(peer.asn),
                _state(session, session.name in router.established),
                str(len(router.loc_rib.learnt(session.name))),
                str(len(router.told(session.name))),
            )
        )
    yield from _columns(("session", "peer", "AS", "state", "learnt", "told"), rows)


def _state(session: BgpSession, up: bool) -> str:
    if up:
        return "static" if session.static else "Established"
    if not session.confirmed:
        return "down: not confirmed"
    return f"down: {session.switched_off}" if session.switched_off else "down"


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


def _bfd(lab: Lab, node: str, _more: Sequence[str]) -> Iterator[str]:
    rows = []
    for session in lab.plan.sessions:
        for mine, other in (session.ends, session.ends[::-1]):
            if mine.node == node and mine.bfd is not None:
                state = "up" if lab.is_up("bfd", session.name, node) else "down"
                timers = f"{mine.bfd.interval} x {mine.bfd.detect_mult}"
                rows.append((session.name, f"{other.address} ({other.node})", state, timers))
    yield from (
        _columns(("session", "peer", "state", "interval x multiplier"), rows) if rows else (f"{node} has no BFD",)
    )


def _ipsec(lab: Lab, node: str, _more: Sequence[str]) -> Iterator[str]:
    rows = []
    for tunnel in lab.plan.tunnels:
        for mine, other in (tunnel.ends, tunnel.ends[::-1]):
            if mine.node == node:
                ike, esp = mine.ike_proposal or tunnel.ike_proposal, mine.esp_proposal or tunnel.esp_proposal
                lives = mine.phase1_lifetime or tunnel.phase1_lifetime, mine.phase2_lifetime or tunnel.phase2_lifetime
                state = "up" if lab.is_up("tunnel", tunnel.name, node) else "down"
                ends = f"{mine.outside} - {other.outside} ({other.node})"
                rows.append(
                    (tunnel.name, ends, state, f"{ike}, {lives[0]}", f"{esp}, {lives[1]}", str(tunnel.dpd_at(node)))
                )
    head = ("tunnel", "outside", "state", "IKE", "ESP", "dead peers")
    yield from _columns(head, rows) if rows else (f"{node} has no IPsec tunnel",)


KINDS: Mapping[str, Callable[[Lab, str, Sequence[str]], Iterable[str]]] = MappingProxyType(
    {"bgp": _bgp, "bfd": _bfd, "ipsec": _ipsec}
)
"""What can be shown."""


def _columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        yield _GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
