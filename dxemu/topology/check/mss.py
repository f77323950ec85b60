"""How the customer's routers clamp TCP's segments."""

from __future__ import annotations

from dxemu.aws import vpn_tunnels
from dxemu.aws.mtu import IP_AND_TCP
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath

LOCAL = True

PARAGRAPHS = {
    "DX-T128": """\
A router that clamps writes a smaller maximum segment size into the SYN of both ends, so that no
segment is longer than the way carries, whatever becomes of ICMP. 40 bytes of headers come to each
segment: behind a tunnel of 1446 bytes 1406 is the most that helps, on a virtual interface of 1500
bytes 1460. A larger clamp changes nothing. Connections keep the size that they began with, so
where they may fail over to a smaller way, both need its clamp. UDP is not helped. Source: RFC 9293
section 3.7.1; Site-to-Site VPN User Guide, Your customer gateway device.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T128: a clamp that clamps nothing."""
    carried: list[tuple[KeyPath, int | None, int]] = [
        (("virtual_interfaces", name), vif.customer.tcp_mss, vif.customer.mtu or vif.mtu)
        for name, vif in file.virtual_interfaces.items()
    ]
    carried += [(("vpns", name), vpn.customer.tcp_mss, vpn_tunnels.MTU) for name, vpn in file.vpns.items()]
    for path, mss, mtu in carried:
        if mss is not None and mss > mtu - IP_AND_TCP:
            problem = f"segments of {mss} bytes are packets of {mss + IP_AND_TCP}, and '{path[-1]}' carries {mtu}"
            remedy = f"It would clamp nothing: use {mtu - IP_AND_TCP} or less, or take it out."
            findings.add((*path, "customer", "tcp_mss"), "DX-T128", problem, remedy)
