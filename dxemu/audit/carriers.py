"""Which virtual interfaces and VPNs carry a pair's packets while nothing is broken, and how to order them."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.audit.base import listed
from dxemu.audit.design import Design, GatewayPath
from dxemu.predict.predict import Pair


def carriers(design: Design, pair: Pair, *, to_aws: bool) -> tuple[frozenset[str], ...]:
    """The virtual interfaces, or VPNs, of each way that a direction's flows take: several where they are shared."""
    source, target = (pair.near, pair.far) if to_aws else (pair.far, pair.near)
    found = []
    for way in design.world.unbroken.ways(design.world.flow(source, target, pair.version)):
        vifs = {cable.removeprefix("vif:") for cable in way.cables() if cable.startswith("vif:")}
        ends = set(way.nodes)
        vpns = {tunnel.vpn for tunnel in design.plan.tunnels if {end.node for end in tunnel.ends} <= ends}
        if way.arrives:
            found.append(frozenset(vpns or vifs))
    return tuple(dict.fromkeys(found))


def leads_from(design: Design, pair: Pair, gateway: str) -> bool:
    """Whether the answers of `pair` come through `gateway`."""
    way = design.world.unbroken.way(design.world.flow(pair.far, pair.near, pair.version))
    return gateway in way.nodes


def remedy_for_aws(design: Design, gateway: str, ways: Iterable[GatewayPath]) -> str:
    """What makes AWS prefer one of `ways` to `gateway`: what it compares there."""
    ways = tuple(ways)
    if any(design.is_public_type(way) for way in ways):
        return (
            "Announce longer prefixes on the one to use, or prepend a public ASN on the one that waits: AWS knows no "
            "preference communities on public virtual interfaces."
        )
    silent = [way.name for way in ways if way.policy.communities and not way.policy.send_communities]
    if silent:
        return f"Set `send_communities: on` on {listed(silent)}: the communities are written and not sent."
    through = {way.vif.gateway for way in ways if way.vif is not None}
    if design.is_transit_gateway(gateway) and len(through) > 1:
        return (
            "Set `as_path_prepend` on the one that waits: a transit gateway compares no communities between Direct "
            "Connect gateways."
        )
    return 'Send "7224:7300" on the one to use and "7224:7100" on the one that waits.'
