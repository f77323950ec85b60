"""What kind of packets a probe sent: its Type-P, which is to be reported with what it measured (RFC 7680, 2.8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.events.probes import OfPackets


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketType:
    """UDP over this IP version: `bytes` of a whole packet with its headers, DSCP, and ports.

    Of several `flows` each has a source port of its own, of which `source_port` is the first.
    """

    ip_version: int
    bytes: int
    dscp: int
    source_port: int
    destination_port: int
    flows: int = 1

    def __str__(self) -> str:
        more = "" if self.flows == 1 else f" and {self.flows - 1} more"
        ports = f"ports {self.source_port}{more} to {self.destination_port}"
        return f"UDP over IPv{self.ip_version}, {self.bytes} bytes, DSCP {self.dscp}, {ports}"

    @property
    def fields(self) -> Mapping[str, int]:
        """Those of an event that tells it."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(name for name in OfPackets.types if name != "flows")


def packet_type(event: OfPackets) -> PacketType | None:
    """That of a probe's event; None if it was told by a dxemu that did not record it."""
    values = event.__dict__
    if any(values.get(name) is None for name in FIELDS):
        return None
    return PacketType(**{name: values[name] for name in FIELDS}, flows=values.get("flows") or 1)
