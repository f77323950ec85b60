"""What each type of virtual interface leads to."""

from __future__ import annotations

from dxemu.topology.check.behind import IPV6, has_ipv6, vpcs_behind
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.check.sites import networks_behind
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.marks import KeyPath

PARAGRAPHS = {
    "DX-T019": """\
AWS has three types of virtual interface. A private one leads to a virtual private gateway, or to
a Direct Connect gateway with virtual private gateways behind it. A transit one leads to a Direct
Connect gateway with transit gateways behind it. A public one reaches AWS's public services and
has no gateway. Source: Direct Connect User Guide, Virtual interfaces.""",
    "DX-T049": """\
An IPv6 session carries IPv6 prefixes, and there is none to announce, or no IPv6 where a route
leads to. IPv6 needs a network of the data center and an `ipv6_cidr` of a VPC behind the gateway.
Public services and VPNs are IPv4 here.""",
    "DX-T055": """\
Virtual private and transit gateways belong to a Region. A private virtual interface reaches a
virtual private gateway in the Region of its location only, and a transit gateway has attachments
of VPCs in its own Region. A Direct Connect gateway is global. Source: Direct Connect User Guide,
Virtual interfaces; Transit Gateway User Guide.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T019: the type and the gateway do not fit. DX-T049: IPv6 where nothing has it. DX-T055: another Region."""
    for name, vif in file.virtual_interfaces.items():
        path: KeyPath = ("virtual_interfaces", name)
        if vif.type == "public":
            if vif.gateway is not None:
                remedy = "It reaches AWS's public services. Take `gateway` out."
                findings.add((*path, "gateway"), "DX-T019", "a public virtual interface has no gateway", remedy)
        else:
            _gateway(file, vif, path, findings)
            _region(file, vif, path, findings)
        if vif.ipv6:
            _ipv6(file, name, vif, findings)


def _gateway(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    aws = file.aws
    if vif.gateway is None:
        wanted = "Direct Connect gateway" if vif.type == "transit" else "virtual private or Direct Connect gateway"
        problem = f"a {vif.type} virtual interface needs a gateway"
        findings.add_name(path, "DX-T019", problem, f"Add `gateway:` with the name of a {wanted}.")
    elif vif.type == "transit" and vif.gateway in aws.virtual_private_gateways:
        problem = f"a transit virtual interface cannot end at the virtual private gateway '{vif.gateway}'"
        remedy = "It leads to a Direct Connect gateway with transit gateways. Use that, or `type: private`."
        findings.add((*path, "gateway"), "DX-T019", problem, remedy)
    elif vif.gateway in aws.direct_connect_gateways:
        behind = aws.direct_connect_gateways[vif.gateway].associations
        wrong = aws.transit_gateways if vif.type == "private" else aws.virtual_private_gateways
        if any(gateway in wrong for gateway in behind):
            kinds = ("transit", "virtual private") if vif.type == "private" else ("virtual private", "transit")
            problem = f"Direct Connect gateway '{vif.gateway}' has {kinds[0]} gateways, '{path[-1]}' is {vif.type}"
            remedy = f"A {vif.type} virtual interface leads to {kinds[1]} gateways. Change the type or the gateway."
            findings.add((*path, "gateway"), "DX-T019", problem, remedy)
    elif vif.gateway in aws.transit_gateways:
        problem = f"no virtual interface ends at a transit gateway itself, as '{path[-1]}' does at '{vif.gateway}'"
        remedy = f"Use `type: transit` and a Direct Connect gateway that '{vif.gateway}' is associated with."
        findings.add((*path, "gateway"), "DX-T019", problem, remedy)


def _region(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    """A private virtual interface on a virtual private gateway stays in the location's Region."""
    vgw = file.aws.virtual_private_gateways.get(vif.gateway or "")
    vpc = file.aws.vpcs.get(vgw.vpc) if vgw is not None else None
    on = next(iter(members(file, vif.connection).values()), None)
    at = file.aws.locations.get(on.location) if on is not None else None
    if vpc is None or on is None or at is None:
        return
    here, there = at.region or file.aws.region, vpc.region or file.aws.region
    if here != there:
        problem = f"'{vif.gateway}' is in {there}, location {on.location} is associated with {here}"
        remedy = "A virtual private gateway is reached in its own Region only. Put a Direct Connect gateway between."
        findings.add((*path, "gateway"), "DX-T055", problem, remedy)


def _ipv6(file: TopologyFile, name: str, vif: VirtualInterfaceEntry, findings: Findings) -> None:
    path: KeyPath = ("virtual_interfaces", name, "ipv6")
    routers = [port.router for port in members(file, vif.connection).values()]
    routers = routers or list(file.customer.data_center.routers)
    if vif.type == "public":
        problem = f"'{name}' has an IPv6 session, and the public services here have IPv4 addresses only"
        findings.add(path, "DX-T049", problem, "Leave `ipv6` out.")
    elif not any(network.version == IPV6 for router in routers for network in networks_behind(file, router)):
        problem = f"'{name}' has an IPv6 session, and no network of the data center is IPv6"
        remedy = 'Add one to `networks`, for example "2001:db8:10::/48", or leave `ipv6` out.'
        findings.add(path, "DX-T049", problem, remedy)
    elif (vpcs := list(vpcs_behind(file, vif.gateway))) and not any(has_ipv6(file, vpc) for vpc in vpcs):
        problem = f"'{name}' has an IPv6 session, and VPC '{vpcs[0]}' behind '{vif.gateway}' has no IPv6 network"
        remedy = 'Give it one, for example `ipv6_cidr: "2001:db8:aaaa::/56"`, or leave `ipv6` out.'
        findings.add(path, "DX-T049", problem, remedy)
