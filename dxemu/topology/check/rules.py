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
    gateways,
    hosts,
    mtu,
    names,
    networks,
    peers,
    timers,
    vlan,
)
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

RULES: tuple[Callable[[TopologyFile, Findings], None], ...] = (
    names.check,
    connections.check,
    circuits.check,
    gateways.check,
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
