"""Transit gateways: attachments, route tables and what they name."""

from __future__ import annotations

from ipaddress import ip_network

from dxemu.topology.built_aws import BLACKHOLE
from dxemu.topology.check.asn import AMAZON_DEFAULT, is_private
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import RouteTableEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import MAX_ASN


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown names. DX-T005: ASN. DX-T043: attached or associated twice, or a route that is none."""
    home: dict[str, str] = {}
    for name, tgw in file.aws.transit_gateways.items():
        path: KeyPath = ("aws", "transit_gateways", name)
        if not is_private(tgw.asn):
            problem = f"{tgw.asn} cannot be the Amazon-side ASN: it is not a private one"
            remedy = f"AWS takes 64512 to 65534 and 4200000000 to {MAX_ASN}. Left out, it is {AMAZON_DEFAULT}."
            findings.add((*path, "asn"), "DX-T005", problem, remedy)
        for number, vpc in enumerate(tgw.attachments):
            here = (*path, "attachments", number)
            if vpc not in file.aws.vpcs:
                findings.add(here, "DX-T003", f"there is no VPC {quoted(vpc)}", suggestion(vpc, file.aws.vpcs))
            elif vpc in home:
                problem = f"VPC '{vpc}' is already attached to '{home[vpc]}'"
                findings.add(here, "DX-T043", problem, "Here a VPC has one transit gateway. Attach it once.")
            home.setdefault(vpc, name)
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
    for prefix, to in table.static_routes.items():
        if to not in known and to != BLACKHOLE:
            problem, remedy = f"{quoted(to)} is not attached to '{tgw}'", suggestion(to, [*known, BLACKHOLE])
            findings.add((*path, "static_routes", prefix), "DX-T003", problem, remedy)
        try:
            ip_network(prefix)
        except ValueError:
            problem = f"{quoted(prefix)} is not a network"
            remedy = "Write for example 10.9.0.0/16: blackhole."
            findings.add_name((*path, "static_routes", prefix), "DX-T043", problem, remedy)
