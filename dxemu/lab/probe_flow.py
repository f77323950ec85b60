"""One direction of a UDP probe: from where to where, and what its packets look like."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from dxemu.events.packet_type import PacketType
from dxemu.netlink import route
from dxemu.netlink.namespace import Namespace
from dxemu.units import IPAddress

SEQUENCE = struct.Struct("=Q")
"""A packet's number, with which it begins."""
_HEADERS = {4: 28, 6: 48}
"""Bytes of IP and UDP."""


@dataclass(frozen=True, slots=True)
class ProbeFlow:
    """One direction of a probe, whose packets leave from the ports `sources` in turn (none: from that of `ports`).

    `size` is that of a whole packet in bytes (None: as small as can be).
    """

    probe: str
    direction: str
    source: Namespace
    source_address: IPAddress
    target: Namespace
    target_address: IPAddress
    ports: route.FlowPorts
    interval_ns: int
    sources: tuple[int, ...] = ()
    size: int | None = None
    dscp: int = 0

    @property
    def padding(self) -> bytes:
        """What follows a packet's number."""
        headers = _HEADERS[self.source_address.version] + SEQUENCE.size
        return bytes(max(0, (self.size or 0) - headers))

    @property
    def packet_type(self) -> PacketType:
        """Of what leaves: as long as it really is."""
        version, ports = self.source_address.version, self.ports
        return PacketType(
            ip_version=version,
            bytes=_HEADERS[version] + SEQUENCE.size + len(self.padding),
            dscp=self.dscp,
            source_port=(self.sources or (ports.source_port,))[0],
            destination_port=ports.destination_port,
            flows=max(1, len(self.sources)),
        )

    @property
    def file(self) -> str:
        """Name of its ProbeLog in the run's folder."""
        return f"{self.probe}.{self.direction}.probe"
