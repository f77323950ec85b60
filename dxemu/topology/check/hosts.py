"""Hosts and instances: an address inside their network, that nobody else has."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import IPAddress, IPNetwork

AWS_FIRST_FREE = 4
CUSTOMER_FIRST_FREE = 2
USUAL_HOST = 10


def _hosts(file: TopologyFile) -> Iterator[tuple[str, IPAddress, KeyPath, list[IPNetwork], int]]:
    """What, address, path, the networks it may be in, and how many addresses at their start are taken."""
    data_center = file.customer.data_center
    networks = [*data_center.networks, *data_center.public_networks]
    for name, addresses in data_center.hosts.items():
        path: KeyPath = ("customer", "data_center", "hosts", name)
        for address in addresses:
            yield f"host '{name}'", address, path, networks, CUSTOMER_FIRST_FREE
    for vpc_name, vpc in file.aws.vpcs.items():
        cidrs: list[IPNetwork] = [vpc.cidr] if vpc.ipv6_cidr is None else [vpc.cidr, vpc.ipv6_cidr]
        for name, addresses in vpc.instances.items():
            path = ("aws", "vpcs", vpc_name, "instances", name)
            for address in addresses:
                yield f"instance '{name}'", address, path, cidrs, AWS_FIRST_FREE


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T008: outside its network. DX-T009: an address that its network keeps. DX-T010: an address twice."""
    seen: dict[IPAddress, tuple[str, KeyPath]] = {}
    for what, address, path, networks, first_free in _hosts(file):
        home = next((n for n in networks if n.version == address.version and address in n), None)
        if home is None:
            places = ", ".join(str(network) for network in networks)
            place = "the data center's networks" if what.startswith("host") else "its VPC"
            remedy = f"Use an address of {places}."
            findings.add(path, "DX-T008", f"{what} at {address} is outside {place}", remedy)
        else:
            _kept(what, address, path, home, first_free, findings)
        if address in seen:
            other, other_path = seen[address]
            problem = f"{what} has the address {address} of {other} at {findings.line(other_path, path)}"
            findings.add(path, "DX-T010", problem, "Give one of them another address.")
        seen.setdefault(address, (what, path))


def _kept(what: str, address: IPAddress, path: KeyPath, home: IPNetwork, first_free: int, findings: Findings) -> None:
    offset = int(address) - int(home.network_address)
    if first_free <= offset < home.num_addresses - 1:
        return
    if first_free == AWS_FIRST_FREE:
        why = "AWS keeps the first four addresses of a subnet and the last one"
    else:
        why = "The first address is the network, the second its router, the last one the broadcast"
    free = home.network_address + (USUAL_HOST if home.num_addresses > 2 * USUAL_HOST else first_free)
    findings.add(path, "DX-T009", f"{what} cannot have {address} in {home}", f"{why}. Use for example {free}.")
