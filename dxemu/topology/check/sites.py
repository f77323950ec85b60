"""The customer's sites: the data center, and every cage with networks of its own. Circuits may join them."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.topology.check.ports import members
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.marks import KeyPath
from dxemu.units import IPNetwork


def asn_of(file: TopologyFile, router: str) -> tuple[int, KeyPath]:
    """The ASN of one of the customer's routers and where it was chosen: at its cage, or for the customer as a whole."""
    for location, cage in file.customer.colocations.items():
        if router in cage.routers and cage.asn is not None:
            return cage.asn, ("customer", "colocations", location, "asn")
    return file.customer.asn, ("customer", "asn")


def asn_at(file: TopologyFile, vif: VirtualInterfaceEntry) -> tuple[int, KeyPath]:
    """The ASN of the router at the customer's end of a virtual interface that gives none itself."""
    ports = members(file, vif.connection)
    return asn_of(file, next((port.router for port in ports.values()), ""))


def reached_from(file: TopologyFile, start: set[str]) -> set[str]:
    """All that circuits join to `start`, directly or over other routers; `start` too."""
    joined = set(start)
    while more := {
        end
        for circuit in file.customer.circuits.values()
        for end, other in ((circuit.to, circuit.from_router), (circuit.from_router, circuit.to))
        if other in joined and end not in joined
    }:
        joined |= more
    return joined


def networks_behind(file: TopologyFile, router: str) -> list[IPNetwork]:
    """The private networks of all sites that `router` is at or joined to."""
    joined = reached_from(file, {router})
    data_center = file.customer.data_center
    found = list(data_center.networks) if joined & set(data_center.routers) else []
    for cage in file.customer.colocations.values():
        if joined & set(cage.routers):
            found += cage.networks
    return found


def sites(file: TopologyFile) -> Iterator[tuple[str, list[IPNetwork], KeyPath]]:
    """What is to be called whose, its private networks, and the path of what they are in."""
    yield "the data center", list(file.customer.data_center.networks), ("customer", "data_center")
    for location, cage in file.customer.colocations.items():
        yield f"the site at {location}", list(cage.networks), ("customer", "colocations", location)
