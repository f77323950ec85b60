"""ExaBGP's configuration: its peers, and what is written of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from dxemu.plan.model import BgpSession, SessionEnd
from dxemu.units import Asn, IPAddress, Seconds

BGP_PORT = 179


@dataclass(frozen=True, slots=True)
class Peer:
    """A session as one speaker sees it."""

    session: BgpSession
    mine: SessionEnd
    other: SessionEnd

    @classmethod
    def of(cls, session: BgpSession, node: str) -> Peer:
        """The end of `session` at `node`."""
        mine, other = session.ends if session.ends[0].node == node else session.ends[::-1]
        return cls(session, mine, other)

    @classmethod
    def at(cls, session: BgpSession, speaker: str) -> Peer:
        """The end of `session` at a speaker, of which a node may have several."""
        mine, other = session.ends if session.ends[0].speaker == speaker else session.ends[::-1]
        return cls(session, mine, other)

    @property
    def address(self) -> IPAddress:
        """The other end's address, as it is configured at this end."""
        return self.mine.peer_address or self.other.address

    @property
    def asn(self) -> Asn:
        """The other end's AS, as it is configured at this end."""
        return self.mine.peer_asn or self.other.asn

    @property
    def auth_key(self) -> str | None:
        """The MD5 key at this end; None: nothing is signed."""
        return (self.mine.auth_key or self.session.auth_key) if self.mine.signs else None

    @property
    def hold_time(self) -> Seconds:
        """The hold time that this end offers."""
        return self.mine.hold_time if self.mine.hold_time is not None else self.session.hold_time

    @property
    def keepalive(self) -> Seconds:
        """How often this end sends a KEEPALIVE."""
        return self.session.keepalive_of(self.mine)

    def opens_otherwise(self, other: Peer) -> bool:
        """Whether the two differ in something that a session is opened with, so that it has to be made anew.

        Routers do that, too, where an iBGP peer becomes a client, or their cluster another one.
        Source: FRR, bgpd/bgpd.c: `peer_flag_action_list`, `bgp_cluster_id_set`; read 2026-11-29.
        """
        ends = ((mine.address, mine.asn, mine.graceful_restart, mine.client) for mine in (self.mine, other.mine))
        whole = ((peer.hold_time, peer.auth_key, peer.asn) for peer in (self, other))
        clusters = {mine.cluster_id for mine in (self.mine, other.mine)} - {None}
        return any(len(differ) > 1 for differ in (set(ends), set(whole), clusters))

    @property
    def family(self) -> str:
        """What the session carries: prefixes of the IP version that it runs over."""
        return f"ipv{self.mine.address.version} unicast"


def render(router_id: IPv4Address, peers: Sequence[Peer]) -> str:
    """ExaBGP's configuration: every session, no routes. It holds the MD5 keys, so it is never written to a file.

    BGP packets carry TTL 1 between AWS and the customer (DX User Guide, "BGP-specific settings"), except in tunnels.
    """
    helper = "process dxemu { run /bin/true; encoder json; }\n"  # never run: see exabgp_child
    return helper + "\n".join(_neighbor(router_id, peer) for peer in peers)


def _neighbor(router_id: IPv4Address, peer: Peer) -> str:
    restart_time = peer.mine.graceful_restart
    graceful = "disable" if restart_time is None else round(restart_time)
    heard = "parsed; update;" if restart_time is None else "parsed; update; open;"
    lines = [
        f"router-id {router_id}",
        f"local-address {peer.mine.address}",
        f"local-as {peer.mine.asn}",
        f"peer-as {peer.asn}",
        f"hold-time {round(peer.hold_time)}",
        f"family {{ {peer.family}; }}",
        f"capability {{ graceful-restart {graceful}; route-refresh enable; asn4 enable; }}",
        # Named, because ExaBGP makes up names from the clock, and under the virtual clock two would be the same.
        f"api peer_{int(peer.address)} {{ processes [ dxemu ]; neighbor-changes; receive {{ {heard} }} }}",
    ]
    if restart_time is not None:
        lines.append("manual-eor true")  # or ExaBGP sends it before it has been told what to announce
    lines += ["passive", f"listen {BGP_PORT}"] if peer.mine.passive else [f"connect {BGP_PORT}"]
    if peer.session.external and peer.session.tunnel is None:
        lines.append("outgoing-ttl 1")
    if peer.mine.ttl_security:
        lines.append("incoming-ttl 255")
    if peer.auth_key is not None:
        lines.append(f'md5-password "{peer.auth_key}"')
    body = "\n".join(line if line.endswith("}") else f"{line};" for line in lines)
    return f"neighbor {peer.address} {{\n{body}\n}}\n"
