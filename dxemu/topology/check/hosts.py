"""Hosts, instances and services: an address inside their network, that nobody else has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import IPAddress, IPNetwork

AWS_FIRST_FREE = 4
"""AWS keeps the first four IPv4 addresses of a subnet and the last. Source: EC2 API, CreateSubnet; read 2026-11-28."""
CUSTOMER_FIRST_FREE = 2
PUBLIC_FIRST_FREE = 1
USUAL_HOST = 10

WHY = {
    AWS_FIRST_FREE: "AWS keeps the first four addresses of a subnet and the last one",
    CUSTOMER_FIRST_FREE: "The first address is the network, the second its router, the last one the broadcast",
    PUBLIC_FIRST_FREE: "The first address is the network, the last one the broadcast",
}

PARAGRAPHS = {
    "DX-T008": """\
A host has to be inside one of the data center's networks, an instance inside its VPC, a public
service inside its prefix, and another customer's host inside that customer's network. Otherwise
nothing that BGP announces would lead to it.""",
    "DX-T009": """\
The address is one that its network keeps. In a VPC AWS keeps the first four addresses of each
subnet and the last one (network, router, DNS, future use, broadcast). In the data center dxemu's
router has the first usable address, and with VRRP each router one more. Every network with hosts
needs room for its router. A line to the Internet is a /29.""",
    "DX-T010": """\
Two hosts, instances or services have the same address, or a VPN that of a host. Packets for both
would arrive at one of them.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """`what` has `address` in one of `networks`, called `place`; so many addresses at their start are taken."""

    what: str
    address: IPAddress
    path: KeyPath
    networks: Sequence[IPNetwork]
    place: str
    first_free: int


def _machines(file: TopologyFile) -> Iterator[_Machine]:
    data_center = file.customer.data_center
    networks = [*data_center.networks, *data_center.public_networks]
    path: KeyPath = ("customer", "data_center", "hosts")
    yield from _named("host", data_center.hosts, path, networks, "the data center's networks", CUSTOMER_FIRST_FREE)
    for location, cage in file.customer.colocations.items():
        path = ("customer", "colocations", location, "hosts")
        place = f"the networks of the site at {location}"
        yield from _named("host", cage.hosts, path, cage.networks, place, CUSTOMER_FIRST_FREE)
    for name, vpc in file.aws.vpcs.items():
        path = ("aws", "vpcs", name, "instances")
        yield from _named("instance", vpc.instances, path, vpc.cidrs, "its VPC", AWS_FIRST_FREE)
    for name, service in file.aws.public_services.items():
        yield _Machine(
            what=f"service '{name}'",
            address=service.address,
            path=("aws", "public_services", name, "address"),
            networks=[service.prefix],
            place="its prefix",
            first_free=PUBLIC_FIRST_FREE,
        )
    for name, other in file.other_customers.items():
        yield _Machine(
            what=f"the host of '{name}'",
            address=other.host,
            path=("other_customers", name, "host"),
            networks=[other.network],
            place="its network",
            first_free=PUBLIC_FIRST_FREE,
        )


def _named(
    kind: str,
    machines: dict[str, tuple[IPAddress, ...]],
    path: KeyPath,
    networks: Sequence[IPNetwork],
    place: str,
    first_free: int,
) -> Iterator[_Machine]:
    for name, addresses in machines.items():
        for address in addresses:
            yield _Machine(
                what=f"{kind} '{name}'",
                address=address,
                path=(*path, name),
                networks=networks,
                place=place,
                first_free=first_free,
            )


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T008: outside its network. DX-T009: an address that its network keeps. DX-T010: an address twice."""
    seen: dict[IPAddress, tuple[str, KeyPath]] = {}
    for machine in _machines(file):
        what, address, path = machine.what, machine.address, machine.path
        home = next((n for n in machine.networks if n.version == address.version and address in n), None)
        if home is None:
            known = ", ".join(map(str, machine.networks))
            remedy = f"Use an address of {known}." if known else "It has none. Add `networks:`."
            findings.add(path, "DX-T008", f"{what} at {address} is outside {machine.place}", remedy)
        else:
            _kept(machine, home, findings)
        if address in seen:
            other, other_path = seen[address]
            problem = f"{what} has the address {address} of {other} at {findings.line(other_path, path)}"
            findings.add(path, "DX-T010", problem, "Give one of them another address.")
        seen.setdefault(address, (what, path))
    for name, vpn in file.vpns.items():
        if vpn.customer_address in seen:
            other, other_path = seen[vpn.customer_address]
            path = ("vpns", name, "customer_address")
            problem = f"VPN '{name}' has the address {vpn.customer_address} of {other} at"
            findings.add(path, "DX-T010", f"{problem} {findings.line(other_path, path)}", "The router needs its own.")
    _room(file, findings)


def _kept(machine: _Machine, home: IPNetwork, findings: Findings) -> None:
    first_free = machine.first_free
    offset = int(machine.address) - int(home.network_address)
    if first_free <= offset < home.num_addresses - 1:
        return
    free = home.network_address + (USUAL_HOST if home.num_addresses > 2 * USUAL_HOST else first_free)
    problem = f"{machine.what} cannot have {machine.address} in {home}"
    findings.add(machine.path, "DX-T009", problem, f"{WHY[first_free]}. Use for example {free}.")


def _room(file: TopologyFile, findings: Findings) -> None:
    """Each network with hosts has an address for its router, and with VRRP one for each of several."""
    data_center = file.customer.data_center
    sharing = sum(router.vrrp_priority is not None for router in data_center.routers.values())
    inside = [address for addresses in data_center.hosts.values() for address in addresses]
    if inside:
        for number, network in enumerate(data_center.networks):
            _has_room(network, inside, 1 + sharing, ("customer", "data_center", "networks", number), findings)
        for number, network in enumerate(data_center.public_networks):
            if any(a.version == network.version and a in network for a in inside):
                path: KeyPath = ("customer", "data_center", "public_networks", number)
                _has_room(network, inside, 1 + sharing, path, findings)
    for location, cage in file.customer.colocations.items():
        here = [address for addresses in cage.hosts.values() for address in addresses]
        for number, network in enumerate(cage.networks if here else ()):
            _has_room(network, here, 1, ("customer", "colocations", location, "networks", number), findings)
    services = file.aws.public_services
    for name, service in services.items():
        together: list[IPAddress] = [s.address for s in services.values() if s.prefix == service.prefix]
        _has_room(service.prefix, together, 1, ("aws", "public_services", name, "prefix"), findings)
    for name, other in file.other_customers.items():
        _has_room(other.network, [other.host], 1, ("other_customers", name, "network"), findings)


def _has_room(network: IPNetwork, hosts: Iterable[IPAddress], routers: int, path: KeyPath, findings: Findings) -> None:
    taken = len({address for address in hosts if address.version == network.version and address in network})
    if network.num_addresses - 2 >= taken + routers:
        return
    problem = f"{network} has no room for {routers} address{'es' if routers > 1 else ''} of its router"
    findings.add(path, "DX-T009", f"{problem}{'s' if routers > 1 else ''}", "Use a larger network, for example a /24.")
