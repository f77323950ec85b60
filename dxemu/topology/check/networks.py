"""Networks must not overlap: a packet has one place to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from dxemu.aws.addresses import OWN_ADDRESSES, SYNTHETIC_RANGE, VPN_ENDPOINTS
from dxemu.aws.gateways import VPC_IPV6_LENGTHS, VPC_LENGTHS
from dxemu.aws.quotas import VPC_CIDRS
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.sites import sites
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import IPAddress, IPNetwork

RESERVED = (
    (OWN_ADDRESSES, "which dxemu uses between routers, and between AWS's devices and gateways"),
    (IPv4Network("127.0.0.0/8"), "which never leaves a host (RFC 1122)"),
    (IPv4Network("169.254.0.0/16"), "which is link-local: AWS takes peer addresses from it"),
    (IPv4Network("224.0.0.0/4"), "which is multicast"),
    (IPv6Network("fd00:64::/64"), "which dxemu uses between the customer's routers"),
    (IPv6Network("fd00:65::/64"), "which dxemu uses between AWS's devices and gateways"),
    (IPv6Network("2001:db8:dc::/64"), "which dxemu takes IPv6 peer addresses from, in AWS's place"),
    (IPv6Network("::/127"), "which never leaves a host (RFC 4291)"),
    (IPv6Network("fe80::/10"), "which is link-local (RFC 4291)"),
    (IPv6Network("ff00::/8"), "which is multicast (RFC 4291)"),
)
LINK_LOCAL = RESERVED[2]
LINE_LENGTH = 29
IPV4 = 4
SHORTEST_VPC, LONGEST_VPC = VPC_LENGTHS

Named = tuple[str, IPNetwork, KeyPath]

PARAGRAPHS = {
    "DX-T007": """\
Two networks have addresses in common, so a router could not tell where a packet belongs. Compared
are the data center's networks, the VPCs, transit gateways' CIDR blocks, the subnets of the
virtual interfaces' peers (which may be of the data center's own networks, away from machines),
and everything public: prefixes of services and of other customers, and the /29 that dxemu gives
each line to the Internet. AWS refuses VPCs that overlap behind one Direct Connect gateway.
198.19.0.0/16, fd00:64::/64, fd00:65::/64 and 2001:db8:dc::/64 are kept as well: dxemu numbers
circuits, AWS's own side and IPv6 peers with them, as AWS does not publish how it does that;
192.0.2.128/25 is kept where there are public VPNs. Loopback, link-local and multicast networks
cannot be announced.""",
    "DX-T028": """\
