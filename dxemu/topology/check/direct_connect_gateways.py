"""Direct Connect gateways: what may be behind one of them, and how many virtual interfaces in front."""

from __future__ import annotations

from itertools import combinations

from dxemu.topology.check.asn import AMAZON_DEFAULT, is_private
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import overlap
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import DirectConnectGatewayEntry
from dxemu.topology.words import quoted, suggestion
from dxemu.units import MAX_ASN

MOST_VIFS = 30
MOST_VGWS, MOST_TGWS = 20, 6
MOST_ALLOWED_PREFIXES = 200
MOST_ON_CONNECTION = {"private or public": 50, "transit": 4}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown gateway. DX-T005: ASN. DX-T038: VGW beside TGW. DX-T039: equal ASNs. DX-T040: allowed prefixes.

    DX-T041: more than AWS's quotas. DX-T042: one VGW behind two.
    """
    home: dict[str, str] = {}
    for name, dxgw in file.aws.direct_connect_gateways.items():
        path = ("aws", "direct_connect_gateways", name)
        if not is_private(dxgw.asn):
            problem = f"{dxgw.asn} cannot be the Amazon-side ASN: it is not a private one"
            remedy = f"AWS takes 64512 to 65534 and 4200000000 to {MAX_ASN}. Left out, it is {AMAZON_DEFAULT}."
            findings.add((*path, "asn"), "DX-T005", problem, remedy)
        for gateway in dxgw.associations:
            known = [*file.aws.virtual_private_gateways, *file.aws.transit_gateways]
            if gateway not in known:
                problem, remedy = f"there is no gateway {quoted(gateway)}", suggestion(gateway, known)
                findings.add_name((*path, "associations", gateway), "DX-T003", problem, remedy)
            elif gateway in home and gateway in file.aws.virtual_private_gateways:
                problem = f"'{gateway}' is already behind Direct Connect gateway '{home[gateway]}'"
                remedy = "AWS associates a virtual private gateway with one Direct Connect gateway."
                findings.add_name((*path, "associations", gateway), "DX-T042", problem, remedy)
            home.setdefault(gateway, name)
        _kinds(file, name, dxgw, findings)
        _allowed(file, name, dxgw, findings)
    _quotas(file, findings)


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
            remedy = f"AWS refuses the association. Give it another one, for example {max(asns) + 1}."
            findings.add(("aws", "transit_gateways", tgw, "asn"), "DX-T039", problem, remedy)
        asns.setdefault(asn, f"transit gateway '{tgw}'")
    for kind, found, most in (("virtual private", vgws, MOST_VGWS), ("transit", tgws, MOST_TGWS)):
        for gateway in found[most:]:
            problem = f"'{gateway}' is one {kind} gateway too many behind '{name}'"
            findings.add_name((*path, "associations", gateway), "DX-T041", problem, f"AWS takes {most}.")


def _allowed(file: TopologyFile, name: str, dxgw: DirectConnectGatewayEntry, findings: Findings) -> None:
    path = ("aws", "direct_connect_gateways", name, "associations")
    transit = {g: a for g, a in dxgw.associations.items() if g in file.aws.transit_gateways}
    for gateway, association in transit.items():
        allowed = association.allowed_prefixes or []
        if not allowed:
            problem = f"nothing is announced for transit gateway '{gateway}': it has no allowed prefixes"
            remedy = "AWS takes that without a word, and nobody reaches a VPC. Add `allowed_prefixes:`."
            findings.add_name((*path, gateway), "DX-T040", problem, remedy)
        if len(allowed) > MOST_ALLOWED_PREFIXES:
            problem = f"{len(allowed)} allowed prefixes are too many"
            remedy = f"AWS takes {MOST_ALLOWED_PREFIXES} for a transit gateway, IPv4 and IPv6 together. Summarise them."
            findings.add((*path, gateway, "allowed_prefixes"), "DX-T040", problem, remedy)
    for (one, first), (other, second) in combinations(transit.items(), 2):
        for prefix in second.allowed_prefixes or []:
            clash = next((p for p in first.allowed_prefixes or [] if overlap(p, prefix)), None)
            if clash is not None:
                problem = f"allowed prefix {prefix} of '{other}' overlaps with {clash} of '{one}'"
                remedy = "AWS refuses it: the customer could not tell them apart. Use prefixes that do not overlap."
                findings.add((*path, other, "allowed_prefixes"), "DX-T040", problem, remedy)


def _quotas(file: TopologyFile, findings: Findings) -> None:
    on_gateway: dict[str, int] = {}
    on_connection: dict[tuple[str, str], int] = {}
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name)
        if vif.gateway in file.aws.direct_connect_gateways:
            on_gateway[vif.gateway] = on_gateway.get(vif.gateway, 0) + 1
            if on_gateway[vif.gateway] > MOST_VIFS:
                problem = f"'{name}' is virtual interface number {on_gateway[vif.gateway]} on '{vif.gateway}'"
                remedy = f"AWS takes {MOST_VIFS} on a Direct Connect gateway. Make another one."
                findings.add((*path, "gateway"), "DX-T041", problem, remedy)
        kind = "transit" if vif.type == "transit" else "private or public"
        count = on_connection[vif.connection, kind] = on_connection.get((vif.connection, kind), 0) + 1
        if count > MOST_ON_CONNECTION[kind]:
            problem = f"'{name}' is {kind} virtual interface number {count} on '{vif.connection}'"
            remedy = f"AWS takes {MOST_ON_CONNECTION[kind]} of them on a connection or LAG."
            findings.add((*path, "connection"), "DX-T041", problem, remedy)
