"""Autonomous system numbers: in range, AWS's own private, the two sides of a session different."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.aws.asn import DEFAULT_AMAZON_SIDE, PUBLIC_VIF_AMAZON_SIDE, is_private
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.sites import asn_at, asn_of
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import MAX_ASN

PARAGRAPHS = {
    "DX-T004": """\
Autonomous system numbers are 1 to 4294967294 (RFC 6793; AWS takes all of them on every type of
virtual interface since September 2025). If you do not own one, use a private one: 64512 to 65534,
or 4200000000 to 4294967294.""",
    "DX-T005": """\
The Amazon-side ASN is that of the virtual private, Direct Connect or transit gateway. AWS takes
private numbers only: 64512 to 65534 and 4200000000 to 4294967294. If none is given it is 64512.
Old examples show 7224, which today is AWS's own side of public virtual interfaces. Source: Direct
Connect User Guide, BGP-specific settings.""",
    "DX-T006": """\
The session of a virtual interface, or in a VPN's tunnel, is eBGP: the customer's ASN must differ
from the Amazon-side ASN, which is 7224 on public virtual interfaces. With the same number on both
sides AWS refuses the virtual interface, and a router would drop AWS's routes because its own
number is in their AS_PATH (RFC 4271 section 9.1.2). The Amazon-side ASN cannot be changed once
the gateway exists.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T004: customer ASN out of range. DX-T005: Amazon-side ASN not private. DX-T006: both sides the same."""
    for asn, path in _customers(file):
        if not 1 <= asn <= MAX_ASN:
            remedy = f"Use 1 to {MAX_ASN}; 64512 to 65534 are for private use."
            findings.add(path, "DX-T004", f"{asn} is not an autonomous system number", remedy)
    for asn, path in _gateways(file).values():
        if not is_private(asn):
            problem = f"{asn} cannot be the Amazon-side ASN: it is not a private one"
            remedy = f"AWS takes 64512 to 65534 and 4200000000 to {MAX_ASN}. Left out, it is {DEFAULT_AMAZON_SIDE}."
            findings.add(path, "DX-T005", problem, remedy)
    _both_sides(file, findings)
    _public(file, findings)


def _customers(file: TopologyFile) -> Iterator[tuple[int, KeyPath]]:
    yield file.customer.asn, ("customer", "asn")
    for location, cage in file.customer.colocations.items():
        if cage.asn is not None:
            yield cage.asn, ("customer", "colocations", location, "asn")
    for name, vif in file.virtual_interfaces.items():
        if vif.asn is not None:
            yield vif.asn, ("virtual_interfaces", name, "asn")
    for name, other in file.other_customers.items():
        yield other.asn, ("other_customers", name, "asn")


def _gateways(file: TopologyFile) -> dict[str, tuple[int, KeyPath]]:
    """ASN and its path, by gateway."""
    aws = file.aws
    found: dict[str, tuple[int, KeyPath]] = {}
    for key, vgw in aws.virtual_private_gateways.items():
        found[key] = vgw.asn, ("aws", "virtual_private_gateways", key, "asn")
    for key, tgw in aws.transit_gateways.items():
        found[key] = tgw.asn, ("aws", "transit_gateways", key, "asn")
    for key, dxgw in aws.direct_connect_gateways.items():
        found[key] = dxgw.asn, ("aws", "direct_connect_gateways", key, "asn")
    return found


def _sessions(file: TopologyFile) -> Iterator[tuple[str, int, KeyPath | None, str]]:
    """What, the customer's ASN, its path if it was chosen there, and the gateway at the other end."""
    for name, vif in file.virtual_interfaces.items():
        if vif.gateway is not None and vif.gateway not in file.aws.transit_gateways:
            asn, path = _mine(file, name)
            yield name, asn, None if path == ("customer", "asn") else path, vif.gateway
    for name, vpn in file.vpns.items():
        if vpn.routing == "bgp" and vpn.gateway not in file.aws.direct_connect_gateways:
            asn, path = asn_of(file, vpn.router)
            yield name, asn, None if path == ("customer", "asn") else path, vpn.gateway


def _mine(file: TopologyFile, name: str) -> tuple[int, KeyPath]:
    """The customer's ASN on a virtual interface, and where it was chosen."""
    vif = file.virtual_interfaces[name]
    return asn_at(file, vif) if vif.asn is None else (vif.asn, ("virtual_interfaces", name, "asn"))


def _both_sides(file: TopologyFile, findings: Findings) -> None:
    """A session with one ASN at both ends is marked where the ASN was chosen: at the interface, or at the gateway."""
    gateways = _gateways(file)
    reported = set()
    for name, mine, own_path, gateway in _sessions(file):
        theirs, gateway_path = gateways.get(gateway, (None, ()))
        path = own_path or gateway_path
        if theirs != mine or path in reported:
            continue
        reported.add(path)
        other = DEFAULT_AMAZON_SIDE + 1 if mine == DEFAULT_AMAZON_SIDE else DEFAULT_AMAZON_SIDE
        problem = f"ASN {mine} is on both sides of '{name}': yours and gateway '{gateway}'"
        remedy = f"AWS needs two different ASNs (eBGP). Give the gateway another one, for example {other}."
        findings.add(path, "DX-T006", problem, remedy)


def _public(file: TopologyFile, findings: Findings) -> None:
    """On public virtual interfaces AWS's side is always 7224."""
    found: dict[KeyPath, str] = {}
    for name, vif in file.virtual_interfaces.items():
        asn, path = _mine(file, name)
        if vif.type == "public" and asn == PUBLIC_VIF_AMAZON_SIDE:
            found.setdefault(path, name)
    found |= {
        ("other_customers", n, "asn"): n for n, o in file.other_customers.items() if o.asn == PUBLIC_VIF_AMAZON_SIDE
    }
    for path, name in found.items():
        problem = (
            f"ASN {PUBLIC_VIF_AMAZON_SIDE} is on both sides of '{name}': it is AWS's own on public virtual interfaces"
        )
        findings.add(path, "DX-T006", problem, "Use your own ASN, or a private one: 64512 to 65534.")
