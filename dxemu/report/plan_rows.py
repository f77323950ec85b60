"""The plan's parts as rows of cells, one function a part. Keys of sessions and tunnels appear in none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.bgp.prefix_policy import PrefixPolicy
from dxemu.plan.model import (
    MAIN_TABLE,
    BgpSession,
    Cable,
    Gateway,
    GatewayKind,
    IpsecTunnel,
    LimitKind,
    Node,
    Plan,
    RateLimit,
    SessionEnd,
    Side,
    Speaker,
    TunnelEnd,
)
from dxemu.units import WELL_KNOWN_COMMUNITIES, IPNetwork

Row = Sequence[str]
MOST_LISTED = 16
_WORDS = {
    "dx_device": "Direct Connect device",
    "vpn_endpoint": "VPN endpoint",
    "virtual_private_gateway": "virtual private gateway",
    "public": "border of AWS's public network",
    "vpc": "VPC",
    "lan": "LAN",
    "internet": "Internet",
}


def words(name: str) -> str:
    """A role or kind for people: `dx_device` is a Direct Connect device."""
    return _WORDS.get(name, name.replace("_", " "))


def _table(number: int) -> str:
    return "main table" if number == MAIN_TABLE else f"table {number}"


def _list(prefixes: Sequence[IPNetwork], nothing: str) -> str:
    more = f" and {len(prefixes) - MOST_LISTED} more" if len(prefixes) > MOST_LISTED else ""
    return (", ".join(str(prefix) for prefix in prefixes[:MOST_LISTED]) or nothing) + more


def _community(community: str) -> str:
    """A community as people know it: 65535:65281 is no-export."""
    return next((name for name, number in WELL_KNOWN_COMMUNITIES.items() if number == community), community)


def nodes(plan: Plan) -> Iterator[Row]:
    """One row for each place of each side: who is there."""
    groups: dict[tuple[str, str], list[Node]] = {}
    for node in plan.nodes:
        groups.setdefault((node.side, node.place), []).append(node)
    for (side, place), members in groups.items():
        yield (
            {"aws": "AWS"}.get(side, side),
            place,
            ", ".join(f"{node.name} ({words(node.role)})" for node in members),
        )


def cables(plan: Plan) -> Iterator[Row]:
    """Each cable with its two ports, speed, one-way delay and MTU."""
    for cable in plan.cables:
        yield (
            cable.name,
            f"{cable.a.node} {cable.a.name} -- {cable.b.node} {cable.b.name}",
            str(cable.bandwidth),
            str(cable.delay),
            f"MTU {cable.mtu}",
            _what(cable),
        )


def _what(cable: Cable) -> str:
    """What a cable is, and which connection runs over it if its name does not say so."""
    if cable.connection is None or cable.connection == cable.name:
        return words(cable.role)
    return f"{words(cable.role)} of {cable.connection}"


def bridges(plan: Plan) -> Iterator[Row]:
    """LAN switches and carriers' layer 2 extensions."""
    return ((b.node, b.name, f"over {', '.join(b.ports)}") for b in plan.bridges)


def bonds(plan: Plan) -> Iterator[Row]:
    """Both ends of each link aggregation group."""
    for bond in plan.bonds:
        yield (
            bond.node,
            bond.name,
            f"over {', '.join(bond.members)}",
            f"at least {bond.min_links} up",
            f"LACP {'short timeout' if bond.lacp_fast else 'long timeout'}",
            f"MTU {bond.mtu}",
        )


def vlans(plan: Plan) -> Iterator[Row]:
    """802.1Q sub-interfaces."""
    for vlan in plan.vlans:
        yield vlan.node, vlan.name, f"VLAN {vlan.vlan_id} on {vlan.parent}", f"MTU {vlan.mtu}"


def vrfs(plan: Plan) -> Iterator[Row]:
    """Routing tables of some interfaces' own."""
    return ((v.node, v.name, _table(v.table), f"of {', '.join(v.interfaces)}") for v in plan.vrfs)


def rules(plan: Plan) -> Iterator[Row]:
    """Which table is looked up first, by where a packet comes in. Interfaces with one table share a row."""
    found: dict[tuple[str, int], list[str | None]] = {}
    for rule in plan.rules:
        found.setdefault((rule.node, rule.table), []).append(rule.incoming)
    for (node, table), incoming in found.items():
        named = ", ".join(interface for interface in incoming if interface is not None)
        if named:
            yield node, f"from {named}", f"{_table(table)} first"
        if None in incoming:
            yield node, "from anywhere", f"{_table(table)} last"


