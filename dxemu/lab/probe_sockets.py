"""The sockets of one direction of a probe: those that send its flows, and the one at which they arrive."""

from __future__ import annotations

import socket

from dxemu.host.batch import SO_RCVBUFFORCE
from dxemu.lab.probe_flow import ProbeFlow

RECEIVE_BUFFER_BYTES = 8 << 20
_SO_TIMESTAMPNS = 35
_DSCP_SHIFT = 2
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


def sink(flow: ProbeFlow) -> socket.socket:
    """Where its packets arrive, with the kernel's time stamps."""
    with flow.target.entered():
        made = socket.socket(_FAMILY[flow.target_address.version], socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    made.bind((str(flow.target_address), flow.ports.destination_port))
    return made


def sender(flow: ProbeFlow, port: int) -> socket.socket:
    """What sends one of its flows, from this port."""
    with flow.source.entered():
        made = socket.socket(_FAMILY[flow.source_address.version], socket.SOCK_DGRAM)
    if flow.dscp:
        six = flow.source_address.version == 6  # noqa: PLR2004 - the IP version
        level, option = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if six else (socket.IPPROTO_IP, socket.IP_TOS)
        made.setsockopt(level, option, flow.dscp << _DSCP_SHIFT)
    if len(flow.sources) > 1:  # two probes may have drawn the same
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((str(flow.source_address), port))
    made.connect((str(flow.target_address), flow.ports.destination_port))
    return made
