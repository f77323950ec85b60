"""Direct Connect gateways: what may be behind one of them, and what it announces."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from dxemu.aws.asn import PRIVATE_RANGES
from dxemu.aws.quotas import ALLOWED_PREFIXES
from dxemu.topology.check.behind import IPV6, has_ipv6, vpcs_behind
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import overlap
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import DirectConnectGatewayEntry

PARAGRAPHS = {
    "DX-T038": """\
A Direct Connect gateway is associated with virtual private gateways (private virtual interfaces)
or with transit gateways (transit virtual interfaces), never with both. Source: Direct Connect
User Guide, Direct Connect gateways.""",
    "DX-T039": """\
The ASNs of a Direct Connect gateway and of the transit gateways behind it must all differ, else
AWS refuses the association: routes would be dropped as loops. Source: Direct Connect User Guide,
Transit gateway associations.""",
    "DX-T040": """\
For a transit gateway the allowed prefixes are what AWS announces, literally: at most 200, IPv4
and IPv6 together, and those of two transit gateways on one Direct Connect gateway must not
overlap. An empty list announces nothing and AWS says nothing about it. For a virtual private
gateway they are a filter. Source: Direct Connect User Guide, Allowed prefixes interactions.""",
    "DX-T042": """\
A virtual private gateway is associated with at most one Direct Connect gateway. Source: Direct
Connect User Guide, Virtual private gateway associations.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown gateway. DX-T038: VGW beside TGW. DX-T039: equal ASNs. DX-T040: allowed prefixes.

    DX-T042: one VGW behind two. DX-T049: an IPv6 prefix with no IPv6 behind it.
    """
    home: dict[str, str] = {}
    for name, dxgw in file.aws.direct_connect_gateways.items():
        path = ("aws", "direct_connect_gateways", name)
        for gateway in dxgw.associations:
            known = [*file.aws.virtual_private_gateways, *file.aws.transit_gateways]
            if gateway not in known:
                findings.unknown((*path, "associations", gateway), "gateway", gateway, known, at_key=True)
            elif gateway in home and gateway in file.aws.virtual_private_gateways:
                problem = f"'{gateway}' is already behind Direct Connect gateway '{home[gateway]}'"
                remedy = "AWS associates a virtual private gateway with one Direct Connect gateway."
                findings.add_name((*path, "associations", gateway), "DX-T042", problem, remedy)
            home.setdefault(gateway, name)
        _kinds(file, name, dxgw, findings)
        _allowed(file, name, dxgw, findings)


def _kinds(file: TopologyFile, name: str, dxgw: DirectConnectGatewayEntry, findings: Findings) -> None:
    path = ("aws", "direct_connect_gateways", name)
    vgws = [g for g in dxgw.associations if g in file.aws.virtual_private_gateways]
    tgws = [g for g in dxgw.associations if g in file.aws.transit_gateways]
    if vgws and tgws:
        problem = f"'{name}' has the virtual private gateway '{vgws[0]}' and the transit gateway '{tgws[0]}'"
        remedy = "AWS takes one kind. Make a second Direct Connect gateway: they cost nothing."
        findings.add_name((*path, "associations", tgws[0]), "DX-T038", problem, remedy)
    asns: dict[int, str] = {dxgw.asn: f"Direct Connect gateway '{name}'"}
    for tgw in tgws:
        asn = file.aws.transit_gateways[tgw].asn
        if asn in asns:
            problem = f"transit gateway '{tgw}' has the ASN {asn} of {asns[asn]}"
            remedy = f"AWS refuses the association. Give it another one, for example {_free(asns)}."
            findings.add(("aws", "transit_gateways", tgw, "asn"), "DX-T039", problem, remedy)
        asns.setdefault(asn, f"transit gateway '{tgw}'")


def _free(asns: Mapping[int, str]) -> int:
    low, high = PRIVATE_RANGES[0]
    return next(asn for asn in range(low, high + 1) if asn not in asns)


def _allowed(file: TopologyFile, name: str, dxgw: DirectConnectGatewayEntry, findings: Findings) -> None:
    path = ("aws", "direct_connect_gateways", name, "associations")
    transit = {g: a for g, a in dxgw.associations.items() if g in file.aws.transit_gateways}
    for gateway, association in transit.items():
        allowed = association.allowed_prefixes or []
        if len(allowed) > ALLOWED_PREFIXES.most:
            problem = f"{len(allowed)} allowed prefixes are too many"
            remedy = f"AWS takes {ALLOWED_PREFIXES.most} for a transit gateway, IPv4 and IPv6 together. Summarise them."
            findings.add((*path, gateway, "allowed_prefixes"), "DX-T040", problem, remedy)
        for number, prefix in enumerate(allowed):
            if prefix.version == IPV6 and not any(has_ipv6(file, v) for v in vpcs_behind(file, gateway)):
                problem = f"no VPC behind '{gateway}' has an IPv6 network, and {prefix} would be announced"
                remedy = 'Take it out, or give a VPC one: `ipv6_cidr: "2001:db8:aaaa::/56"`.'
                findings.add((*path, gateway, "allowed_prefixes", number), "DX-T049", problem, remedy)
    for (one, first), (other, second) in combinations(transit.items(), 2):
        for prefix in second.allowed_prefixes or []:
            clash = next((p for p in first.allowed_prefixes or [] if overlap(p, prefix)), None)
            if clash is not None:
                problem = f"allowed prefix {prefix} of '{other}' overlaps with {clash} of '{one}'"
                remedy = "AWS refuses it: the customer could not tell them apart. Use prefixes that do not overlap."
                findings.add((*path, other, "allowed_prefixes"), "DX-T040", problem, remedy)
