"""Topology to Plan: everything that will exist, decided before anything is started."""

from __future__ import annotations

from dxemu.plan.addressing import (
    AWS_ROUTER_IDS,
    BACKBONE,
    CIRCUITS,
    CUSTOMER_ROUTER_IDS,
    given_networks,
    links,
    router_ids,
)
from dxemu.plan.aws_side import add_aws_nodes, add_backbone, add_vpcs, attached_vpcs
from dxemu.plan.connections import (
    add_carriers,
    add_connection,
    add_devices,
    add_virtual_interfaces,
    connection_of,
    device_of,
)
from dxemu.plan.customer_side import add_circuits, add_customer_nodes, add_lan, customer_routers
from dxemu.plan.draft import Draft
from dxemu.plan.model import Plan, Side, Speaker
from dxemu.topology.model import Topology


def make_plan(topology: Topology) -> Plan:
    """The plan of `topology`. The same topology always gives the same plan.

    Expects a topology without mistakes. Raises ValueError for what only shows here: two nodes of one name, or no
    addresses left.
    """
    draft = Draft(topology)
    add_customer_nodes(draft)
    add_carriers(draft)
    add_devices(draft)
    add_aws_nodes(draft)

    given = given_networks(topology)
    add_lan(draft)
    add_circuits(draft, links(CIRCUITS, (*given, CUSTOMER_ROUTER_IDS)))
    attachments = {connection.name: add_connection(draft, connection) for connection in topology.connections}
    add_virtual_interfaces(draft, attachments)
    gateways = add_backbone(draft, links(BACKBONE, (*given, AWS_ROUTER_IDS)))
    add_vpcs(draft)
    return Plan(
        topology=topology.name,
        story=topology.story,
        nodes=tuple(draft.nodes.values()),
        cables=tuple(draft.cables),
        bridges=tuple(draft.bridges),
        vlans=tuple(draft.vlans),
        addresses=tuple(draft.addresses),
        static_routes=tuple(draft.static_routes),
        sessions=tuple(draft.sessions),
        speakers=(*_customer_speakers(topology), *_aws_speakers(topology)),
        gateways=gateways,
    )


def _customer_speakers(topology: Topology) -> tuple[Speaker, ...]:
    """Every router of the customer. The one that the hosts hang on announces the data centre's networks."""
    routers = customer_routers(topology)
    ids = router_ids(routers, CUSTOMER_ROUTER_IDS)
    return tuple(
        Speaker(
            node=router,
            side=Side.CUSTOMER,
            asn=topology.customer.asn,
            router_id=ids[router],
            originates=topology.customer.data_center.networks if router == routers[0] else (),
        )
        for router in routers
    )


def _aws_speakers(topology: Topology) -> tuple[Speaker, ...]:
    """Every device with a virtual interface. It announces the VPCs of the gateways behind it."""
    by_name = {gateway.name: gateway for gateway in topology.aws.virtual_private_gateways}
    gateways: dict[str, list[str]] = {}
    for vif in topology.virtual_interfaces:
        gateways.setdefault(device_of(connection_of(vif, topology), topology), []).append(vif.gateway)
    ids = router_ids(gateways, AWS_ROUTER_IDS)
    return tuple(
        Speaker(
            node=device,
            side=Side.AWS,
            asn=by_name[names[0]].asn,
            router_id=ids[device],
            originates=tuple(
                vpc.cidr for name in dict.fromkeys(names) for vpc in attached_vpcs(by_name[name], topology)
            ),
        )
        for device, names in gateways.items()
    )
