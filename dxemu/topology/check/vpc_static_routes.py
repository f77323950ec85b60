"""Static routes of a VPC's route table."""

from __future__ import annotations

from ipaddress import ip_network

from dxemu.topology.check.behind import IPV6, has_ipv6
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import overlap
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import VpcEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T120": """\
A static route of a VPC's route table leads to a gateway that is attached to the VPC: its virtual
private gateway, or the transit gateway that it is attached to. What becomes of the packet there is
the gateway's own choice. AWS has no static route to nowhere: in a VPC it shows a route as
`blackhole` when the target is gone.""",
    "DX-T121": """\
The prefix of a VPC's static route is a network, `10.0.0.0/8`, or the default route, `0.0.0.0/0`; a
route table has one for each prefix. It may be around the VPC's own network, whose `local` route is
longer and wins. Equal to it or inside it AWS takes only a network interface, a NAT gateway or a
Gateway Load Balancer endpoint as the target (a middlebox), and dxemu has none of them.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T120: the target of a static route. DX-T121: its prefix."""
    for name, vpc in file.aws.vpcs.items():
        path: KeyPath = ("aws", "vpcs", name, "static_routes")
        seen: set[IPNetwork] = set()
        for prefix, to in (vpc.static_routes or {}).items():
            here = (*path, prefix)
            _target(file, name, to, here, findings)
            try:
                network = ip_network(prefix)
            except ValueError:
                remedy = "Write for example 0.0.0.0/0, with the VPC's gateway as its target."
                findings.add_name(here, "DX-T121", f"{quoted(prefix)} is not a network", remedy)
                continue
            if network in seen:
                problem = f"the route table of VPC '{name}' already has a static route to {network}"
                findings.add_name(here, "DX-T121", problem, "A route table has one. Take the other out.")
            seen.add(network)
            _prefix(file, name, vpc, network, here, findings)


def _target(file: TopologyFile, vpc: str, to: str, path: KeyPath, findings: Findings) -> None:
    """The gateway must be attached to the VPC."""
    vgws, tgws = file.aws.virtual_private_gateways, file.aws.transit_gateways
    attached = [name for name, vgw in vgws.items() if vgw.vpc == vpc]
    attached += [name for name, tgw in tgws.items() if vpc in tgw.attachments]
    if to in attached:
        return
    if to in vgws or to in tgws:
        known = f"Attached to it: {', '.join(attached)}." if attached else "No gateway is attached to it."
        findings.add(path, "DX-T120", f"'{to}' is not attached to VPC '{vpc}'", known)
    else:
        problem = f"there is no virtual private gateway or transit gateway {quoted(to)}"
        findings.add(path, "DX-T120", problem, suggestion(to, attached or [*vgws, *tgws]))


def _prefix(
    file: TopologyFile, name: str, vpc: VpcEntry, network: IPNetwork, path: KeyPath, findings: Findings
) -> None:
    own = next((cidr for cidr in vpc.cidrs if _inside(network, cidr)), None)
    if own is not None:
        problem = f"{network} is the VPC's own network" if network == own else f"{network} lies in the VPC's own {own}"
        remedy = (
            "There AWS takes a network interface, NAT gateway or Gateway Load Balancer endpoint as the target, and no "
            "gateway. Take the route out."
        )
        findings.add_name(path, "DX-T121", problem, remedy)
    elif network.version == IPV6 and not has_ipv6(file, name):
        problem = f"{network} is a network of IPv6, and VPC '{name}' has none"
        findings.add_name(path, "DX-T121", problem, "Give it an `ipv6_cidr`, or take the route out.")


def _inside(network: IPNetwork, other: IPNetwork) -> bool:
    return network.prefixlen >= other.prefixlen and overlap(network, other)
