"""Inside CIDRs of VPN tunnels: a /30 that AWS takes, on each gateway and each router once."""

from __future__ import annotations

from ipaddress import IPv4Network

from dxemu.aws.addresses import AUTO_ASSIGNED_RANGE, RESERVED
from dxemu.aws.vpn_tunnels import INSIDE_LENGTH
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T044": """\
The inside CIDR of a VPN tunnel is a /30 of 169.254.0.0/16 that is unique on its gateway. The
customer's router needs another one for each tunnel and virtual interface, too. AWS reserves
169.254.0.0/30 to 169.254.5.0/30 and 169.254.169.252/30. Source: Site-to-Site VPN User Guide,
Tunnel options.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T044: elsewhere, reserved, or used twice."""
    used: dict[tuple[str, IPv4Network], str] = {}
    for name, vif in file.virtual_interfaces.items():
        for address in (vif.amazon_address, vif.customer_address):
            if address is not None:
                used["", address.network] = f"virtual interface '{name}'"
    for name, vpn in file.vpns.items():
        for number, tunnel in enumerate(vpn.tunnels):
            cidr, path = tunnel.inside_cidr, ("vpns", name, "tunnels", number, "inside_cidr")
            if cidr is None:
                continue
            ends = ("", f"gateway {vpn.gateway}", f"router {vpn.router}")
            taken = next((what for (at, other), what in used.items() if at in ends and cidr.overlaps(other)), None)
            if cidr.prefixlen != INSIDE_LENGTH or not cidr.subnet_of(AUTO_ASSIGNED_RANGE):
                remedy = "AWS takes a /30 of 169.254.0.0/16."
                findings.add(path, "DX-T044", f"{cidr} cannot be an inside CIDR", remedy)
            elif any(cidr.overlaps(kept) for kept in RESERVED):
                remedy = f"AWS reserves {', '.join(map(str, RESERVED))}."
                findings.add(path, "DX-T044", f"{cidr} is reserved", remedy)
            elif taken is not None:
                remedy = f"Each tunnel of '{vpn.gateway}' has its own."
                findings.add(path, "DX-T044", f"{cidr} is already used by {taken}", remedy)
            for end in ends[1:]:
                used.setdefault((end, cidr), f"tunnel {number + 1} of '{name}'")
