"""Why a route that a gateway could have is not in one of its route tables."""

from __future__ import annotations

from dxemu.aws import quotas
from dxemu.control.policy import takes
from dxemu.control.route_tables import not_installed
from dxemu.explain import routes
from dxemu.explain.names import table_words
from dxemu.explain.state import State
from dxemu.plan.model import Gateway
from dxemu.units import IPNetwork


def kept_out(state: State, gateway: Gateway, table: int, prefix: IPNetwork) -> str:
    """A sentence without a full stop; empty if it is in."""
    if (table, prefix) in gateway.fixed:
        return "a static route of the route table wins over it"
    if not gateway.propagates_to(table):
        return "route propagation is off"
    if (table, prefix) in gateway.attached:
        return "it is the network of a VPC that is attached"
    if not takes(gateway, table, prefix):
        return "the VPC's local route wins over everything propagated"
    rib = routes.rib_of(state, gateway, table)
    if prefix in not_installed(gateway, table, rib):
        return f"a VPC's route table takes {quotas.PROPAGATED_ROUTES.most} propagated routes"
    if prefix not in rib.best:
        return f"nothing propagates it to {table_words(state, gateway.node, table)}"
    return ""
