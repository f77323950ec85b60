"""Gateways: what is attached to what."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import quoted, suggestion


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: an unknown gateway, VPC or connection. DX-T027: a VPC with two virtual private gateways."""
    gateway_of: dict[str, str] = {}
    for name, gateway in file.aws.virtual_private_gateways.items():
        path = ("aws", "virtual_private_gateways", name, "vpc")
        if gateway.vpc not in file.aws.vpcs:
            remedy = suggestion(gateway.vpc, file.aws.vpcs)
            findings.add(path, "DX-T003", f"there is no VPC {quoted(gateway.vpc)}", remedy)
        elif gateway.vpc in gateway_of:
            problem = f"VPC '{gateway.vpc}' already has the virtual private gateway '{gateway_of[gateway.vpc]}'"
            findings.add(path, "DX-T027", problem, "AWS attaches one to a VPC. Point both interfaces at the same one.")
        gateway_of.setdefault(gateway.vpc, name)
    for name, vif in file.virtual_interfaces.items():
        gateways = [*file.aws.virtual_private_gateways, *file.aws.direct_connect_gateways]
        elsewhere = vif.gateway in file.aws.transit_gateways
        if vif.gateway is not None and vif.gateway not in gateways and not elsewhere:
            remedy = suggestion(vif.gateway, gateways)
            problem = f"there is no gateway {quoted(vif.gateway)}"
            findings.add(("virtual_interfaces", name, "gateway"), "DX-T003", problem, remedy)
    for name, vif in file.virtual_interfaces.items():
        if vif.connection not in file.connections and vif.connection not in file.lags:
            problem = f"there is no connection {quoted(vif.connection)}"
            remedy = suggestion(vif.connection, [*file.connections, *file.lags])
            findings.add(("virtual_interfaces", name, "connection"), "DX-T003", problem, remedy)
