"""A topology file without mistakes -> Topology."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network

from dxemu.aws.quotas import ROUTES_PRIVATE
from dxemu.aws.speeds import DEDICATED
from dxemu.topology.built_aws import aws
from dxemu.topology.built_ends import customer_end
from dxemu.topology.built_policy import policies, policy
from dxemu.topology.built_vpn import vpn
from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.sites import asn_at
from dxemu.topology.file import ConnectionEntry, TopologyFile
from dxemu.topology.file_customer import DISCARD, DataCenterEntry, RouterEntry
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.marks import Marks
from dxemu.topology.model import (
    Circuit,
    Colocation,
    Connection,
    Customer,
    DataCenter,
    Host,
    InternetAccess,
    Lag,
    OtherCustomer,
    Topology,
    VifType,
    VirtualInterface,
    Vrrp,
)
from dxemu.topology.model_routing import RouterAnnouncement, RouterSettings
from dxemu.units import Asn, BitsPerSecond, IPAddress, Seconds, VlanId


def built(file: TopologyFile, name: str, marks: Marks) -> Topology:
    """The topology of a file in which no rule found anything wrong."""
    return Topology(
        name=name,
        story=file.story,
        customer=_customer(file),
        other_customers=tuple(
            OtherCustomer(
                name=key,
                asn=Asn(c.asn),
                location=c.location,
                device=c.device,
                network=c.network,
                host=Host(name=f"{key}_host", addresses=(c.host,)),
            )
            for key, c in file.other_customers.items()
        ),
        aws=aws(file.aws),
        connections=tuple(_connection(key, c) for key, c in file.connections.items()),
        lags=tuple(
            Lag(
                name=key,
                minimum_links=lag.minimum_links,
                lacp_fast=lag.lacp_timeout == "short",
                customer_lacp=lag.customer.lacp,
            )
            for key, lag in file.lags.items()
        ),
        virtual_interfaces=tuple(_virtual_interface(key, vif, file) for key, vif in file.virtual_interfaces.items()),
        vpns=tuple(vpn(key, entry, policy(entry.customer)) for key, entry in file.vpns.items()),
        marks=marks,
    )


def keepalive(written: Seconds | None, hold_time: Seconds) -> Seconds:
    """What is written, else a third of the hold time in whole seconds."""
    return Seconds(math.floor(hold_time / 3)) if written is None else written


def hosts(named: Mapping[str, Iterable[IPAddress]]) -> tuple[Host, ...]:
    """Hosts by name with their addresses."""
    return tuple(Host(name=name, addresses=tuple(addresses)) for name, addresses in named.items())


def _customer(file: TopologyFile) -> Customer:
    customer = file.customer
    return Customer(
        asn=Asn(customer.asn),
        data_center=_data_center(customer.data_center),
        colocations=tuple(_colocations(file)),
        circuits=tuple(
            Circuit(
                name=key,
                from_router=c.from_router,
                to=c.to,
                bandwidth=c.bandwidth,
                delay=c.delay,
                carrier=c.carrier,
                bfd=c.bfd,
                hold_time=c.hold_time,
                keepalive=keepalive(c.keepalive, c.hold_time),
                cost=c.cost,
                policies=tuple((router, policies(entries)) for router, entries in c.policies.items()),
            )
            for key, c in customer.circuits.items()
        ),
        internet=tuple(
            InternetAccess(router=key, address=line.address, bandwidth=line.bandwidth, delay=line.delay)
            for key, line in customer.internet.items()
        ),
        router_settings=tuple(_router(name, entry) for name, entry, _ in router_entries(file)),
    )


def _router(name: str, entry: RouterEntry) -> RouterSettings:
    return RouterSettings(
        router=name,
        static_routes=tuple(
            (ip_network(prefix), None if to == DISCARD else to) for prefix, to in entry.static_routes.items()
        ),
        maximum_paths=entry.maximum_paths,
        carrier_delay=entry.carrier_delay,
        carrier_delay_up=entry.carrier_delay_up,
        route_reflector_clients=tuple(entry.route_reflector_clients or ()),
        cluster_id=entry.cluster_id,
        announcements=tuple(
            (ip_network(prefix), RouterAnnouncement(how)) for prefix, how in entry.announcements.items()
        ),
    )


def _colocations(file: TopologyFile) -> Iterator[Colocation]:
    cage = file.customer.colocation
    if cage is not None:
        yield Colocation(location=cage.location, routers=tuple(cage.routers))
    for location, site in file.customer.colocations.items():
        yield Colocation(
            location=location,
            routers=tuple(site.routers),
            asn=None if site.asn is None else Asn(site.asn),
            networks=tuple(site.networks),
            hosts=hosts(site.hosts),
        )
    if cage is None and not file.customer.colocations:
        for location in dict.fromkeys(connection.location for connection in file.connections.values()):
            yield Colocation(location=location, routers=())


def _data_center(entry: DataCenterEntry) -> DataCenter:
    priorities = {
        name: router.vrrp_priority for name, router in entry.routers.items() if router.vrrp_priority is not None
    }
    return DataCenter(
        networks=tuple(entry.networks),
        public_networks=tuple(entry.public_networks),
        hosts=hosts(entry.hosts),
        routers=tuple(entry.routers),
        vrrp=Vrrp(priorities=priorities, advertisement_interval=entry.vrrp_advertisement_interval)
        if priorities
        else None,
    )


def _connection(name: str, c: ConnectionEntry) -> Connection:
    return Connection(
        name=name,
        location=c.location,
        device=c.device,
        router=c.router,
        bandwidth=c.bandwidth,
        lag=c.lag,
        hosted=c.hosted,
        interconnect=c.interconnect or (_smallest_port(c.bandwidth) if c.hosted else None),
        owner_account=c.owner_account,
        carrier_delay=c.customer.carrier_delay,
        carrier_delay_up=c.customer.carrier_delay_up,
    )


def _smallest_port(bandwidth: BitsPerSecond) -> BitsPerSecond:
    """The slowest dedicated port that a hosted connection fits into."""
    return next(port for port in DEDICATED if port >= bandwidth)


def _virtual_interface(name: str, vif: VirtualInterfaceEntry, file: TopologyFile) -> VirtualInterface:
    asn = asn_at(file, vif)[0] if vif.asn is None else vif.asn
    return VirtualInterface(
        name=name,
        type=VifType(vif.type),
        connection=vif.connection,
        vlan=VlanId(vif.vlan),
        gateway=vif.gateway,
        asn=Asn(asn),
        amazon_address=vif.amazon_address,
        customer_address=vif.customer_address,
        ipv6=vif.ipv6,
        auth_key=vif.auth_key,
        bfd=vif.bfd,
        hold_time=vif.hold_time,
        keepalive=keepalive(vif.keepalive, vif.hold_time),
        graceful_restart=vif.graceful_restart,
        mtu=vif.mtu,
        route_filter_prefixes=tuple(vif.route_filter_prefixes),
        owner_account=vif.owner_account,
        confirmed=vif.confirmed,
        site_link=vif.site_link,
        customer=policy(vif.customer),
        customer_end=customer_end(file, vif, asn),
        amazon_enabled=vif.amazon.enabled,
        prefix_pool_allocated_count_ipv4=_allocated(vif.prefix_pool_allocated_count_ipv4),
        prefix_pool_allocated_count_ipv6=_allocated(vif.prefix_pool_allocated_count_ipv6),
    )


def _allocated(count: int | None) -> int:
    return ROUTES_PRIVATE.most if count is None else count
