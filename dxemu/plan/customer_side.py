"""The customer's side of a plan: data centre, routers, circuits between them with BGP, lines to the Internet."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from dxemu.aws.direct_connect_gateway import within
from dxemu.aws.timers import RESTART_TIME
from dxemu.plan.addressing import Links, Peers
from dxemu.plan.backbone import speed
from dxemu.plan.draft import Draft
from dxemu.plan.model import (
    AT_ONCE,
    BfdSession,
    BgpSession,
    Cable,
    CableRole,
    CarrierDelay,
    Role,
    SessionEnd,
    Side,
    Speaker,
)
from dxemu.plan.segment import Segment, add_segment
from dxemu.plan.sites import DATA_CENTER, Site, asn_of, sites
from dxemu.plan.vrrp_lan import add_vrrp_lan
from dxemu.topology.model import Circuit, Topology
from dxemu.topology.model_routing import GracefulRestartMode, RouterSettings
from dxemu.units import BitsPerSecond, IPNetwork, Seconds

LAN_BANDWIDTH = BitsPerSecond(100 * 10**9)
LAN_DELAY = Seconds(50e-6)
LAN_SWITCH = "lan_switch"

CIRCUIT_MTU = 9100
"""MTU of everything between the customer's router and the AWS device: a jumbo packet and its VLAN tag fit."""


def customer_routers(topology: Topology) -> tuple[str, ...]:
    """The customer's routers, the data centre's first. The hosts hang on the first one."""
    cages = topology.customer.colocations
    return (*topology.customer.data_center.routers, *(router for cage in cages for router in cage.routers))


def is_layer2_extension(circuit: Circuit, topology: Topology) -> bool:
    """Whether `circuit` ends at a connection instead of a router."""
    return circuit.to not in customer_routers(topology)


def add_customer_nodes(draft: Draft) -> None:
    """The hosts and routers, and the switch between them where several routers share the hosts' gateway."""
    customer = draft.topology.customer
    for host in customer.data_center.hosts:
        draft.node(host.name, Role.HOST, Side.CUSTOMER, DATA_CENTER)
    if customer.data_center.vrrp is not None:
        draft.node(LAN_SWITCH, Role.SWITCH, Side.CUSTOMER, DATA_CENTER)
    waits = {
        settings.router: CarrierDelay(down=settings.carrier_delay, up=settings.carrier_delay_up)
        for settings in customer.router_settings
    }
    for router in customer.data_center.routers:
        draft.node(router, Role.ROUTER, Side.CUSTOMER, DATA_CENTER, waits.get(router, AT_ONCE))
    for cage in customer.colocations:
        for host in cage.hosts:
            draft.node(host.name, Role.HOST, Side.CUSTOMER, cage.location)
        for router in cage.routers:
            draft.node(router, Role.ROUTER, Side.CUSTOMER, cage.location, waits.get(router, AT_ONCE))


def add_lans(draft: Draft) -> None:
    """The hosts of each site on its first router, with frames as long as the longest of any virtual interface.

    A LAN is as fast as AWS's backbone, so that what a connection carries can be measured.
    """
    topology = draft.topology
    vrrp = topology.customer.data_center.vrrp
    for site in sites(topology):
        home = site.place == DATA_CENTER
        segment = Segment(
            name="lan",
            router=site.routers[0],
            hosts=site.hosts,
            avoid=tuple(cidr for vpc in topology.aws.vpcs for cidr in vpc.cidrs),
            networks=(*_with_addresses(site, topology), *(_public_networks_with_hosts(topology) if home else ())),
            role=CableRole.LAN,
            bandwidth=BitsPerSecond(max(LAN_BANDWIDTH, speed(topology))),
            delay=LAN_DELAY,
            mtu=max((max(vif.mtu, vif.customer_end.mtu or 0) for vif in topology.virtual_interfaces), default=1500),
        )
        if home and vrrp is not None:
            add_vrrp_lan(draft, segment, vrrp, LAN_SWITCH)
        else:
            add_segment(draft, segment)


def _with_addresses(site: Site, topology: Topology) -> Iterator[IPNetwork]:
    """The networks on a LAN: not a summary of networks that are elsewhere, around a VPC and without a host."""
    inside = [address for host in site.hosts for address in host.addresses]
    cidrs = [cidr for vpc in topology.aws.vpcs for cidr in vpc.cidrs]
    for network in site.networks:
        around = any(within(cidr, network) for cidr in cidrs)
        if not around or any(a.version == network.version and a in network for a in inside):
            yield network


def _public_networks_with_hosts(topology: Topology) -> tuple[IPNetwork, ...]:
    data_center = topology.customer.data_center
    addresses = [address for host in data_center.hosts for address in host.addresses]
    return tuple(
        network
        for network in data_center.public_networks
        if any(address.version == network.version and address in network for address in addresses)
    )


