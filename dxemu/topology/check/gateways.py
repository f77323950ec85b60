"""Gateways: what is attached to what."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T027": """\
AWS attaches one virtual private gateway to a VPC at a time, and a gateway to one VPC. For
redundancy attach several virtual interfaces to the same gateway: that is what a backup connection
is.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: an unknown gateway, VPC or connection. DX-T027: a VPC with two virtual private gateways."""
    gateway_of: dict[str, str] = {}
    for name, gateway in file.aws.virtual_private_gateways.items():
        path = ("aws", "virtual_private_gateways", name, "vpc")
        if gateway.vpc not in file.aws.vpcs:
            findings.unknown(path, "VPC", gateway.vpc, file.aws.vpcs)
        elif gateway.vpc in gateway_of:
            problem = f"VPC '{gateway.vpc}' already has the virtual private gateway '{gateway_of[gateway.vpc]}'"
            findings.add(path, "DX-T027", problem, "AWS attaches one to a VPC. Point both interfaces at the same one.")
        gateway_of.setdefault(gateway.vpc, name)
    for name, vif in file.virtual_interfaces.items():
        gateways = [*file.aws.virtual_private_gateways, *file.aws.direct_connect_gateways]
        elsewhere = vif.gateway in file.aws.transit_gateways
        if vif.gateway is not None and vif.gateway not in gateways and not elsewhere:
            findings.unknown(("virtual_interfaces", name, "gateway"), "gateway", vif.gateway, gateways)
    for name, vif in file.virtual_interfaces.items():
        if vif.connection not in file.connections and vif.connection not in file.lags:
            known = [*file.connections, *file.lags]
            findings.unknown(("virtual_interfaces", name, "connection"), "connection", vif.connection, known)
