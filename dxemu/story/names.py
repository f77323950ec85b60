"""The names of a topology by what they are: what a fault's parameter or an expectation may point at."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.topology.model import Topology

AT_SITE = "host at "
WITH_VERSION = "end with IPv"


def names_of(topology: Topology) -> Mapping[str, tuple[str, ...]]:
    """`connection`, `circuit`, `session` and so on -> the names of that kind.

    `session` are virtual interfaces, their IPv6 sessions (`NAME_ipv6`) and VPN tunnels; `node` is every router, device,
    gateway, host and instance; `cable` is every connection and circuit; `internet` are routers with a line to it.
    `host` are those of all sites, `host at EqNY5` those of one that is not the data centre, `end with IPv6` the hosts
    and instances that have an address of that version.
    """
    customer, aws = topology.customer, topology.aws
    vifs = tuple(vif.name for vif in topology.virtual_interfaces)
    tunnels = tuple(f"{vpn.name}_tunnel_{number}" for vpn in topology.vpns for number in (1, 2))
    ipv6 = tuple(f"{vif.name}_ipv6" for vif in topology.virtual_interfaces if vif.ipv6)
    gateways = [vgw.name for vgw in aws.virtual_private_gateways] + [tgw.name for tgw in aws.transit_gateways]
    gateway_regions = [tgw.region for tgw in aws.transit_gateways]
    associations = tuple(a.gateway for dxgw in aws.direct_connect_gateways for a in dxgw.associations)
    return _by_kind(
        {
            "connection": tuple(connection.name for connection in topology.connections),
            "circuit": tuple(circuit.name for circuit in customer.circuits),
            "carrier": tuple(dict.fromkeys(c.carrier for c in customer.circuits if c.carrier is not None)),
            "internet": tuple(line.router for line in customer.internet),
            "lag": tuple(lag.name for lag in topology.lags),
            "tunnel": tunnels,
            "virtual_interface": vifs,
            "session": (*vifs, *ipv6, *tunnels),
            "router": (
                *customer.data_center.routers,
                *(router for cage in customer.colocations for router in cage.routers),
            ),
            "device": tuple(device for location in aws.locations for device in location.devices),
            "gateway": tuple(gateways),
            "association": associations,
            "host": tuple(host.name for host in customer.data_center.hosts),
            **{f"{AT_SITE}{c.location}": tuple(host.name for host in c.hosts) for c in customer.colocations if c.hosts},
            "instance": tuple(instance.name for vpc in aws.vpcs for instance in vpc.instances),
            "service": (*(s.name for s in aws.public_services), *_strangers(topology)),
            "vpc": tuple(vpc.name for vpc in aws.vpcs),
            "location": tuple(location.code for location in aws.locations),
            "campus": tuple(dict.fromkeys(at.campus for at in aws.locations if at.campus is not None)),
            "region": tuple(dict.fromkeys((aws.region, *(v.region for v in aws.vpcs), *gateway_regions))),
            **{f"{WITH_VERSION}{version}": _ends_with(topology, version) for version in (4, 6)},
        }
    )


def _ends_with(topology: Topology, version: int) -> tuple[str, ...]:
    customer = topology.customer
    hosts = (*customer.data_center.hosts, *(host for cage in customer.colocations for host in cage.hosts))
    instances = (instance for vpc in topology.aws.vpcs for instance in vpc.instances)
    found = tuple(e.name for e in (*hosts, *instances) if any(a.version == version for a in e.addresses))
    services = (service.name for service in topology.aws.public_services if service.address.version == version)
    return (*found, *services, *(_strangers(topology) if version == 4 else ()))  # noqa: PLR2004


def _strangers(topology: Topology) -> tuple[str, ...]:
    """Hosts that are neither the customer's nor AWS's."""
    return (
        *(host.name for host in topology.aws.internet_hosts),
        *(other.host.name for other in topology.other_customers),
    )


def names_in(tree: object) -> Mapping[str, tuple[str, ...]]:
    """The same for a topology file that has mistakes: what stands where names belong, as far as it can be read."""
    locations = _keys(tree, "aws", "locations")
    devices = [_at(tree, "aws", "locations", location, "devices") for location in locations]
    vpcs = _keys(tree, "aws", "vpcs")
    vifs = _keys(tree, "virtual_interfaces")
    tunnels = tuple(f"{vpn}_tunnel_{number}" for vpn in _keys(tree, "vpns") for number in (1, 2))
    cages = _keys(tree, "customer", "colocations")
    dxgws = _keys(tree, "aws", "direct_connect_gateways")
    return _by_kind(
        {
            "connection": _keys(tree, "connections"),
            "circuit": _keys(tree, "customer", "circuits"),
            "carrier": _carriers(tree),
            "internet": _keys(tree, "customer", "internet"),
            "lag": _keys(tree, "lags"),
            "tunnel": tunnels,
            "virtual_interface": vifs,
            "session": (*vifs, *(f"{vif}_ipv6" for vif in vifs), *tunnels),
            "router": (
                *_keys(tree, "customer", "data_center", "routers"),
                *_keys(tree, "customer", "colocation", "routers"),
                *(router for cage in cages for router in _keys(tree, "customer", "colocations", cage, "routers")),
            ),
            "device": tuple(str(device) for found in devices if isinstance(found, list) for device in found),
            "gateway": _keys(tree, "aws", "virtual_private_gateways") + _keys(tree, "aws", "transit_gateways"),
            "association": tuple(
                name for dxgw in dxgws for name in _keys(tree, "aws", "direct_connect_gateways", dxgw, "associations")
            ),
            "host": _keys(tree, "customer", "data_center", "hosts"),
            **{f"{AT_SITE}{cage}": _keys(tree, "customer", "colocations", cage, "hosts") for cage in cages},
            "instance": tuple(name for vpc in vpcs for name in _keys(tree, "aws", "vpcs", vpc, "instances")),
            "service": (
                *_keys(tree, "aws", "public_services"),
                *_keys(tree, "aws", "internet_hosts"),
                *(f"{other}_host" for other in _keys(tree, "other_customers")),
            ),
            "vpc": vpcs,
            "location": locations,
            "campus": _campuses(tree, locations),
            "region": _regions(tree),
        }
    )


def _carriers(tree: object) -> tuple[str, ...]:
    circuits = _keys(tree, "customer", "circuits")
    found = (_at(tree, "customer", "circuits", circuit, "carrier") for circuit in circuits)
    return tuple(dict.fromkeys(carrier for carrier in found if isinstance(carrier, str)))


def _campuses(tree: object, locations: tuple[str, ...]) -> tuple[str, ...]:
    found = (_at(tree, "aws", "locations", location, "campus") for location in locations)
    return tuple(dict.fromkeys(campus for campus in found if isinstance(campus, str)))


def _regions(tree: object) -> tuple[str, ...]:
    kinds = ("vpcs", "transit_gateways")
    found = [_at(tree, "aws", "region")]
    found += [_at(tree, "aws", kind, name, "region") for kind in kinds for name in _keys(tree, "aws", kind)]
    return tuple(dict.fromkeys(region for region in found if isinstance(region, str)))


def _at(tree: object, *path: str) -> object:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _keys(tree: object, *path: str) -> tuple[str, ...]:
    found = _at(tree, *path)
    return tuple(str(key) for key in found) if isinstance(found, dict) else ()


def _by_kind(names: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """With the kinds that are made of others: every cable, every node."""
    nodes = ("router", "device", "gateway", "host", "instance", "service")
    elsewhere = (host for kind, hosts in names.items() if kind.startswith(AT_SITE) for host in hosts)
    names = {**names, "host": (*names["host"], *elsewhere)}
    return {
        **names,
        "cable": (*names["connection"], *names["circuit"]),
        "node": tuple(name for kind in nodes for name in names[kind]),
    }
