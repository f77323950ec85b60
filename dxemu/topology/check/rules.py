"""Every rule, in no order that matters."""

from __future__ import annotations

from collections.abc import Callable

from dxemu.topology.check import (
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
    lags,
    mtu,
    names,
    networks,
    peers,
    places,
    timers,
    transit_gateways,
    vif_gateways,
    vlan,
    vpns,
)
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

RULES: tuple[Callable[[TopologyFile, Findings], None], ...] = (
    names.check,
    places.check,
    connections.check,
    lags.check,
    hosted.check,
    circuits.check,
    gateways.check,
    vif_gateways.check,
    direct_connect_gateways.check,
    transit_gateways.check,
    vpns.check,
    networks.check,
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
