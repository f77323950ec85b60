"""The source address of a packet on its way: what NAT makes of it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from dxemu.plan.model import Plan
from dxemu.units import IPAddress


def after_nat(plan: Plan, node: str, interface: str, source: IPAddress) -> IPAddress:
    """The source address of a packet that leaves `node` by `interface`."""
    for nat in plan.nats_at(node):
        if (
            nat.interface == interface
            and isinstance(nat.network, IPv4Network)
            and isinstance(source, IPv4Address)
            and source in nat.network
        ):
            return nat.address
    return source
