"""AWS's public side: a node for each Region's public services and VPN endpoints, other customers, the Internet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE
from dxemu.plan.addressing import Links, gateway_address
from dxemu.plan.backbone import REGION_DELAY, BackboneLink, add_hop, attachment, delay_between, region_delay, speed
from dxemu.plan.connections import CROSS_CONNECT_DELAY, device_nodes
from dxemu.plan.customer_side import CIRCUIT_MTU
from dxemu.plan.draft import EVERYTHING, Draft
from dxemu.plan.edge import PUBLIC, Edge, EdgeKey
from dxemu.plan.model import (
    AttachmentKind,
    BgpSession,
    Cable,
    CableRole,
    Gateway,
    GatewayKind,
    Role,
    Service,
    SessionEnd,
    Side,
    SourceFilter,
    Speaker,
)
from dxemu.plan.names import auth_key
from dxemu.plan.segment import Segment, add_segment
from dxemu.plan.vpn_outside import public_endpoints
from dxemu.topology.model import Host, OtherCustomer, Topology
from dxemu.topology.model_aws import PublicService
from dxemu.units import BitsPerSecond, IPInterface, Seconds, VlanId

INTERNET = "internet"
INTERNET_PLACE = "Internet"
INTERNET_MTU = 1500
LINE_LENGTH = 29
OTHER_BANDWIDTH = BitsPerSecond(10**9)
OTHER_VLAN = VlanId(3999)


def public_node(region: str) -> str:
    """The node of a Region's public network: `amazon_us_east_1`."""
    return f"amazon_{region.replace('-', '_')}"


def public_regions(topology: Topology) -> tuple[str, ...]:
    """Regions with something public in this topology: services, the endpoints of VPNs. Lines lead to the file's own."""
    regions = [service.region for service in topology.aws.public_services]
    if has_internet(topology):
        regions.insert(0, topology.aws.region)
    regions = [*public_endpoints(topology).values(), *regions]
    return tuple(dict.fromkeys(regions))


def has_internet(topology: Topology) -> bool:
    """Whether the topology has an Internet at all."""
    return bool(topology.customer.internet or topology.aws.internet_hosts)


def add_public_nodes(draft: Draft) -> None:
    """Regions, services, the Internet with its hosts, other customers."""
    topology = draft.topology
    for region in public_regions(topology):
        draft.node(public_node(region), Role.GATEWAY, Side.AWS, region)
    for service in topology.aws.public_services:
        draft.node(service.name, Role.SERVICE, Side.AWS, service.region)
    if has_internet(topology):
        draft.node(INTERNET, Role.INTERNET, Side.CARRIER, INTERNET_PLACE)
    for host in topology.aws.internet_hosts:
        draft.node(host.name, Role.SERVICE, Side.CARRIER, INTERNET_PLACE)
    for other in topology.other_customers:
        draft.node(other.name, Role.ROUTER, Side.CARRIER, other.location)
        draft.node(other.host.name, Role.SERVICE, Side.CARRIER, other.location)


def add_public_regions(draft: Draft, edges: Iterable[Edge], links: Links) -> None:
    """Each Region's public network with its links to the edges of public virtual interfaces, and its services."""
    topology = draft.topology
    public = [edge for edge in edges if edge.gateway == PUBLIC]
    for region in public_regions(topology):
        node = public_node(region)
        prefixes = _prefixes(topology, region)
        attachments = []
        for edge in public:
            delay = delay_between(topology, draft.nodes[edge.device].place, region)
            hop = add_hop(draft, links, edge.device, node, delay, mtu=CIRCUIT_MTU, **edge.hop_names(node))
            edge.gateway_interfaces.append(hop.cable.a.name)
            edge.prefixes += [(prefix, hop.far_of(4)) for prefix in prefixes]
            attachments.append(attachment(hop, AttachmentKind.DIRECT_CONNECT, edge.name))
        _add_services(draft, node, [s for s in topology.aws.public_services if s.region == region])
        draft.gateways.append(
            Gateway(
                node=node,
                kind=GatewayKind.PUBLIC,
                asn=PUBLIC_VIF_AMAZON_SIDE,
                prefixes=prefixes,
                route_propagation=True,
                attachments=tuple(attachments),
            )
        )


def _prefixes(topology: Topology, region: str) -> tuple[IPv4Network, ...]:
    own = [service.prefix for service in topology.aws.public_services if service.region == region]
    own += [prefix for prefix, of in public_endpoints(topology).items() if of == region]
    return tuple(dict.fromkeys(own))


def _add_services(draft: Draft, node: str, services: list[PublicService]) -> None:
    for prefix in dict.fromkeys(service.prefix for service in services):
        together = [service for service in services if service.prefix == prefix]
        _public_hosts(draft, node, [Host(name=s.name, addresses=(s.address,)) for s in together], prefix)
    for service in services:
        text = str(service.address) if service.kind == "route53" else f"{service.kind} of {service.region}"
        draft.services.append(Service(node=service.name, kind=service.kind, text=text))


def _public_hosts(draft: Draft, node: str, hosts: list[Host], prefix: IPv4Network) -> None:
    add_segment(
        draft,
        Segment(
            name=f"net_{prefix.network_address}",
            router=node,
            hosts=hosts,
            networks=(prefix,),
            role=CableRole.VPC,
            bandwidth=speed(draft.topology),
            delay=Seconds(50e-6),
            mtu=INTERNET_MTU,
        ),
    )


