"""A tunnel with AWS's defaults."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

from dxemu.plan.model import IpsecTunnel, TunnelEnd
from dxemu.units import BitsPerSecond, Seconds

CUSTOMER, AWS = "dc_1", "backup_endpoint_1"

TUNNEL = IpsecTunnel(
    name="backup_tunnel_1",
    vpn="backup",
    if_id=7,
    ends=(
        TunnelEnd(
            node=CUSTOMER,
            interface="backup_1",
            underlay_interface="lo",
            outside=IPv4Address("203.0.113.1"),
            inside=IPv4Interface("169.254.10.2/30"),
            initiates=True,
        ),
        TunnelEnd(
            node=AWS,
            interface="tunnel",
            underlay_interface="line",
            outside=IPv4Address("52.94.0.1"),
            inside=IPv4Interface("169.254.10.1/30"),
            initiates=False,
        ),
    ),
    pre_shared_key="a_key.of_the_topology",
    mtu=1446,
    rate=BitsPerSecond(1250 * 10**6),
    phase1_lifetime=Seconds(28800),
    phase2_lifetime=Seconds(3600),
    rekey_margin=Seconds(270),
    dpd_delay=Seconds(10),
    dpd_timeout=Seconds(40),
    replay_window=1024,
)