def add_speakers(draft: Draft) -> None:
    """Every router of the customer. Those that the hosts hang on announce the data centre's networks.

    Its public networks are announced by the same routers, and narrowed to the virtual interfaces that want them.
    """
    topology = draft.topology
    routers = customer_routers(topology)
    data_center = topology.customer.data_center
    originates = {site.routers[0]: site.networks for site in sites(topology)}
    for router in data_center.routers if data_center.vrrp is not None else routers[:1]:
        originates[router] = _announced(topology)
    for router in routers:
        draft.speakers.append(
            Speaker(
                name=router,
                node=router,
                side=Side.CUSTOMER,
                asn=asn_of(topology, router),
                router_id=draft.router_ids.of(router)[0],
                originates=originates.get(router, ()),
                maximum_paths=settings_of(topology, router).maximum_paths,
            )
        )


def _announced(topology: Topology) -> tuple[IPNetwork, ...]:
    """The data center's networks, and what else any virtual interface or VPN is to announce: parts, aggregates."""
    data_center = topology.customer.data_center
    policies = [vif.customer for vif in topology.virtual_interfaces] + [vpn.customer for vpn in topology.vpns]
    further = (prefix for policy in policies for prefix in policy.announce or ())
    return tuple(dict.fromkeys((*data_center.networks, *data_center.public_networks, *further)))


def has_ipv6(topology: Topology) -> bool:
    """Whether one of the customer's sites has an IPv6 network."""
    return any(network.version == 6 for site in sites(topology) for network in site.networks)  # noqa: PLR2004


def add_circuits(draft: Draft, links: Links) -> None:
    """The circuits between the customer's routers, and a BGP session of each IP version over each."""
    for circuit in draft.topology.customer.circuits:
        if is_layer2_extension(circuit, draft.topology):
            continue
        name = draft.circuit_cables[circuit.name]
        cable = draft.cable(
            name,
            CableRole.CIRCUIT,
            (circuit.from_router, name),
            (circuit.to, name),
            bandwidth=circuit.bandwidth,
            delay=circuit.delay,
            mtu=CIRCUIT_MTU,
            carrier=circuit.carrier,
        )
        for peers in links.of(cable.name, ipv6=has_ipv6(draft.topology)):
            for port, address in zip((cable.a, cable.b), peers, strict=True):
                draft.address(port.node, port.name, address)
            draft.sessions.append(_circuit_session(draft, cable, peers, circuit))


def settings_of(topology: Topology, router: str) -> RouterSettings:
    """What the file says of a router's configuration; the defaults where it says nothing."""
    said = (own for own in topology.customer.router_settings if own.router == router)
    return next(said, RouterSettings(router=router))


def _cluster_id(draft: Draft, own: RouterSettings) -> IPv4Address | None:
    """The cluster of a route reflector (RFC 4456 section 7); None if a router is none."""
    if not own.route_reflector_clients:
        return None
    return own.cluster_id or next(known.router_id for known in draft.speakers if known.name == own.router)


def _circuit_session(draft: Draft, cable: Cable, peers: Peers, circuit: Circuit) -> BgpSession:
    """The session of the routers at the ends of `cable`: iBGP, unless their sites have ASNs of their own.

    What one router has let in from outside with the own ASN in it, the others let in, too. Graceful restart is a
    setting of whole routers: they have it among themselves if any of their virtual interfaces has.
    """
    graceful = any(v.graceful_restart is not GracefulRestartMode.OFF for v in draft.topology.virtual_interfaces)
    restart_time = RESTART_TIME if graceful else None
    policies = dict(circuit.policies)
    internal = asn_of(draft.topology, cable.a.node) == asn_of(draft.topology, cable.b.node)
    asked = circuit.bfd
    bfd = None if asked is None else BfdSession(interval=asked.interval, detect_mult=asked.detect_mult)

    def end(index: int) -> SessionEnd:
        port, other = (cable.a, cable.b)[index], (cable.a, cable.b)[1 - index]
        own = settings_of(draft.topology, port.node)
        return SessionEnd(
            speaker=port.node,
            node=port.node,
            interface=port.name,
            port=port.name,
            address=peers[index].ip,
            asn=asn_of(draft.topology, port.node),
            passive=index == 1,
            graceful_restart=restart_time,
            policies=policies.get(port.node, ()),
            bfd=bfd,
            hold_time=circuit.hold_time,
            cost=circuit.cost,
            client=other.node in own.route_reflector_clients,
            cluster_id=_cluster_id(draft, own) if internal else None,
            allow_as_in=max((vif.customer.allow_as_in for vif in draft.topology.virtual_interfaces), default=0),
        )

    version = "_ipv6" if peers[0].version == 6 else ""  # noqa: PLR2004
    return BgpSession(
        name=draft.session_name(f"{cable.a.node}-{cable.name}-{cable.b.node}{version}", "session"),
        virtual_interface=None,
        connection=None,
        ends=(end(0), end(1)),
        hold_time=circuit.hold_time,
        keepalive=circuit.keepalive,
        auth_key=None,
        cables=(cable.name,),
    )