def add_internet(draft: Draft, links: Links) -> Mapping[str, str]:
    """The Internet between the customer's lines and AWS's Regions; gives the cable of each router's line, by router.

    The Internet knows Amazon's prefixes and the addresses of the lines, and no other network of the customer's.
    """
    topology = draft.topology
    if not has_internet(topology):
        return {}
    for region in public_regions(topology):
        delay = Seconds(REGION_DELAY + region_delay(topology, topology.aws.region, region))
        hop = add_hop(draft, links, INTERNET, public_node(region), delay, mtu=INTERNET_MTU, role=CableRole.INTERNET)
        for prefix in _prefixes(topology, region):
            draft.static_route(INTERNET, prefix, hop.far_of(4))
        draft.static_route(public_node(region), EVERYTHING[4], hop.near_of(4))
    for host in topology.aws.internet_hosts:
        address = host.addresses[0]
        assert isinstance(address, IPv4Address)
        _public_hosts(draft, INTERNET, [host], IPv4Network((address, LINE_LENGTH), strict=False))
        draft.services.append(Service(node=host.name, kind="s3", text=f"{host.name} on the Internet"))
    return {line.router: _add_line(draft, line.router) for line in topology.customer.internet}


def _add_line(draft: Draft, router: str) -> str:
    """A router's line to the Internet, with its default route."""
    line = next(line for line in draft.topology.customer.internet if line.router == router)
    address = IPv4Interface((line.address, LINE_LENGTH))
    far = gateway_address(address.network, (line.address,))
    cable = draft.cable(
        draft.cable_name(f"internet_{router}", "line"),
        CableRole.INTERNET,
        (router, INTERNET),
        (INTERNET, router),
        bandwidth=line.bandwidth,
        delay=line.delay,
        mtu=INTERNET_MTU,
    )
    draft.address(router, cable.a.name, address)
    draft.address(INTERNET, cable.b.name, far)
    draft.static_route(router, EVERYTHING[4], far.ip)
    return cable.name


def add_other_customers(draft: Draft, edges: Mapping[EdgeKey, Edge], links: Links) -> None:
    """Other customers, each with a connection and a public virtual interface."""
    for other in draft.topology.other_customers:
        device = device_nodes(draft.topology)[other.location, other.device]
        _add_other(draft, other, edges[device, PUBLIC, ""], links)


def _add_other(draft: Draft, other: OtherCustomer, edge: Edge, links: Links) -> None:
    cable = draft.cable(
        draft.cable_name(other.name, "connection"),
        CableRole.CROSS_CONNECT,
        (other.name, "dx"),
        (edge.device, other.name),
        bandwidth=OTHER_BANDWIDTH,
        delay=CROSS_CONNECT_DELAY,
        mtu=CIRCUIT_MTU,
    )
    interfaces = [draft.vlan(port.node, port.name, OTHER_VLAN, INTERNET_MTU) for port in (cable.a, cable.b)]
    (peers,) = links.of(cable.name, ipv6=False)
    for port, interface, address in zip((cable.a, cable.b), interfaces, peers, strict=True):
        draft.address(port.node, interface, address)
    edge.customer_interfaces.append(interfaces[1])
    draft.source_filters.append(SourceFilter(node=edge.device, interface=interfaces[1]))
    _public_hosts(draft, other.name, [other.host], other.network)
    draft.services.append(Service(node=other.host.name, kind="s3", text=f"{other.name}, another customer"))
    draft.speakers.append(
        Speaker(
            name=other.name,
            node=other.name,
            side=Side.CARRIER,
            asn=other.asn,
            router_id=draft.router_ids.of(other.name)[0],
            originates=(other.network,),
        )
    )
    draft.sessions.append(_others_session(draft, other, edge, cable, tuple(zip(interfaces, peers, strict=True))))


def _others_session(
    draft: Draft, other: OtherCustomer, edge: Edge, cable: Cable, ends: tuple[tuple[str, IPInterface], ...]
) -> BgpSession:
    """`ends` are interface and address of the other customer's router, and of AWS's device."""

    def end(index: int, speaker: str) -> SessionEnd:
        port, (interface, address) = (cable.a, cable.b)[index], ends[index]
        return SessionEnd(
            speaker=speaker,
            node=port.node,
            interface=interface,
            port=port.name,
            address=address.ip,
            asn=PUBLIC_VIF_AMAZON_SIDE if index else other.asn,
            passive=index == 1,
            announces=None if index else (other.network,),
            export_prepend=2 if index else 0,
        )

    name = draft.session_name(other.name, "session")
    return BgpSession(
        name=name,
        virtual_interface=None,
        connection=None,
        ends=(end(0, other.name), end(1, edge.name)),
        hold_time=Seconds(90),
        keepalive=Seconds(30),
        auth_key=auth_key(draft.topology.name, name),
        cables=(cable.name,),
        route_filter_prefixes=(other.network,),
    )


def hop_to_region(draft: Draft, links: Links, node: str, region: str) -> BackboneLink:
    """A cable from one of AWS's nodes to its Region's public network."""
    far, name = public_node(region), f"backbone_{node}_underlay"
    return add_hop(draft, links, node, far, REGION_DELAY, near_name="underlay", mtu=CIRCUIT_MTU, name=name)