def addresses(plan: Plan) -> Iterator[Row]:
    """Addresses on interfaces."""
    return ((a.node, a.interface, str(a.address)) for a in plan.addresses)


def static_routes(plan: Plan) -> Iterator[Row]:
    """Routes that never change. What is the same in several tables shares a row."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for route in plan.static_routes:
        via = "dropped" if route.via is None else f"via {route.via}"
        if route.throw:
            via = "looked up further"
        found.setdefault((route.node, str(route.destination), via), []).append(route.table)
    for key, tables in found.items():
        yield *key, "" if tables == [MAIN_TABLE] else ", ".join(_table(table) for table in tables)


def limits(plan: Plan) -> Iterator[Row]:
    """Policers and shapers."""
    return ((x.node, x.interface, *_limit(x)) for x in plan.limits)


def _limit(limit: RateLimit) -> Row:
    if limit.kind is LimitKind.POLICE:
        return "in", f"policed to {limit.rate}", f"{limit.burst} bytes at once"
    return "out", f"shaped to {limit.rate}", f"{limit.burst} bytes may wait"


def silent_drops(plan: Plan) -> Iterator[Row]:
    """Where long packets vanish without ICMP."""
    return ((d.node, d.interface, f"drops more than {d.longer_than} bytes, sends no ICMP") for d in plan.silent_drops)


def nats(plan: Plan) -> Iterator[Row]:
    """Source address translation."""
    return ((n.node, n.interface, f"{n.network} leaves as {n.address}") for n in plan.nats)


def source_filters(plan: Plan) -> Iterator[Row]:
    """Where packets need a source that leads back out there."""
    return (
        (f.node, f.interface, "drops what comes from prefixes that are not announced there")
        for f in plan.source_filters
    )


def services(plan: Plan) -> Iterator[Row]:
    """What answers HTTP or DNS."""
    return ((s.node, s.kind, f"answers '{s.text}'") for s in plan.services)


def vrrp(plan: Plan) -> Iterator[Row]:
    """Virtual routers."""
    for group in plan.vrrp:
        interfaces = dict(group.interfaces)
        yield (
            f"virtual router {group.virtual_router_id}",
            str(group.address),
            f"every {group.advertisement_interval}",
            ", ".join(f"{node} {interfaces[node]} (priority {priority})" for node, priority in group.priorities),
        )


def tunnel_head(tunnel: IpsecTunnel) -> Row:
    """What both ends of an IPsec tunnel agree on."""
    return (
        tunnel.name,
        f"of {tunnel.vpn}",
        f"MTU {tunnel.mtu}",
        f"{tunnel.rate} each way",
        f"IKE {tunnel.phase1_lifetime}, ESP {tunnel.phase2_lifetime}, rekeyed {tunnel.rekey_margin} before",
        f"DPD {tunnel.dpd_delay}, timeout {tunnel.dpd_timeout}",
        "pre-shared key set",
    )


def tunnel_end(end: TunnelEnd) -> Row:
    """One end of an IPsec tunnel."""
    return (
        "initiates" if end.initiates else "responds",
        f"{end.node} {end.interface}",
        f"outside {end.outside} on {end.underlay_interface}",
        f"inside {end.inside}",
    )


def speakers(plan: Plan) -> Iterator[Row]:
    """BGP tables, by the speaker's name."""
    for speaker in plan.speakers:
        yield (
            speaker.name,
            f"AS {speaker.asn}",
            f"router ID {speaker.router_id}",
            "" if speaker.table == MAIN_TABLE else _table(speaker.table),
            f"announces {_list(speaker.originates, 'nothing of its own')}",
            *([f"up to {speaker.maximum_paths} paths share the flows"] if _has_multipath(speaker) else []),
            "; ".join(_tags(speaker)),
        )


def _has_multipath(speaker: Speaker) -> bool:
    """Whether it is worth a word: all of AWS's speakers have multipath."""
    return speaker.maximum_paths > 1 and speaker.side is Side.CUSTOMER


