"""The links of a picture: one for each cable or LAG, with the virtual interfaces and tunnels that run over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dxemu.control.forward import forwarding
from dxemu.plan.model import BgpSession, Cable, IpsecTunnel, LimitKind, Plan
from dxemu.report.picture.colours import CABLE, colour_of, dash_of, tunnels, virtual_interfaces
from dxemu.report.picture.nodes import vpc_key
from dxemu.report.picture.parts import Card, Link, Strand
from dxemu.topology.model import Topology, VirtualInterface

USUAL_MTU = 1500


def gateway_key(name: str) -> str:
    """The key of a Direct Connect gateway's frame."""
    return f"direct connect gateway {name}"


def strands_of(topology: Topology, plan: Plan) -> Mapping[str, Strand]:
    """A strand for each virtual interface and each tunnel, by its name."""
    labels = {vif.name: _interface_label(vif, topology) for vif in topology.virtual_interfaces}
    labels |= {tunnel.name: f"tunnel {tunnel.name} · {tunnel.ends[0].inside.network}" for tunnel in plan.tunnels}
    return {
        name: Strand(name=name, label=labels[name], colour=colour_of(name, plan), dash=dash_of(name, plan))
        for name in (*virtual_interfaces(plan), *tunnels(plan))
        if name in labels
    }


def _interface_label(vif: VirtualInterface, topology: Topology) -> str:
    """Its name, type and VLAN, and whatever is unusual about it."""
    owners = {connection.owner_account for connection in topology.connections if connection.name == vif.connection}
    parts = [f"VIF {vif.name}", str(vif.type), f"VLAN {vif.vlan}"]
    parts += ["IPv4 and IPv6"] if vif.ipv6 else []
    parts += ["SiteLink"] if vif.site_link else []
    parts += [f"MTU {vif.mtu}"] if vif.mtu != USUAL_MTU else []
    parts += [f"of account {vif.owner_account}"] if {vif.owner_account} != owners and vif.owner_account else []
    parts += [] if vif.confirmed else ["not accepted"]
    parts += [] if vif.customer.enabled and vif.amazon_enabled else ["switched off"]
    parts += [] if vif.customer_end.fits() else ["ends differ"]
    return " · ".join(parts)


def links_of(topology: Topology, plan: Plan, cards: Sequence[Card]) -> tuple[Link, ...]:
    """Every cable, LAGs bundled, and the attachments of VPCs without instances."""
    strands = strands_of(topology, plan)
    over = _strands_by_cable(plan, strands)
    named = set(_label_cables(plan, over))
    lag_of = {connection.name: connection.lag for connection in topology.connections if connection.lag is not None}
    bundles: dict[tuple[str, str, str], list[Cable]] = {}
    for cable in plan.cables:
        lag = lag_of.get(cable.connection or "")
        bundles.setdefault((lag or cable.name, cable.a.node, cable.b.node), []).append(cable)
    links = [
        _link(key[0], cables, tuple(strands[name] for name in over[cables[0].name]), topology, plan, named)
        for key, cables in bundles.items()
    ]
    return (*links, *_attachments(topology, {card.frame for card in cards if card.name.endswith("/")}))


def _link(
    name: str, cables: Sequence[Cable], strands: tuple[Strand, ...], topology: Topology, plan: Plan, named: set[str]
) -> Link:
    first = cables[0]
    detail = _numbers(first, plan)
    members: tuple[Strand, ...] = ()
    if len(cables) > 1:
        members = tuple(_member(cable, plan) for cable in cables)
        detail = f"LAG of {len(cables)} connections"
    return Link(
        name=name,
        a=first.a.node,
        b=first.b.node,
        detail=detail,
        connection=first.connection is not None,
        cables=tuple(cable.name for cable in cables),
        strands=(*members, *strands),
        labelled=bool(members) or any(cable.name in named for cable in cables),
        frame=_frame(first, strands, topology),
    )


