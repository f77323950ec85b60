"""Transit gateways: attachments, route tables and what they name."""

from __future__ import annotations

from ipaddress import ip_network

from dxemu.aws.gateways import LONGEST_TRANSIT_BLOCK
from dxemu.topology.built_aws import BLACKHOLE
from dxemu.topology.check.behind import IPV6, has_ipv6, vpcs_behind
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import RouteTableEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T043": """\
An attachment of a transit gateway is associated with one route table, in which its packets are
looked up; it may propagate its routes to several, to each once. Static routes are networks that
lead to an attachment or to `blackhole`, one for each network of a table. Source: Transit Gateway
User Guide, Transit gateway route tables.""",
    "DX-T058": """\
A CIDR block of a transit gateway, from which private IP VPNs get their outside addresses, is a
/24 or larger. Source: EC2 API, TransitGatewayCidrBlocks.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown names. DX-T043: attached, associated or propagated twice, or a route that is none.

    DX-T058: the CIDR blocks.
    """
    home: dict[str, str] = {}
    for name, tgw in file.aws.transit_gateways.items():
        path: KeyPath = ("aws", "transit_gateways", name)
        for number, vpc in enumerate(tgw.attachments):
            here = (*path, "attachments", number)
            if vpc not in file.aws.vpcs:
                findings.unknown(here, "VPC", vpc, file.aws.vpcs)
            elif vpc in home:
                problem = f"VPC '{vpc}' is already attached to '{home[vpc]}'"
                findings.add(here, "DX-T043", problem, "Here a VPC has one transit gateway. Attach it once.")
            home.setdefault(vpc, name)
        for number, block in enumerate(tgw.cidr_blocks):
            if block.prefixlen > LONGEST_TRANSIT_BLOCK:
                problem = f"a CIDR block of a transit gateway cannot be a /{block.prefixlen}"
                findings.add(
                    (*path, "cidr_blocks", number),
                    "DX-T058",
                    problem,
                    f"AWS takes a /{LONGEST_TRANSIT_BLOCK} or larger.",
                )
        associated: dict[str, str] = {}
        for table_name, table in tgw.route_tables.items():
            _table(file, name, table, (*path, "route_tables", table_name), findings)
            for number, attachment in enumerate(table.associations):
                if attachment in associated:
                    problem = f"'{attachment}' is already associated with route table '{associated[attachment]}'"
                    where = (*path, "route_tables", table_name, "associations", number)
                    findings.add(where, "DX-T043", problem, "AWS associates an attachment with one route table.")
                associated.setdefault(attachment, table_name)


def attachments(file: TopologyFile, tgw: str) -> list[str]:
    """What is attached to a transit gateway: VPCs, Direct Connect gateways, VPNs."""
    dxgws = [n for n, g in file.aws.direct_connect_gateways.items() if tgw in g.associations]
    vpns = [n for n, v in file.vpns.items() if v.gateway == tgw]
    return [*file.aws.transit_gateways[tgw].attachments, *dxgws, *vpns]


def _table(file: TopologyFile, tgw: str, table: RouteTableEntry, path: KeyPath, findings: Findings) -> None:
    known = attachments(file, tgw)
    for key, names in (("associations", table.associations), ("propagations", table.propagations)):
        for number, name in enumerate(names):
            if name not in known:
                problem = f"{quoted(name)} is not attached to '{tgw}'"
                findings.add((*path, key, number), "DX-T003", problem, suggestion(name, known))
            elif key == "propagations" and name in names[:number]:
                problem = f"'{name}' already propagates to this route table"
                findings.add((*path, key, number), "DX-T043", problem, "Once is enough.")
    seen: set[IPNetwork] = set()
    for prefix, to in table.static_routes.items():
        here = (*path, "static_routes", prefix)
        if to not in known and to != BLACKHOLE:
            problem, remedy = f"{quoted(to)} is not attached to '{tgw}'", suggestion(to, [*known, BLACKHOLE])
            findings.add(here, "DX-T003", problem, remedy)
        elif to in file.aws.direct_connect_gateways and not any(
            vif.gateway == to for vif in file.virtual_interfaces.values()
        ):
            problem = f"no virtual interface leads to '{to}', so nothing can be sent there"
            findings.add(here, "DX-T043", problem, "Add a transit virtual interface, or take the route out.")
        try:
            network = ip_network(prefix)
        except ValueError:
            problem = f"{quoted(prefix)} is not a network"
            remedy = "Write for example 10.9.0.0/16: blackhole."
            findings.add_name(here, "DX-T043", problem, remedy)
            continue
        if network in seen:
            problem = f"there is already a static route for {network}"
            findings.add_name(here, "DX-T043", problem, "A route table has one. Take the other out.")
        seen.add(network)
        if network.version == IPV6 and to != BLACKHOLE and not _carries_ipv6(file, tgw, to):
            problem = f"'{to}' has no IPv6, and {network} would lead there"
            remedy = "Use an attachment with IPv6 (a VPC with `ipv6_cidr`), or take the route out."
            findings.add_name(here, "DX-T049", problem, remedy)


def _carries_ipv6(file: TopologyFile, tgw: str, attachment: str) -> bool:
    if attachment in file.vpns:
        return False
    if attachment in file.aws.vpcs:
        return has_ipv6(file, attachment)
    return any(has_ipv6(file, vpc) for vpc in vpcs_behind(file, tgw))
