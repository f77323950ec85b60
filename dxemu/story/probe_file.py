"""The probes of a scenario file, key by key: one entry for each kind, under the kind's own word."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from dxemu.topology.entry import Entry
from dxemu.topology.fields import BitRate, Duration, PacketRate, Wrong, read_duration
from dxemu.units import PacketsPerSecond, Seconds

DEFAULT_RATE = PacketsPerSecond(100)
DEFAULT_DURATION = Seconds(1)


def _moments(value: object) -> tuple[Seconds, ...]:
    """A time or a list of them, in order."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Wrong("DX-F010", "there is no time in the list", "Write for example [2 s, 20 s].")
    return tuple(sorted(dict.fromkeys(read_duration(item) for item in values)))


Moments = Annotated[
    tuple[Seconds, ...],
    PlainValidator(_moments),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["2 s"]},
                {"type": "array", "items": {"type": "string"}, "examples": [["2 s", "20 s"]]},
            ]
        }
    ),
]


class UdpEntry(Entry):
    """Numbered UDP packets in both directions."""

    from_host: str = Field(alias="from", examples=["app"])
    to_host: str = Field(alias="to", examples=["web"])
    rate: PacketRate = Field(default_factory=lambda: DEFAULT_RATE, examples=["100/s"])
    ip_version: Literal[4, 6] = Field(default=4, examples=["6"])


class ThroughputEntry(Entry):
    """How much gets through in one direction, by iperf3: TCP, or UDP at the rate that `udp` offers."""

    from_host: str = Field(alias="from", examples=["app"])
    to_host: str = Field(alias="to", examples=["web"])
    direction: Literal["to_aws", "from_aws"] = Field(default="to_aws", examples=["to_aws"])
    at: Duration = Field(examples=["5 s"])
    duration: Duration = Field(default_factory=lambda: DEFAULT_DURATION, alias="for", examples=["500 ms"])
    streams: int = Field(default=1, ge=1, le=128, examples=["16"])
    udp: BitRate | None = Field(default=None, examples=["1 Gbps"])
    mss: int | None = Field(default=None, ge=88, le=9216, examples=["1360"])


class FetchEntry(Entry):
    """A client of a public service: over HTTP, or a DNS question. Every second, unless `rate` or `at` says else."""

    from_host: str = Field(alias="from", examples=["app"])
    service: str = Field(examples=["s3_us_east_1"])
    rate: PacketRate | None = Field(default=None, examples=["1/s"])
    at: Duration | None = Field(default=None, examples=["5 s"])


class CaptureEntry(Entry):
    """The frames on one cable, counted by protocol."""

    connection: str | None = Field(default=None, examples=["primary"])
    circuit: str | None = Field(default=None, examples=["metro"])


class PathMtuEntry(Entry):
    """The largest packet that gets through, at one or more times."""

    from_host: str = Field(alias="from", examples=["app"])
    to_host: str = Field(alias="to", examples=["web"])
    at: Moments = Field(examples=["[2 s, 20 s]"])


class ProbeEntry(Entry):
    """A probe: its kind, and what it needs."""

    udp: UdpEntry | None = Field(default=None, examples=["{from: app, to: web, rate: 100/s}"])
    iperf3: ThroughputEntry | None = Field(default=None, examples=["{from: app, to: web, at: 5 s, for: 500 ms}"])
    fetch: FetchEntry | None = Field(default=None, examples=["{from: app, service: s3_us_east_1, rate: 1/s}"])
    capture: CaptureEntry | None = Field(default=None, examples=["{connection: primary}"])
    pmtu: PathMtuEntry | None = Field(default=None, examples=["{from: app, to: web, at: 2 s}"])

    def kinds(self) -> dict[str, Entry]:
        """What is written, by kind. A probe should have one."""
        return {kind: entry for kind in ProbeEntry.model_fields if (entry := getattr(self, kind)) is not None}
