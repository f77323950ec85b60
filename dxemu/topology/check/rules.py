"""Every rule, in no order that matters."""

from __future__ import annotations

from collections.abc import Callable

from dxemu.topology.check import (
    accounts,
    announcements,
    asn,
    auth_key,
    bandwidth,
    bfd,
    circuits,
    communities,
    connections,
    direct_connect_gateways,
    gateways,
    hosted,
    hosts,
    internet,
    lags,
    mtu,
    names,
    networks,
    peers,
    places,
    policies,
    prefix_pools,
    public_vifs,
    quotas,
    site_link,
    static_routes,
    timers,
    transit_gateways,
    vif_gateways,
    vlan,
    vpc_static_routes,
    vpcs,
    vpn_inside,
    vpn_outside,
    vpns,
    vrrp,
)
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

Rule = Callable[[TopologyFile, Findings], None]

RULES: tuple[Rule, ...] = (
    names.check,
    places.check,
    vrrp.check,
    connections.check,
    lags.check,
    hosted.check,
    accounts.check,
    circuits.check,
    gateways.check,
    vif_gateways.check,
    public_vifs.check,
    policies.check,
    announcements.check,
    static_routes.check,
    direct_connect_gateways.check,
    transit_gateways.check,
    vpcs.check,
    vpc_static_routes.check,
    site_link.check,
    quotas.check,
    prefix_pools.check,
    vpns.check,
    vpn_inside.check,
    vpn_outside.check,
    networks.check,
    internet.check,
    hosts.check,
    vlan.check,
    asn.check,
    peers.check,
    auth_key.check,
    bandwidth.check,
    mtu.check,
    timers.check,
    bfd.check,
    communities.check,
)

LOCAL_RULES: tuple[Rule, ...] = (
    auth_key.check,
    bandwidth.check,
    bfd.check,
    communities.check,
    mtu.check,
    timers.check,
    vlan.check,
)
"""Those that look at one entry at a time, and are asked even where others are not known."""
