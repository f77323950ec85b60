"""A VPC's route table: what is in it, and what its gateway knows and does not propagate."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.aws.propagated_routes import left_out
from dxemu.aws.vpc_route_table import RouteOrigin, VpcRoute
from dxemu.bgp.rib import LocRib
from dxemu.plan.model import MAIN_TABLE, Gateway
from dxemu.units import IPNetwork

LOCAL = "local"


def not_installed(gateway: Gateway, table: int, rib: LocRib) -> frozenset[IPNetwork]:
    """The prefixes of a gateway's table that the VPC's route table has no room for: AWS's quota."""
    return left_out(rib.best) if gateway.is_vpc_route_table(table) else frozenset()


def vpc_route_table(gateway: Gateway, rib: LocRib) -> Iterator[VpcRoute]:
    """The entries of the VPC behind a virtual private gateway. `rib` is what the gateway propagates to it."""
    table = gateway.vpc_table if gateway.vpc_table is not None else MAIN_TABLE
    for own in gateway.local:
        yield VpcRoute(own, LOCAL, RouteOrigin.LOCAL)
    for where, prefix in gateway.fixed:
        if where == table:
            yield VpcRoute(prefix, gateway.node, RouteOrigin.STATIC)
    beyond = not_installed(gateway, table, rib)
    for prefix in rib.best:
        if prefix not in beyond:
            yield VpcRoute(prefix, gateway.node, RouteOrigin.PROPAGATED)
