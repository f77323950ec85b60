"""Autonomous system numbers: in range, AWS's own private, the two sides of a session different."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import MAX_ASN

AMAZON_DEFAULT = 64512
PRIVATE = ((64512, 65534), (4_200_000_000, MAX_ASN))


def is_private(asn: int) -> bool:
    """Whether it is one of RFC 6996's numbers for private use."""
    return any(low <= asn <= high for low, high in PRIVATE)


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T004: customer ASN out of range. DX-T005: Amazon-side ASN not private. DX-T006: both sides the same."""
    customer_asns: list[tuple[int, KeyPath]] = [(file.customer.asn, ("customer", "asn"))]
    for name, vif in file.virtual_interfaces.items():
        if vif.asn is not None:
            customer_asns.append((vif.asn, ("virtual_interfaces", name, "asn")))
    for asn, path in customer_asns:
        if not 1 <= asn <= MAX_ASN:
            remedy = f"Use 1 to {MAX_ASN}; 64512 to 65534 are for private use."
            findings.add(path, "DX-T004", f"{asn} is not an autonomous system number", remedy)
    for name, gateway in file.aws.virtual_private_gateways.items():
        if not is_private(gateway.asn):
            problem = f"{gateway.asn} cannot be the Amazon-side ASN: it is not a private one"
            remedy = f"AWS takes 64512 to 65534 and 4200000000 to {MAX_ASN}. Left out, it is {AMAZON_DEFAULT}."
            findings.add(("aws", "virtual_private_gateways", name, "asn"), "DX-T005", problem, remedy)
    _both_sides(file, findings)


def _both_sides(file: TopologyFile, findings: Findings) -> None:
    """A session with one ASN at both ends is marked where the ASN was chosen: at the interface, or at the gateway."""
    reported = set()
    for name, vif in file.virtual_interfaces.items():
        asns = {name: vgw.asn for name, vgw in file.aws.virtual_private_gateways.items()}
        asns |= {name: dxgw.asn for name, dxgw in file.aws.direct_connect_gateways.items()}
        mine = file.customer.asn if vif.asn is None else vif.asn
        if vif.gateway is None or asns.get(vif.gateway) != mine:
            continue
        path: KeyPath = ("virtual_interfaces", name, "asn")
        if vif.asn is None:
            kind = "virtual_private_gateways"
            if vif.gateway in file.aws.direct_connect_gateways:
                kind = "direct_connect_gateways"
            path = ("aws", kind, str(vif.gateway), "asn")
        if path in reported:
            continue
        reported.add(path)
        other = AMAZON_DEFAULT + 1 if mine == AMAZON_DEFAULT else AMAZON_DEFAULT
        problem = f"ASN {mine} is on both sides of '{name}': yours and gateway '{vif.gateway}'"
        remedy = f"AWS needs two different ASNs (eBGP). Give the gateway another one, for example {other}."
        findings.add(path, "DX-T006", problem, remedy)
