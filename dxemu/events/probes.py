"""What the probes found. `direction` is `to_aws` or `from_aws`; times are seconds since the run's start."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import Event


class PathFound(Event):
    """Asked of the kernels' tables: `hops` are nodes and cables in turn. One that ends early is not complete."""

    word: ClassVar[str] = "path"
    probe: str
    direction: str
    hops: tuple[str, ...]
    complete: bool


class PacketsLogged(Event):
    """One direction of an outage probe is over. `file` is its `ProbeLog` in the run's folder."""

    word: ClassVar[str] = "probe"
    probe: str
    direction: str
    interval_s: float
    sent: int
    received: int
    lateness_max_s: float
    file: str


class ThroughputMeasured(Event):
    """As in `dxemu.measure.result.Throughput`."""

    word: ClassVar[str] = "throughput"
    probe: str
    direction: str
    streams: int
    started_s: float
    omitted_s: float
    seconds: float
    bits_per_second: float
    offered_bps: float | None
    lost_percent: float | None
    problem: str


class ServiceFetched(Event):
    """One fetch, as in `dxemu.measure.result.Fetch`."""

    word: ClassVar[str] = "fetched"
    probe: str
    service: str
    started_s: float
    took_s: float
    status: int | None
    bytes: int
    seen_as: str
    problem: str


class FramesCaptured(Event):
    """How many frames of one `label` a cable carried in each direction."""

    word: ClassVar[str] = "captured"
    probe: str
    cable: str
    label: str
    to_aws: int
    from_aws: int


class PathMtuFound(Event):
    """As in `dxemu.measure.result.PathMtu`."""

    word: ClassVar[str] = "path_mtu"
    probe: str
    direction: str
    started_s: float
    mtu: int
    told: bool | None
    told_by: str
