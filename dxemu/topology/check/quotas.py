"""AWS's quotas: how many virtual interfaces, gateways, LAGs and VPN connections."""

from __future__ import annotations

from collections import Counter

from dxemu.aws.quotas import (
    DIRECT_CONNECT_GATEWAYS,
    LAGS,
    TRANSIT_GATEWAYS,
    TRANSIT_VIRTUAL_INTERFACES_DEDICATED,
    VIRTUAL_INTERFACES_DEDICATED,
    VIRTUAL_INTERFACES_GATEWAY,
    VIRTUAL_INTERFACES_OF_ALL_TYPES,
    VIRTUAL_PRIVATE_GATEWAYS,
    VPNS,
    VPNS_REGION,
)
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import bundle, members
from dxemu.topology.file import TopologyFile

ON_CONNECTION = {
    "private or public": VIRTUAL_INTERFACES_DEDICATED,
    "transit": TRANSIT_VIRTUAL_INTERFACES_DEDICATED,
}

PARAGRAPHS = {
    "DX-T041": """\
AWS's quotas: 30 virtual interfaces, 20 virtual private gateways or 6 transit gateways on a Direct
Connect gateway, 20 Direct Connect gateways on a transit gateway; 50 private and public virtual
interfaces and 4 transit ones, 51 together, on a dedicated connection or LAG; 10 LAGs in a Region;
10 VPN connections on a virtual private gateway, 50 in a Region. Source: Direct Connect User
Guide, Direct Connect quotas; Site-to-Site VPN User Guide, Quotas.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T041: more than AWS's quotas."""
    _virtual_interfaces(file, findings)
    _associations(file, findings)
    _lags(file, findings)
    per_gateway: Counter[str] = Counter()
    per_region: Counter[str] = Counter()
    for name, vpn in file.vpns.items():
        per_gateway[vpn.gateway] += 1
        region = region_of(file, vpn.gateway)
        per_region[region] += 1
        if per_region[region] > VPNS_REGION.most:
            problem = f"'{name}' is VPN connection number {per_region[region]} in {region}"
            findings.add_name(("vpns", name), "DX-T041", problem, f"AWS takes {VPNS_REGION.most} in a Region.")
        if vpn.gateway in file.aws.virtual_private_gateways and per_gateway[vpn.gateway] > VPNS.most:
            problem = f"'{name}' is VPN connection number {per_gateway[vpn.gateway]} on '{vpn.gateway}'"
            remedy = f"AWS takes {VPNS.most} on a virtual private gateway."
            findings.add(("vpns", name, "gateway"), "DX-T041", problem, remedy)


def region_of(file: TopologyFile, gateway: str) -> str:
    """The Region of a virtual private or transit gateway."""
    aws = file.aws
    tgw, vgw = aws.transit_gateways.get(gateway), aws.virtual_private_gateways.get(gateway)
    vpc = None if vgw is None else aws.vpcs.get(vgw.vpc)
    of_gateway = tgw or vpc
    return aws.region if of_gateway is None or of_gateway.region is None else of_gateway.region


def _virtual_interfaces(file: TopologyFile, findings: Findings) -> None:
    on_gateway: Counter[str] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    on_port: Counter[str] = Counter()
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name)
        if vif.gateway in file.aws.direct_connect_gateways:
            on_gateway[vif.gateway] += 1
            if on_gateway[vif.gateway] > VIRTUAL_INTERFACES_GATEWAY.most:
                problem = f"'{name}' is virtual interface number {on_gateway[vif.gateway]} on '{vif.gateway}'"
                remedy = f"AWS takes {VIRTUAL_INTERFACES_GATEWAY.most} on a Direct Connect gateway. Make another one."
                findings.add((*path, "gateway"), "DX-T041", problem, remedy)
        port, kind = bundle(file, vif.connection), "transit" if vif.type == "transit" else "private or public"
        by_kind[port, kind] += 1
        on_port[port] += 1
        if by_kind[port, kind] > ON_CONNECTION[kind].most:
            problem = f"'{name}' is {kind} virtual interface number {by_kind[port, kind]} on '{port}'"
            remedy = f"AWS takes {ON_CONNECTION[kind].most} of them on a connection or LAG."
            findings.add((*path, "connection"), "DX-T041", problem, remedy)
        elif on_port[port] > VIRTUAL_INTERFACES_OF_ALL_TYPES.most:
            problem = f"'{name}' is virtual interface number {on_port[port]} on '{port}'"
            remedy = f"AWS takes {VIRTUAL_INTERFACES_OF_ALL_TYPES.most} of all types together on a connection or LAG."
            findings.add((*path, "connection"), "DX-T041", problem, remedy)


def _associations(file: TopologyFile, findings: Findings) -> None:
    per_tgw: Counter[str] = Counter()
    for name, dxgw in file.aws.direct_connect_gateways.items():
        path = ("aws", "direct_connect_gateways", name, "associations")
        vgws = [g for g in dxgw.associations if g in file.aws.virtual_private_gateways]
        tgws = [g for g in dxgw.associations if g in file.aws.transit_gateways]
        for kind, found, most in (
            ("virtual private", vgws, VIRTUAL_PRIVATE_GATEWAYS.most),
            ("transit", tgws, TRANSIT_GATEWAYS.most),
        ):
            for gateway in found[most:]:
                problem = f"'{gateway}' is one {kind} gateway too many behind '{name}'"
                findings.add_name(
                    (*path, gateway), "DX-T041", problem, f"AWS takes {most}. Make another Direct Connect gateway."
                )
        for gateway in tgws:
            per_tgw[gateway] += 1
            if per_tgw[gateway] > DIRECT_CONNECT_GATEWAYS.most:
                problem = f"'{name}' is Direct Connect gateway number {per_tgw[gateway]} of '{gateway}'"
                findings.add_name(
                    (*path, gateway),
                    "DX-T041",
                    problem,
                    f"AWS takes {DIRECT_CONNECT_GATEWAYS.most} on a transit gateway.",
                )


def _lags(file: TopologyFile, findings: Findings) -> None:
    per_region: Counter[str] = Counter()
    for name in file.lags:
        at = next((file.aws.locations.get(c.location) for c in members(file, name).values()), None)
        if at is None:
            continue
        region = at.region or file.aws.region
        per_region[region] += 1
        if per_region[region] > LAGS.most:
            problem = f"'{name}' is LAG number {per_region[region]} in {region}"
            findings.add_name(("lags", name), "DX-T041", problem, f"AWS takes {LAGS.most} in a Region.")
