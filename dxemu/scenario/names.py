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
    routers = (*customer.data_center.routers, *(router for cage in customer.colocations for router in cage.routers))
    hosts = tuple(host.name for host in customer.data_center.hosts)
    instances = tuple(instance.name for vpc in aws.vpcs for instance in vpc.instances)
    devices = tuple(device for location in aws.locations for device in location.devices)
    gateways = tuple(gateway.name for gateway in aws.virtual_private_gateways)
    connections = tuple(connection.name for connection in topology.connections)
    circuits = tuple(circuit.name for circuit in customer.circuits)
    sessions = tuple(vif.name for vif in topology.virtual_interfaces)
    return _by_kind(
        connections=connections,
        circuits=circuits,
        sessions=sessions,
        routers=routers,
        devices=devices,
        gateways=gateways,
        hosts=hosts,
        instances=instances,
        vpcs=tuple(vpc.name for vpc in aws.vpcs),
        locations=tuple(location.code for location in aws.locations),
    )


def names_in(tree: object) -> Mapping[str, tuple[str, ...]]:
    """The same for a topology file that has mistakes: what stands where names belong, as far as it can be read."""
    locations = _keys(tree, "aws", "locations")
    devices = [_at(tree, "aws", "locations", location, "devices") for location in locations]
    vpcs = _keys(tree, "aws", "vpcs")
    return _by_kind(
        connections=_keys(tree, "connections"),
        circuits=_keys(tree, "customer", "circuits"),
        sessions=_keys(tree, "virtual_interfaces"),
        routers=_keys(tree, "customer", "data_center", "routers") + _keys(tree, "customer", "colocation", "routers"),
        devices=tuple(str(device) for found in devices if isinstance(found, list) for device in found),
        gateways=_keys(tree, "aws", "virtual_private_gateways"),
        hosts=_keys(tree, "customer", "data_center", "hosts"),
        instances=tuple(name for vpc in vpcs for name in _keys(tree, "aws", "vpcs", vpc, "instances")),
        vpcs=vpcs,
        locations=locations,
    )


def _at(tree: object, *path: str) -> object:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _keys(tree: object, *path: str) -> tuple[str, ...]:
    found = _at(tree, *path)
    return tuple(str(key) for key in found) if isinstance(found, dict) else ()


def _by_kind(
    *,
    connections: tuple[str, ...],
    circuits: tuple[str, ...],
    sessions: tuple[str, ...],
    routers: tuple[str, ...],
    devices: tuple[str, ...],
    gateways: tuple[str, ...],
    hosts: tuple[str, ...],
    instances: tuple[str, ...],
    vpcs: tuple[str, ...],
    locations: tuple[str, ...],
) -> Mapping[str, tuple[str, ...]]:
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
        "vpc": vpcs,
        "location": locations,
        "node": (*routers, *devices, *gateways, *hosts, *instances),
    }
