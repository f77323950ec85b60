"""What the probes found. `direction` is `to_aws` or `from_aws`; times are seconds since the run's start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.events.base import ProbeEvent, Recorded

BEGUN, OVER = "begun", "over"
"""States of an outage."""


class PathFound(ProbeEvent):
    """Asked of the kernels' tables: `hops` are nodes and cables in turn. One that ends early is not complete."""

    word: ClassVar[str] = "path"
    direction: str
    hops: tuple[str, ...]
    complete: bool


class OutageSeen(ProbeEvent):
    """While it sends: nothing of one of its flows arrives (`state` BEGUN), or all arrive again (OVER).

    The first packet that did not arrive left at `since_s`. It is told only where a step waits for it.
    """

    word: ClassVar[str] = "outage"
    direction: str
    state: str
    since_s: float


class FlowsSpread(ProbeEvent):
    """Of its `flows` so many lead to the end and `over` each connection, LAG and tunnel: asked as for `PathFound`."""

    word: ClassVar[str] = "flows"
    direction: str
    flows: int
    over: Mapping[str, object]


class OfPackets(Recorded):
    """What the packets of a probe look like, as in `dxemu.events.packet_type.PacketType`: what such an event has, too.

    `flows` may be None, which is one. All others are None if a dxemu told the event that did not record them.
    """

    flows: int | None = None
    ip_version: int | None = None
    bytes: int | None = None
    dscp: int | None = None
    source_port: int | None = None
    destination_port: int | None = None


class PacketsLogged(ProbeEvent, OfPackets):
    """One direction of an outage probe is over. `file` is its `ProbeLog` in the run's folder.

    Of so many `flows` each packet belongs to the next one; `interval_s` is from one of a flow to its next.
    """

    word: ClassVar[str] = "probe"
    direction: str
    interval_s: float
    sent: int
    received: int
    lateness_max_s: float
    file: str


class ThroughputMeasured(ProbeEvent):
    """As in `dxemu.probes.throughput.Throughput`."""

    word: ClassVar[str] = "throughput"
    direction: str
    streams: int
    started_s: float
    omitted_s: float
    seconds: float
    bits_per_second: float
    offered_bps: float | None
    lost_percent: float | None
    problem: str
    late_s: float | None = None


class ServiceFetched(ProbeEvent):
    """One fetch, as in `dxemu.probes.fetch.Fetch`."""

    word: ClassVar[str] = "fetched"
    service: str
    started_s: float
    took_s: float
    status: int | None
    bytes: int
    seen_as: str
    problem: str
    late_s: float | None = None


class RequestTroubled(ProbeEvent):
    """A request that was not answered (`problem`), or slowly (""): only those are told one by one."""

    word: ClassVar[str] = "request"
    protocol: str
    started_s: float
    took_s: float
    problem: str


class RequestsCounted(ProbeEvent):
    """All requests of a probe, as in `dxemu.probes.asking.Requests`."""

    word: ClassVar[str] = "requests"
    protocol: str
    interval_s: float
    asked: int
    failed: int
    slow: int
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    longest_s: float
    lateness_max_s: float


class StreamStalled(ProbeEvent):
    """Nothing came back on a connection, as in `dxemu.probes.tcp.Stall`."""

    word: ClassVar[str] = "stalled"
    number: int
    start_s: float
    end_s: float | None


class StreamEnded(ProbeEvent):
    """A connection is over, or the run is: as in `dxemu.probes.tcp.Stream`."""

    word: ClassVar[str] = "stream"
    number: int
    opened_s: float | None
    ended_s: float
    reason: str
    messages: int
    answered: int
    retransmitted: int
    retransmitted_back: int
    p50_s: float | None
    longest_s: float
    interval_s: float
    lateness_max_s: float


class LatencyMeasured(ProbeEvent, OfPackets):
    """One direction of a probe is over: as in `dxemu.probes.latency.Latency`."""

    word: ClassVar[str] = "latency"
    direction: str
    interval_s: float
    sent: int
    arrived: int
    least_s: float | None
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    p999_s: float | None
    most_s: float | None
    slowest_s: float | None
    lateness_max_s: float


class HopsTraced(ProbeEvent):
    """One trace, that began `late_s` late: as in `dxemu.probes.trace.Trace`."""

    word: ClassVar[str] = "hops"
    started_s: float
    hops: tuple[str, ...]
    complete: bool
    interval_s: float
    late_s: float


class FramesCaptured(ProbeEvent):
    """How many frames of one `label` a cable carried in each direction."""

    word: ClassVar[str] = "captured"
    cable: str
    label: str
    to_aws: int
    from_aws: int


class PathMtuFound(ProbeEvent):
    """As in `dxemu.probes.pmtu.PathMtu`."""

    word: ClassVar[str] = "path_mtu"
    direction: str
    started_s: float
    mtu: int
    told: bool | None
    told_by: str
    late_s: float | None = None


class FoundByItself(ProbeEvent):
    """What a probe of one file tells: what JSON can hold, by the keys of its kind."""

    word: ClassVar[str] = "measured"
    found: Mapping[str, object]
