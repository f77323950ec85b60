"""FRR as all of the customer's routers of a plan (IPv4): the same policy as our own routers have, in FRR's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from dxemu.bgp.rib import LocRib
from dxemu.control.policy import ends_of
from dxemu.plan.model import BgpSession, Plan, SessionEnd, Speaker
from tests.peers.programs import Frr

IPV4 = 4
CONNECT_RETRY_S = 5
"""FRR's own is 120 s: the time between two attempts to reach a peer that is not there."""

HEAD = "frr defaults traditional\nhostname {name}\n"
ROUTER = """
router bgp {asn}
 bgp router-id {router_id}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp log-neighbor-changes
"""
NEIGHBOR = """
router bgp {asn}
 neighbor {peer} remote-as {peer_asn}
 neighbor {peer} timers {keepalive:.0f} {hold:.0f}
 neighbor {peer} timers connect {connect}
 neighbor {peer} advertisement-interval 0
"""
UNICAST = " address-family ipv4 unicast\n{lines} exit-address-family\n"
BFD = """
bfd
 peer {peer} local-address {local} interface {interface}
  receive-interval {interval_ms:.0f}
  transmit-interval {interval_ms:.0f}
  detect-multiplier {detect_mult}
"""


def sessions_of(plan: Plan, speaker: str) -> list[BgpSession]:
    """The IPv4 sessions of a speaker."""
    mine = [session for session in plan.sessions if speaker in (end.speaker for end in session.ends)]
    return [session for session in mine if session.ends[0].address.version == IPV4]


def configurations(plan: Plan, speaker: Speaker) -> dict[str, str]:
    """What a network engineer would give each daemon, in the order of their start."""
    head = HEAD.format(name=speaker.name)
    bgpd = head + ROUTER.format(asn=speaker.asn, router_id=speaker.router_id)
    bgpd += _unicast(f"network {prefix}" for prefix in speaker.originates if prefix.version == IPV4)
    bfdd = head
    for session in sessions_of(plan, speaker.name):
        mine, other = ends_of(session, speaker.name)
        bgpd += _neighbor(session, mine, other)
        if mine.bfd is not None:
            bfdd += BFD.format(
                peer=other.address,
                local=mine.address,
                interface=mine.interface,
                interval_ms=mine.bfd.interval * 1e3,
                detect_mult=mine.bfd.detect_mult,
            )
    return {"zebra": head, **({"bfdd": bfdd} if bfdd != head else {}), "bgpd": bgpd}


def _neighbor(session: BgpSession, mine: SessionEnd, other: SessionEnd) -> str:
    peer = other.address
    text = NEIGHBOR.format(
        asn=mine.asn,
        peer=peer,
        peer_asn=other.asn,
        keepalive=session.keepalive,
        hold=session.hold_time,
        connect=CONNECT_RETRY_S,
    )
    if session.auth_key is not None:
        text += f" neighbor {peer} password {session.auth_key}\n"
    if mine.bfd is not None:
        text += f" neighbor {peer} bfd\n"
    lines = [f"neighbor {peer} activate"]
    if session.external:
        text = _route_maps(session, mine) + text
        lines += [f"neighbor {peer} route-map {way}-{session.name} {way}" for way in ("in", "out")]
    else:
        lines.append(f"neighbor {peer} next-hop-self")
    return text + _unicast(lines)


def _route_maps(session: BgpSession, mine: SessionEnd) -> str:
    told = f"route-map out-{session.name} permit 10\n"
    if mine.export_communities:
        told += f" set community {' '.join(mine.export_communities)}\n"
    if mine.export_prepend:
        told += f" set as-path prepend {' '.join([str(mine.asn)] * mine.export_prepend)}\n"
    heard = f"route-map in-{session.name} permit 10\n"
    if mine.import_local_pref is not None:
        heard += f" set local-preference {mine.import_local_pref}\n"
    return heard + told


def _unicast(lines: Iterable[str]) -> str:
    text = "".join(f"  {line}\n" for line in lines)
    return UNICAST.format(lines=text) if text else ""


@dataclass(frozen=True, slots=True, order=True)
class Path:
    """One path to a prefix, as every router has it: `session` is empty for what the router announces itself."""

    prefix: str
    session: str
    next_hop: str
    best: bool
    local_pref: int
    as_path: str


def paths_in(loc_rib: LocRib) -> set[Path]:
    """All paths that a table of ours has."""
    return {
        Path(
            prefix=str(prefix),
            session=route.session,
            next_hop=str(route.next_hop),
            best=route == choice.route,
            local_pref=route.local_pref,
            as_path=" ".join(map(str, route.as_path)),
        )
        for prefix, choice in loc_rib.best.items()
        for route in loc_rib.candidates(prefix)
    }


def heard_by(loc_rib: LocRib) -> set[tuple[object, ...]]:
    """What a table has from each session, with what the other end said of it."""
    return {
        (str(prefix), route.session, route.as_path, route.communities, route.local_pref)
        for prefix in loc_rib.best
        for route in loc_rib.candidates(prefix)
    }


def paths_of(running: Frr, plan: Plan, speaker: str) -> set[Path]:
    """All paths that FRR has."""
    peers = {}
    for session in sessions_of(plan, speaker):
        peers[str(ends_of(session, speaker)[1].address)] = session.name
    shown = running.show("bgp ipv4 unicast").get("routes", {})
    return {
        Path(
            prefix=str(IPv4Network(prefix)),
            session=peers.get(path["peerId"], ""),
            next_hop=str(IPv4Address(path["nexthops"][0]["ip"])),
            best=path.get("bestpath", False),
            local_pref=path.get("locPrf", 100),
            as_path=path["path"],
        )
        for prefix, paths in shown.items()
        for path in paths
    }


def stamp_of(logged: str) -> float:
    """Seconds since 1970 of a time stamp in FRR's log."""
    return datetime.strptime(logged, "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