def _tags(speaker: Speaker) -> Iterator[str]:
    """The communities of the prefixes, one part for each combination of them."""
    found: dict[tuple[str, ...], list[IPNetwork]] = {}
    for prefix, communities in speaker.tags:
        found.setdefault(communities, []).append(prefix)
    for communities, prefixes in found.items():
        yield f"{' '.join(map(_community, communities))} on {_list(prefixes, 'nothing')}"


def session_head(session: BgpSession) -> Row:
    """What both ends of a session agree on."""
    over = f"over {', '.join(session.cables)}"
    if session.tunnel is not None:
        over = f"in tunnel {session.tunnel}, {over}"
    extra = [] if session.confirmed else ["not accepted yet by its owner"]
    extra += [session.switched_off] if session.switched_off else []
    extra += [session.mismatch.text] if session.mismatch is not None else []
    if session.route_filter_prefixes is not None:
        extra.append(f"AWS accepts {_list(session.route_filter_prefixes, 'nothing')}")
    if session.restarts_gracefully:
        extra.append(f"graceful restart{' until BFD is down' if session.until_bfd_down else ''}")
    tail = ["; ".join(extra)] if extra else []
    if session.static:
        return session.name, "static", "no BGP", "", "", over, *tail
    own = session.ends[0].bfd
    return (
        session.name,
        "eBGP" if session.external else "iBGP",
        f"hold {session.hold_time}, keepalive {session.keepalive}",
        "no BFD" if own is None else f"BFD {own.interval} x {own.detect_mult}",
        "MD5 key set" if session.auth_key is not None else "no MD5 key",
        over,
        *tail,
    )


def session_end(end: SessionEnd, *, static: bool) -> Row:
    """One end of a session, with its policy."""
    policy = [] if end.import_local_pref is None else [f"local preference {end.import_local_pref}"]
    policy += [f"sends {_community(community)}" for community in end.export_communities]
    if end.export_prepend:
        policy.append(f"prepends {end.export_prepend} x AS {end.asn}")
    if end.export_med is not None:
        policy.append(f"MED {end.export_med}")
    if not end.send_communities:
        policy.append("sends no communities")
    if end.accepts is not None:
        policy.append(f"accepts only {_list(end.accepts, 'nothing')}")
    if end.allow_as_in:
        policy.append(f"own AS allowed in {end.allow_as_in} x")
    if end.announces is not None:
        policy.append(f"{'has' if static else 'announces only'} {_list(end.announces, 'nothing')}")
    policy += [f"of {one.filter}: {_of_prefixes(one)}" for one in end.policies]
    how = "passive" if end.passive else "active"
    return "static" if static else how, end.speaker, str(end.address), f"AS {end.asn}", ", ".join(policy)


def _of_prefixes(policy: PrefixPolicy) -> str:
    said = [] if policy.accept else ["not accepted"]
    said += [] if policy.announce else ["not announced"]
    said += [] if policy.local_pref is None else [f"local preference {policy.local_pref}"]
    said += [f"sends {_community(community)}" for community in policy.communities or ()]
    said += [] if policy.prepend is None else [f"prepends {policy.prepend} x"]
    return " and ".join(said if policy.med is None else [*said, f"MED {policy.med}"])


def gateway_head(gateway: Gateway) -> Row:
    """A gateway and what is behind it."""
    fixed = [f"{prefix} fixed in {_table(table)}" for table, prefix in gateway.fixed]
    public = gateway.kind is GatewayKind.PUBLIC
    return (
        gateway.node,
        words(gateway.kind),
        f"AS {gateway.asn}",
        f"in front of {_list(gateway.prefixes, 'nothing')}",
        "" if public else f"route propagation {'on' if gateway.route_propagation else 'off'}",
        ", ".join(fixed),
        "" if gateway.vpc_table is None else f"{_table(gateway.vpc_table)} is the VPC's",
        "tunnels share the flows (ECMP)" if gateway.vpn_ecmp_support else "",
    )


def gateway_attachments(gateway: Gateway) -> Iterator[Row]:
    """From whom a gateway hears of routes, and into which tables they go."""
    for attachment in gateway.attachments:
        where = ", ".join(_table(table) for table in attachment.tables)
        yield (
            attachment.kind,
            attachment.speaker,
            f"{gateway.node} {attachment.gateway_interface} -- {attachment.device} {attachment.device_interface}",
            f"into {where or 'no table'}",
            "" if attachment.home_region else "of another Region",
        )