AWS takes a /16 to a /28 as a CIDR of a VPC, 5 of them, and a /44, /48, /52, /56 or /60 as its IPv6
network. Source: VPC User Guide, VPC CIDR blocks.""",
}


def _private(file: TopologyFile) -> Iterator[Named]:
    for whose, networks, path in sites(file):
        for number, network in enumerate(networks):
            yield f"network {network} of {whose}", network, (*path, "networks", number)
    for name, vpc in file.aws.vpcs.items():
        yield f"network {vpc.cidr} of VPC '{name}'", vpc.cidr, ("aws", "vpcs", name, "cidr")
        for number, cidr in enumerate(vpc.secondary_cidrs):
            yield f"network {cidr} of VPC '{name}'", cidr, ("aws", "vpcs", name, "secondary_cidrs", number)
        if vpc.ipv6_cidr is not None:
            yield f"network {vpc.ipv6_cidr} of VPC '{name}'", vpc.ipv6_cidr, ("aws", "vpcs", name, "ipv6_cidr")


def _peers(file: TopologyFile) -> Iterator[Named]:
    for name, vif in file.virtual_interfaces.items():
        for key, address in (("customer_address", vif.customer_address), ("amazon_address", vif.amazon_address)):
            if address is not None:
                yield f"peer subnet {address.network} of '{name}'", address.network, ("virtual_interfaces", name, key)
                break


def public(file: TopologyFile) -> Iterator[Named]:
    """Everything with addresses of the Internet: what, network and path."""
    for number, network in enumerate(file.customer.data_center.public_networks):
        path: KeyPath = ("customer", "data_center", "public_networks", number)
        yield f"public network {network} of the data center", network, path
    for name, other in file.other_customers.items():
        yield f"network {other.network} of '{name}'", other.network, ("other_customers", name, "network")
    for name, service in file.aws.public_services.items():
        yield f"prefix {service.prefix} of '{name}'", service.prefix, ("aws", "public_services", name, "prefix")
    for router, line in file.customer.internet.items():
        network = IPv4Network((line.address, LINE_LENGTH), strict=False)
        yield f"line {network} of '{router}'", network, ("customer", "internet", router, "address")
    for name, address in file.aws.internet_hosts.items():
        network = IPv4Network((address, LINE_LENGTH), strict=False)
        yield f"network {network} of Internet host '{name}'", network, ("aws", "internet_hosts", name)


def _blocks(file: TopologyFile) -> Iterator[Named]:
    for name, tgw in file.aws.transit_gateways.items():
        for number, block in enumerate(tgw.cidr_blocks):
            path = ("aws", "transit_gateways", name, "cidr_blocks", number)
            yield f"CIDR block {block} of transit gateway '{name}'", block, path


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T007: two networks overlap, or one that dxemu or the standards keep. DX-T028: a VPC's size."""
    private, peers = [*_private(file), *_blocks(file)], list(_peers(file))
    for kept, why in RESERVED:
        for what, network, path in private + (peers if (kept, why) != LINK_LOCAL else []):
            if overlap(network, kept):
                problem = f"{what} overlaps with {kept}, {why}"
                free = "10.0.0.0/8" if network.version == IPV4 else "2001:db8::/32"
                findings.add(path, "DX-T007", problem, f"Use another network, for example one of {free}.")
    everything = [*private, *peers, *public(file)]
    if any(vpn.outside_ip_address_type == "public" for vpn in file.vpns.values()):
        everything.insert(0, (f"{VPN_ENDPOINTS}, the endpoints of VPNs,", VPN_ENDPOINTS, ("vpns",)))
    if file.aws.public_prefix_count:
        everything.insert(
            0, (f"{SYNTHETIC_RANGE}, AWS's made-up prefixes,", SYNTHETIC_RANGE, ("aws", "public_prefix_count"))
        )
    spans = [_span(network) for _, network, _ in everything]
    for number, (what, network, path) in enumerate(everything):
        for at in _overlapping(spans, number):
            other_what, other, other_path = everything[at]
            pair = (network, path), (other, other_path)
            if not (_one_service_prefix(file, path, other_path) or _supernet(file, *pair) or _own_peers(file, *pair)):
                problem = f"{what} overlaps with {other_what} at {findings.line(other_path, path)}"
                findings.add(path, "DX-T007", problem, _remedy(file, path, other_path))
                break
    _sizes(file, findings)


def _span(network: IPNetwork) -> tuple[int, int, int]:
    return network.version, int(network.network_address), int(network.broadcast_address)


def _overlapping(spans: Sequence[tuple[int, int, int]], number: int) -> Iterator[int]:
    """Which of those before it overlap with one of them. As numbers, because there may be thousands."""
    version, first, last = spans[number]
    for at in range(number):
        other_version, other_first, other_last = spans[at]
        if other_first <= last and first <= other_last and other_version == version:
            yield at


def _one_service_prefix(file: TopologyFile, path: KeyPath, other_path: KeyPath) -> bool:
    """Services of one Region may share a prefix."""
    services = file.aws.public_services
    if path[:2] != ("aws", "public_services") or other_path[:2] != path[:2]:
        return False
    one, other = services[str(path[2])], services[str(other_path[2])]
    here = file.aws.region
    return one.prefix == other.prefix and (one.region or here) == (other.region or here)


def _supernet(file: TopologyFile, one: tuple[IPNetwork, KeyPath], other: tuple[IPNetwork, KeyPath]) -> bool:
    """Whether one is a VPC's and the other an IPv4 network around it that the customer announces (a summary).

    The longer prefix wins everywhere, so no host of the customer's may be inside the VPC's.
    """
    (vpc, path), (around, other_path) = sorted((one, other), key=lambda named: named[1][0] != "aws")
    if path[:2] != ("aws", "vpcs") or other_path[0] != "customer" or other_path[-2] != "networks":
        return False
    if not (isinstance(vpc, IPv4Network) and isinstance(around, IPv4Network) and vpc != around):
        return False
    return vpc.subnet_of(around) and not any(host in vpc for host in hosts(file))


