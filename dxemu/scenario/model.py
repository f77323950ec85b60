"""A scenario as frozen values: a story in four acts (topology, before, steps, expectations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from dxemu.errors import Mark
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds

Argument = str | bool | float | tuple[str, ...]
"""A value of an expectation: Seconds, BitsPerSecond and percents are numbers, a list of words is a tuple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What every probe is. `kind` is its word in the file, and the name of the file in dxemu/probes that runs it."""

    kind: ClassVar[str]
    name: str

    @property
    def ends(self) -> tuple[str, str] | None:
        """The nodes between which it measures; None if it has no path."""
        return None

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return 4

    @property
    def over_at(self) -> Seconds:
        """When it is over; 0 for one that goes on until the run's end."""
        return Seconds(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpProbe(Probe):
    """Numbered UDP packets in both directions between a host in the data centre and an instance."""

    kind: ClassVar[str] = "udp"
    from_host: str
    to_host: str
    rate: PacketsPerSecond
    ip_version: int = 4

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @property
    def ends(self) -> tuple[str, str]:
        """Customer's host, far host."""
        return self.from_host, self.to_host


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputProbe(Probe):
    """How much gets through from `at` on, for `duration`, in one direction (`to_aws`, `from_aws`).

    TCP as fast as it can, or UDP at `offered` (None: TCP), in `streams` connections together. `mss` limits the
    payload of a packet, in bytes.
    """

    kind: ClassVar[str] = "iperf3"
    from_host: str
    to_host: str
    direction: str
    at: Seconds
    duration: Seconds
    streams: int = 1
    offered: BitsPerSecond | None = None
    mss: int | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """Customer's host, far host."""
        return self.from_host, self.to_host

    @property
    def over_at(self) -> Seconds:
        """When its last packet was sent, at best."""
        return Seconds(round(self.at + self.duration, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProbe(Probe):
    """A client that asks a public service, at `rate` from the start to the end, or once, at `at`."""

    kind: ClassVar[str] = "fetch"
    from_host: str
    service: str
    rate: PacketsPerSecond | None
    at: Seconds | None

    @property
    def ends(self) -> tuple[str, str]:
        """Client, service."""
        return self.from_host, self.service

    @property
    def over_at(self) -> Seconds:
        """When it asks, if it asks once."""
        return self.at or Seconds(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureProbe(Probe):
    """The frames on a cable, counted by protocol: a connection's cross connect, or a circuit."""

    kind: ClassVar[str] = "capture"
    cable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMtuProbe(Probe):
    """The largest packet that gets from one host to another, asked at these times."""

    kind: ClassVar[str] = "pmtu"
    from_host: str
    to_host: str
    at: tuple[Seconds, ...]

    @property
    def ends(self) -> tuple[str, str]:
        """Sender, receiver."""
        return self.from_host, self.to_host

    @property
    def over_at(self) -> Seconds:
        """When it asks for the last time."""
        return self.at[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """Inject fault `kind` at `at`, and heal it `duration` later (never, if None).

    `id` is unique in the scenario: the kind, with `#2` and so on when it is used again.
    `parameters` are the words under the fault's name, e.g. {"connection": "primary"}.
    """

    id: str
    kind: str
    at: Seconds
    duration: Seconds | None
    parameters: Mapping[str, str]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """Somebody does `kind` at `at`. `id` and `parameters` as in `FaultStep`."""

    id: str
    kind: str
    at: Seconds
    parameters: Mapping[str, str]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line under `expect`. `text` is the line as written.

    subject  arguments                                        form
    outage   name of probe; at_most, at_least, within_prediction, direction    number
    path     name of probe; via (connection); at (`start`, `end` or a time)    state
    session  name of virtual interface; never: down | stays: up | within: time never / stays / eventually
             | is: up or down, at a moment                              state
    detected name of fault step or kind; by (carrier, bfd, hold_timer ...)     state
    lost     name of probe; at_most, after, direction, fault                   number
    throughput name of iperf3 probe; at_least, at_most (BitsPerSecond), lost_at_least, lost_at_most (percent)
    fetched  name of fetch probe; always, never, at (`start`, `end` or a time), seen_as (address)
    capture  name of capture probe; only, has, never (protocols)
    pmtu     name of pmtu probe; is (bytes), told (by ICMP), at (a time)
    """

    subject: str
    name: str
    arguments: Mapping[str, Argument]
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `topology` already has the scenario's `change` applied. The run ends at `end`.

    `topology_file` and `change` are what `topology` was made from.
    """

    name: str
    story: str
    topology: Topology
    probes: tuple[Probe, ...]
    steps: tuple[FaultStep, ...]
    expect: tuple[Expectation, ...]
    end: Seconds | None
    see_also: str
    marks: Marks = field(repr=False, compare=False)
    actions: tuple[ActionStep, ...] = ()
    topology_file: Path | None = None
    change: object = field(default=None, repr=False)
