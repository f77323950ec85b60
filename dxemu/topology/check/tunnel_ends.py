"""Traffic selectors of a VPN's tunnels. A tunnel here carries everything, or, where its ends differ, nothing."""

from __future__ import annotations

from dxemu.topology.built_vpn import customer_selectors
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_vpn import TunnelCustomerEntry, VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.model_ends import Selectors

LOCAL = True
TUNNELS = 2

PARAGRAPHS = {
    "DX-T126": """\
Traffic selectors that a lab's tunnels cannot have. AWS's are 0.0.0.0/0 on both sides unless
local_ipv4_network_cidr and remote_ipv4_network_cidr of the VPN say otherwise. A tunnel whose ends
agree on less than everything carries neither BGP nor what is behind other networks, and is not
modelled: narrower ones are for a drill only, in which the customer's do not meet AWS's, so that
AWS answers TS_UNACCEPTABLE. Source: Site-to-Site VPN User Guide, Tunnel options.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T126: selectors that the ends would agree on, and that are not everything."""
    for name, vpn in file.vpns.items():
        amazon = Selectors(vpn.local_ipv4_network_cidr, vpn.remote_ipv4_network_cidr)
        alike = len(vpn.tunnels) < TUNNELS
        for number, tunnel in enumerate(vpn.tunnels):
            mine = customer_selectors(vpn, tunnel.customer)
            alike = alike or (mine is None and tunnel.customer.configured)
            if mine is not None and mine.meet(amazon):
                path = ("vpns", name, "tunnels", number, "customer", _key(tunnel.customer))
                problem = f"the ends would agree on a part of {amazon}, and such a tunnel is not modelled"
                remedy = "Give the VPN a local_ipv4_network_cidr that is elsewhere, for a drill; or take it out."
                findings.add(path, "DX-T126", problem, remedy)
        if amazon != Selectors() and alike:
            _narrow(("vpns", name), vpn, amazon, findings)


def _narrow(path: KeyPath, vpn: VpnEntry, amazon: Selectors, findings: Findings) -> None:
    """AWS's are narrow, and a tunnel would come up with them."""
    key = "local_ipv4_network_cidr" if vpn.local_ipv4_network_cidr != Selectors().local else "remote_ipv4_network_cidr"
    problem = f"a tunnel that carries {amazon} only is not modelled"
    remedy = f"Take it out, or give the customer's end of both tunnels another {key}, for a drill."
    findings.add((*path, key), "DX-T126", problem, remedy)


def _key(customer: TunnelCustomerEntry) -> str:
    return "remote_ipv4_network_cidr" if customer.local_ipv4_network_cidr is None else "local_ipv4_network_cidr"
