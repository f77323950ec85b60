"""Networks must not overlap: a packet has one place to go."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import IPNetwork

RESERVED = (
    (IPv4Network("100.64.0.0/15"), "which dxemu uses between AWS's devices and gateways"),
    (IPv4Network("127.0.0.0/8"), "which never leaves a host (RFC 1122)"),
    (IPv4Network("169.254.0.0/16"), "which is link-local: AWS takes peer addresses from it"),
    (IPv4Network("224.0.0.0/4"), "which is multicast"),
)
SHORTEST_VPC, LONGEST_VPC = 16, 28


def _named(file: TopologyFile) -> Iterator[tuple[str, IPNetwork, KeyPath]]:
    for number, network in enumerate(file.customer.data_center.networks):
        yield f"network {network} of the data center", network, ("customer", "data_center", "networks", number)
    for name, vpc in file.aws.vpcs.items():
        yield f"network {vpc.cidr} of VPC '{name}'", vpc.cidr, ("aws", "vpcs", name, "cidr")
        if vpc.ipv6_cidr is not None:
            yield f"network {vpc.ipv6_cidr} of VPC '{name}'", vpc.ipv6_cidr, ("aws", "vpcs", name, "ipv6_cidr")


def _peers(file: TopologyFile) -> Iterator[tuple[str, IPNetwork, KeyPath]]:
    for name, vif in file.virtual_interfaces.items():
        for key, address in (("customer_address", vif.customer_address), ("amazon_address", vif.amazon_address)):
            if address is not None:
                yield f"peer subnet {address.network} of '{name}'", address.network, ("virtual_interfaces", name, key)
                break


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T007: two networks overlap, or one that dxemu or the standards keep. DX-T028: a VPC's size."""
    named, peers = list(_named(file)), list(_peers(file))
    for kept, why in RESERVED:
        for what, network, path in named + (peers if why.startswith("which dxemu") else []):
            if overlap(network, kept):
                problem = f"{what} overlaps with {kept}, {why}"
                findings.add(path, "DX-T007", problem, "Use another network, for example one of 10.0.0.0/8.")
    everything = named + peers
    for number, (what, network, path) in enumerate(everything):
        for other_what, other, other_path in everything[:number]:
            if overlap(network, other):
                problem = f"{what} overlaps with {other_what} at {findings.line(other_path, path)}"
                findings.add(path, "DX-T007", problem, "Routers choose by address. Give one of them another network.")
                break
    for name, vpc in file.aws.vpcs.items():
        if not SHORTEST_VPC <= vpc.cidr.prefixlen <= LONGEST_VPC:
            problem = f"a VPC cannot be a /{vpc.cidr.prefixlen}"
            remedy = f"AWS takes /{SHORTEST_VPC} to /{LONGEST_VPC}."
            findings.add(("aws", "vpcs", name, "cidr"), "DX-T028", problem, remedy)


def overlap(one: IPNetwork, other: IPNetwork) -> bool:
    """Whether two networks have addresses in common; of different IP versions they have none."""
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.overlaps(other)
    return isinstance(other, IPv6Network) and one.overlaps(other)