def _own_peers(file: TopologyFile, one: tuple[IPNetwork, KeyPath], other: tuple[IPNetwork, KeyPath]) -> bool:
    """Whether one is the peer subnet of a virtual interface and the other the customer's own network around it.

    Customers number their links from their own blocks, and the peers of a public virtual interface often from the
    prefix that they announce over it. Machines, and the routers' own addresses at the start of a LAN, stay out of it.
    """
    (around, path), (peers, other_path) = sorted((one, other), key=lambda named: named[1][0] != "customer")
    if not {"networks", "public_networks"} & set(path) or other_path[0] != "virtual_interfaces":
        return False
    taken = [*hosts(file), *(vif.customer.nat for vif in file.virtual_interfaces.values() if vif.customer.nat)]
    if not (isinstance(peers, IPv4Network) and isinstance(around, IPv4Network) and peers.subnet_of(around)):
        return False
    has_lan = "networks" in path or any(host in around for host in hosts(file))
    start = IPv4Network((around.network_address, max(around.prefixlen, ROUTERS_AT_THE_START)))
    return not any(address in peers for address in taken) and not (has_lan and peers.overlaps(start))


def hosts(file: TopologyFile) -> Iterator[IPAddress]:
    """The addresses of the customer's hosts at all sites."""
    cages = file.customer.colocations.values()
    for machines in (file.customer.data_center.hosts, *(cage.hosts for cage in cages)):
        for addresses in machines.values():
            yield from addresses


def _remedy(file: TopologyFile, path: KeyPath, other_path: KeyPath) -> str:
    if path[:2] == other_path[:2] == ("aws", "vpcs"):
        behind = [set(_behind(file, str(p[2]))) for p in (path, other_path)]
        if shared := sorted(behind[0] & behind[1]):
            return f"AWS refuses both behind Direct Connect gateway '{shared[0]}'. Give one of them another network."
    if path[:2] in (("customer", "internet"), ("aws", "internet_hosts")):
        return f"dxemu gives each line to the Internet a /{LINE_LENGTH}. Give one of them another network."
    ends = {path[0], other_path[0]}
    if ends == {"customer", "virtual_interfaces"} and {"networks", "public_networks"} & {*path, *other_path}:
        return "Peers may be of a network of yours if no host, no router and no `nat` address is in their subnet."
    return "Routers choose by address. Give one of them another network."


def _behind(file: TopologyFile, vpc: str) -> Iterator[str]:
    """The Direct Connect gateways that lead to a VPC."""
    gateways = {name for name, vgw in file.aws.virtual_private_gateways.items() if vgw.vpc == vpc}
    gateways |= {name for name, tgw in file.aws.transit_gateways.items() if vpc in tgw.attachments}
    for name, dxgw in file.aws.direct_connect_gateways.items():
        if gateways & set(dxgw.associations):
            yield name


def _sizes(file: TopologyFile, findings: Findings) -> None:
    for name, vpc in file.aws.vpcs.items():
        path = ("aws", "vpcs", name)
        where: list[tuple[KeyPath, int]] = [((*path, "cidr"), vpc.cidr.prefixlen)]
        where += [((*path, "secondary_cidrs", n), cidr.prefixlen) for n, cidr in enumerate(vpc.secondary_cidrs)]
        for here, length in where:
            if not SHORTEST_VPC <= length <= LONGEST_VPC:
                remedy = f"AWS takes /{SHORTEST_VPC} to /{LONGEST_VPC}."
                findings.add(here, "DX-T028", f"a VPC cannot be a /{length}", remedy)
        if 1 + len(vpc.secondary_cidrs) > VPC_CIDRS.most:
            problem = f"VPC '{name}' has {1 + len(vpc.secondary_cidrs)} IPv4 networks"
            findings.add((*path, "secondary_cidrs"), "DX-T028", problem, f"AWS takes {VPC_CIDRS.most}.")
        ipv6 = vpc.ipv6_cidr
        if ipv6 is None:
            continue
        if ipv6.version == IPV4:
            problem = f"{ipv6} is not an IPv6 network"
            findings.add((*path, "ipv6_cidr"), "DX-F009", problem, 'Write for example "2001:db8:aaaa::/56".')
        elif ipv6.prefixlen not in VPC_IPV6_LENGTHS:
            problem = f"the IPv6 network of a VPC cannot be a /{ipv6.prefixlen}"
            remedy = f"AWS takes /{', /'.join(map(str, VPC_IPV6_LENGTHS))}; its own are /56."
            findings.add((*path, "ipv6_cidr"), "DX-T028", problem, remedy)


ROUTERS_AT_THE_START = 28
"""So long is the part of a LAN that dxemu gives its routers addresses from."""


def overlap(one: IPNetwork, other: IPNetwork) -> bool:
    """Whether two networks have addresses in common; of different IP versions they have none."""
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.overlaps(other)
    return isinstance(other, IPv6Network) and one.overlaps(other)
