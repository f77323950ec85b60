"""Static routes of the customer's routers: over a circuit to another one of them, or nowhere."""

from __future__ import annotations

from dxemu.plan.draft import Draft
from dxemu.plan.model import CableRole
from dxemu.units import IPAddress


def add_customer_static_routes(draft: Draft) -> None:
    """Every static route of every router, once the circuits have their addresses."""
    for settings in draft.topology.customer.router_settings:
        for prefix, to in settings.static_routes:
            via = None if to is None else _address_over_circuit(draft, settings.router, to, prefix.version)
            draft.static_route(settings.router, prefix, via)


def _address_over_circuit(draft: Draft, router: str, to: str, version: int) -> IPAddress:
    """The address of `to` at the other end of the first circuit between the two."""
    ports = [
        there
        for cable in draft.cables
        if cable.role is CableRole.CIRCUIT
        for here, there in ((cable.a, cable.b), (cable.b, cable.a))
        if (here.node, there.node) == (router, to)
    ]
    return next(
        held.address.ip
        for port in ports
        for held in draft.addresses
        if (held.node, held.interface) == (port.node, port.name) and held.address.version == version
    )
