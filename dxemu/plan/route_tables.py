"""What a gateway knows and does not install."""

from __future__ import annotations

from dxemu.aws.propagated_routes import left_out
from dxemu.bgp.rib import LocRib
from dxemu.plan.model import Gateway, GatewayKind
from dxemu.units import IPNetwork


def not_installed(gateway: Gateway, rib: LocRib) -> frozenset[IPNetwork]:
    """The prefixes of a gateway's table that the VPC's route table has no room for: AWS's quota."""
    return left_out(rib.best) if gateway.kind is GatewayKind.VIRTUAL_PRIVATE_GATEWAY else frozenset()
