"""The prefixes that somebody may announce in a design: the customer's, and AWS's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from itertools import islice

from dxemu.aws.addresses import SYNTHETIC_LENGTH, SYNTHETIC_RANGE
from dxemu.topology.check.cages import router_entries
from dxemu.topology.file import TopologyFile
from dxemu.units import IPNetwork


def announced_by_the_customer(file: TopologyFile) -> Iterator[IPNetwork]:
    """The customer's networks, and what is announced beside or in place of them."""
    yield from networks(file)
    yield from originated(file)
    for vif in file.virtual_interfaces.values():
        yield from vif.customer.announce or ()
    for vpn in file.vpns.values():
        yield from vpn.customer.announce or ()


def networks(file: TopologyFile) -> Iterator[IPNetwork]:
    """The networks of the customer's sites."""
    home = file.customer.data_center
    yield from (*home.networks, *home.public_networks)
    for cage in file.customer.colocations.values():
        yield from cage.networks


def originated(file: TopologyFile) -> Iterator[IPNetwork]:
    """What routers announce though nobody told them."""
    for _, entry, _ in router_entries(file):
        yield from _networks(entry.announcements)


def announced_by_aws(file: TopologyFile) -> Iterator[IPNetwork]:
    """The networks of VPCs, what gateways are allowed and have as static routes, and public services."""
    aws = file.aws
    for vpc in aws.vpcs.values():
        yield from vpc.cidrs
    for dxgw in aws.direct_connect_gateways.values():
        for association in dxgw.associations.values():
            yield from association.allowed_prefixes or ()
    for tgw in aws.transit_gateways.values():
        yield from tgw.cidr_blocks
        for table in tgw.route_tables.values():
            yield from _networks(table.static_routes)
    for service in aws.public_services.values():
        yield service.prefix
    yield from islice(SYNTHETIC_RANGE.subnets(new_prefix=SYNTHETIC_LENGTH), aws.public_prefix_count)


def _networks(texts: Iterable[str]) -> Iterator[IPNetwork]:
    for text in texts:
        try:
            yield ip_network(text)
        except ValueError:
            continue