def _member(cable: Cable, plan: Plan) -> Strand:
    return Strand(name=cable.name, label=cable.name, colour=CABLE, dash="", detail=_numbers(cable, plan))


def _numbers(cable: Cable, plan: Plan) -> str:
    """Speed and one-way delay of a cable, and the rate that it is held to if that is less."""
    ends = {(cable.a.node, cable.a.name), (cable.b.node, cable.b.name)}
    rates = {limit.rate: limit.kind for limit in plan.limits if (limit.node, limit.interface) in ends}
    words = {LimitKind.POLICE: "policed", LimitKind.SHAPE: "shaped"}
    held = [f"{words[kind]} to {rate}" for rate, kind in rates.items()]
    return " · ".join([str(cable.bandwidth), str(cable.delay), *held])


def _frame(cable: Cable, strands: Sequence[Strand], topology: Topology) -> str | None:
    """The Direct Connect gateway that all virtual interfaces on a backbone cable belong to."""
    if cable.connection is not None:
        return None
    gateway_of = {vif.name: vif.gateway for vif in topology.virtual_interfaces}
    found = {gateway_of[strand.name] for strand in strands if strand.name in gateway_of}
    known = {gateway.name for gateway in topology.aws.direct_connect_gateways}
    return next((gateway_key(name) for name in found if name is not None and {name} == found and name in known), None)


def _attachments(topology: Topology, empty: set[str | None]) -> Iterator[Link]:
    """What leads to the VPCs without instances and without a router of their own."""
    for gateway in topology.aws.virtual_private_gateways:
        if vpc_key(gateway.vpc) in empty:
            yield Link(name="", a=gateway.name, b=f"{gateway.vpc}/", detail="attached", connection=False)


def _strands_by_cable(plan: Plan, strands: Mapping[str, Strand]) -> Mapping[str, tuple[str, ...]]:
    """For each cable the names of what runs over it: virtual interfaces first."""
    found: dict[str, list[str]] = {cable.name: [] for cable in plan.cables}
    for session in _virtual_interfaces(plan):
        backbone = _to_gateways(plan, session.ends[1].speaker)
        for cable in (*session.cables, *backbone):
            found[cable].append(session.virtual_interface or "")
    for tunnel, cables in tunnel_ways(plan).items():
        for cable in cables:
            found[cable].append(tunnel)
    return {cable: tuple(name for name in dict.fromkeys(names) if name in strands) for cable, names in found.items()}


def _virtual_interfaces(plan: Plan) -> Iterator[BgpSession]:
    return (session for session in plan.sessions if session.virtual_interface is not None)


def _to_gateways(plan: Plan, speaker: str) -> Iterator[str]:
    """The cables from a speaker of AWS's edge to the gateways that hear it."""
    ports = {
        (attachment.device, attachment.device_interface)
        for gateway in plan.gateways
        for attachment in gateway.attachments
        if attachment.speaker == speaker
    }
    return (cable.name for cable in plan.cables if (cable.a.node, cable.a.name) in ports)


def tunnel_ways(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """For each tunnel the cables that its packets cross while nothing is broken, as far as its gateway."""
    if not plan.tunnels:
        return {}
    tables = forwarding(plan)

    def way(tunnel: IpsecTunnel) -> Iterator[str]:
        near, far = tunnel.ends
        for crossing in tables.way(near.node, far.outside).crossings:
            yield from (name for name in crossing.ways[0] if plan.cable_named(name))
        yield from _to_gateways(plan, far.node)

    return {tunnel.name: tuple(dict.fromkeys(way(tunnel))) for tunnel in plan.tunnels}


def _label_cables(plan: Plan, over: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where strands are named: virtual interfaces at AWS's port; tunnels there, or on their first cable."""
    mine = [
        session.cables[-1]
        for session in _virtual_interfaces(plan)
        if session.virtual_interface in over[session.cables[-1]]
    ]
    yield from mine
    for cables in tunnel_ways(plan).values():
        if cables and not set(cables) & set(mine):
            yield cables[0]
