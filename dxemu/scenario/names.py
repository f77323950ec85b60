"""The names of a topology by what they are: what a fault's parameter or an expectation may point at."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.topology.model import Topology


def names_of(topology: Topology) -> Mapping[str, tuple[str, ...]]:
    """`connection`, `circuit`, `session` and so on -> the names of that kind.

    `session` and `virtual_interface` are the same names; `node` is every router, device, gateway, host and instance;
    `cable` is every connection and circuit.
    """
    customer, aws = topology.customer, topology.aws
    routers = (*customer.data_center.routers, *(customer.colocation.routers if customer.colocation is not None else ()))
    hosts = tuple(host.name for host in customer.data_center.hosts)
    instances = tuple(instance.name for vpc in aws.vpcs for instance in vpc.instances)
    devices = tuple(device for location in aws.locations for device in location.devices)
    gateways = tuple(gateway.name for gateway in aws.virtual_private_gateways)
    connections = tuple(connection.name for connection in topology.connections)
    circuits = tuple(circuit.name for circuit in customer.circuits)
    sessions = tuple(vif.name for vif in topology.virtual_interfaces)
    return {
        "connection": connections,
        "circuit": circuits,
        "cable": (*connections, *circuits),
        "virtual_interface": sessions,
        "session": sessions,
        "router": routers,
        "device": devices,
        "gateway": gateways,
        "host": hosts,
        "instance": instances,
        "vpc": tuple(vpc.name for vpc in aws.vpcs),
        "location": tuple(location.code for location in aws.locations),
        "node": (*routers, *devices, *gateways, *hosts, *instances),
    }
