"""The plan's parts as rows of cells, one function a part. Keys of sessions and tunnels appear in none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.aws.lag import LacpMode
from dxemu.plan.model import (
    MAIN_TABLE,
    Bond,
    Cable,
    LimitKind,
    Node,
    Plan,
    Port,
    RateLimit,
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


def table_words(number: int) -> str:
    """A routing table, by its name if it has one."""
    return "main table" if number == MAIN_TABLE else f"table {number}"


def listed_networks(prefixes: Sequence[IPNetwork], nothing: str) -> str:
    """Networks, the first few of many; `nothing` where there are none."""
    more = f" and {len(prefixes) - MOST_LISTED} more" if len(prefixes) > MOST_LISTED else ""
    return (", ".join(str(prefix) for prefix in prefixes[:MOST_LISTED]) or nothing) + more


def community_words(community: str) -> str:
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


def _port(port: Port) -> str:
    waits = str(port.carrier_delay)
    return f"{port.node} {port.name}" + (f" (carrier delay {waits})" if waits else "")


def cables(plan: Plan) -> Iterator[Row]:
    """Each cable with its two ports, speed, one-way delay and MTU."""
    for cable in plan.cables:
        yield (
            cable.name,
            f"{_port(cable.a)} -- {_port(cable.b)}",
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
            _lacp(bond),
            f"MTU {bond.mtu}",
        )


def _lacp(bond: Bond) -> str:
    if bond.lacp is LacpMode.OFF:
        return "no LACP"
    passive = " passive," if bond.lacp is LacpMode.PASSIVE else ""
    return f"LACP{passive} {'short timeout' if bond.lacp_fast else 'long timeout'}"


def vlans(plan: Plan) -> Iterator[Row]:
    """802.1Q sub-interfaces."""
    for vlan in plan.vlans:
        yield vlan.node, vlan.name, f"VLAN {vlan.vlan_id} on {vlan.parent}", f"MTU {vlan.mtu}"


def vrfs(plan: Plan) -> Iterator[Row]:
    """Routing tables of some interfaces' own."""
    return ((v.node, v.name, table_words(v.table), f"of {', '.join(v.interfaces)}") for v in plan.vrfs)


def rules(plan: Plan) -> Iterator[Row]:
    """Which table is looked up first, by where a packet comes in. Interfaces with one table share a row."""
    found: dict[tuple[str, int], list[str | None]] = {}
    for rule in plan.rules:
        found.setdefault((rule.node, rule.table), []).append(rule.incoming)
    for (node, table), incoming in found.items():
        named = ", ".join(interface for interface in incoming if interface is not None)
        if named:
            yield node, f"from {named}", f"{table_words(table)} first"
        if None in incoming:
            yield node, "from anywhere", f"{table_words(table)} last"


def addresses(plan: Plan) -> Iterator[Row]:
    """Addresses on interfaces."""
    return ((a.node, a.interface, str(a.address)) for a in plan.addresses)


def static_routes(plan: Plan) -> Iterator[Row]:
    """Routes that never change. What is the same in several tables shares a row."""
    found: dict[tuple[str, str, str], list[int]] = {}
    led = {(at.node, table, prefix): name for at in plan.gateways for table, prefix, name in at.led}
    for route in plan.static_routes:
        via = "dropped" if route.via is None else f"via {route.via}"
        if route.throw:
            via = "looked up further"
        elif (name := led.get((route.node, route.table, route.destination))) is not None:
            via = f"dropped, unless {name} knows a way"
        found.setdefault((route.node, str(route.destination), via), []).append(route.table)
    for key, tables in found.items():
        yield *key, "" if tables == [MAIN_TABLE] else ", ".join(table_words(table) for table in tables)


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


def mss_clamps(plan: Plan) -> Iterator[Row]:
    """Where TCP's segments are made smaller."""
    return (
        (c.node, c.interface or "every interface", f"TCP segments of {c.mss} bytes at most") for c in plan.mss_clamps
    )


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
