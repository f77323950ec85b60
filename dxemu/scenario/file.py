"""The scenario file, key by key.

Expectations and a fault's parameters are read by hand: which words they know depends on others.
"""

from __future__ import annotations

from pydantic import Field

from dxemu.topology.fields import Duration, PacketRate
from dxemu.topology.entry import Entry
from dxemu.units import PacketsPerSecond

DEFAULT_RATE = PacketsPerSecond(100)


class UdpEntry(Entry):
    """Numbered UDP packets in both directions."""

    from_host: str = Field(alias="from", examples=["app"])
    to_host: str = Field(alias="to", examples=["web"])
    rate: PacketRate = Field(default_factory=lambda: DEFAULT_RATE, examples=["100/s"])


class ProbeEntry(Entry):
    """A probe: its kind, and what it needs."""

    udp: UdpEntry = Field(examples=["{from: app, to: web, rate: 100/s}"])


class StepEntry(Entry):
    """A fault at a time; healed after `for`, if that is given."""

    at: Duration = Field(examples=["5 s"])
    fault: object = Field(examples=["{cable_cut: {connection: primary}}"])
    duration: Duration | None = Field(default=None, alias="for", examples=["30 s"])


class ScenarioFile(Entry):
    """A scenario file."""

    story: str = Field(default="", examples=["The light stays on but nothing arrives. How long are we down?"])
    topology: str = Field(examples=["backup_connection"])
    change: dict[str, object] = Field(default_factory=dict, examples=["{virtual_interfaces: {primary: {bfd: off}}}"])
    probes: dict[str, ProbeEntry] = Field(default_factory=dict, examples=["{app: {udp: {from: app, to: web}}}"])
    steps: list[StepEntry] = Field(
        default_factory=list, examples=["[{at: 5 s, fault: {cable_cut: {connection: primary}}}]"]
    )
    expect: list[dict[str, object]] = Field(default_factory=list, examples=["[{outage: app, at_most: 1 s}]"])
    end: Duration | None = Field(default=None, examples=["60 s"])
    see_also: str = Field(default="", examples=["scenarios/cut_primary_silently.yaml"])
