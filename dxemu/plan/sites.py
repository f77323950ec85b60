"""The customer's sites: the data centre, and every colocation with networks of its own. Circuits join them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxemu.topology.model import Host, Topology
from dxemu.units import Asn, IPNetwork

DATA_CENTER = "data center"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Networks and hosts at one place, on the first of its routers."""

    place: str
    routers: tuple[str, ...]
    networks: tuple[IPNetwork, ...]
    hosts: tuple[Host, ...]


def sites(topology: Topology) -> Iterator[Site]:
    """The data centre, then the colocations that have networks."""
    customer = topology.customer
    home = customer.data_center
    yield Site(place=DATA_CENTER, routers=home.routers, networks=home.networks, hosts=home.hosts)
    for cage in customer.colocations:
        if cage.networks:
            yield Site(place=cage.location, routers=cage.routers, networks=cage.networks, hosts=cage.hosts)


def asn_of(topology: Topology, router: str) -> Asn:
    """The ASN of one of the customer's routers."""
    of_site = (cage.asn for cage in topology.customer.colocations if router in cage.routers)
    return next((asn for asn in of_site if asn is not None), topology.customer.asn)


def networks_behind(topology: Topology, router: str) -> tuple[IPNetwork, ...]:
    """What `router` announces to AWS: the private networks of every site that it is at, or that circuits lead to."""
    joined = {router}
    ends = [(circuit.from_router, circuit.to) for circuit in topology.customer.circuits]
    while more := {end for pair in ends for end in pair if joined & set(pair)} - joined:
        joined |= more
    found = (site.networks for site in sites(topology) if joined & set(site.routers))
    return tuple(network for networks in found for network in networks)
