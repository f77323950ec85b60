"""Probes of a scenario: entries of the file -> values, with their ends looked up in the topology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxemu.errors import ProblemList
from dxemu.probes.base import Probe
from dxemu.probes.capture import CaptureProbe
from dxemu.probes.fetch import FetchProbe
from dxemu.probes.iperf3 import ThroughputProbe
from dxemu.probes.pmtu import PathMtuProbe
from dxemu.probes.udp import UdpProbe
from dxemu.story.names import AT_SITE, WITH_VERSION
from dxemu.story.probe_file import (
    CaptureEntry,
    FetchEntry,
    PathMtuEntry,
    ProbeEntry,
    ThroughputEntry,
    UdpEntry,
)
from dxemu.topology.check.names import is_name
from dxemu.topology.entry import Entry
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import listed, quoted, suggestion
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds

FASTEST_PROBE = PacketsPerSecond(100_000)
FASTEST_FETCH = PacketsPerSecond(100)
SHORTEST_THROUGHPUT = Seconds(0.1)
"""iperf3 counts in tenths of a second."""
FASTEST_LOAD = PacketsPerSecond(250_000)
"""What iperf3 sends and receives of UDP without losing any itself, measured in the embedded kernel."""
USUAL_PAYLOAD = 1448


@dataclass(frozen=True)
class ProbeReader:
    """Reads probes and adds what is wrong with them to `problems`.

    `names` is None if the topology could not be read: names are then not looked up. `end` is None if the file has
    none.
    """

    names: Mapping[str, Sequence[str]] | None
    end: Seconds | None
    marks: Marks
    problems: ProblemList

    def read(self, entries: Mapping[str, ProbeEntry]) -> tuple[Probe, ...]:
        """The probes in the file's order. DX-S004 to DX-S007, DX-S015, DX-S017 to DX-S019."""
        found = (self._probe(name, entry) for name, entry in entries.items())
        return tuple(probe for probe in found if probe is not None)

    def _probe(self, name: str, entry: ProbeEntry) -> Probe | None:
        mark = self.marks.key_at("probes", name)
        if not is_name(name):
            problem = f"{quoted(name)} cannot be the name of a probe"
            self.problems.add(mark, "DX-S015", problem, "Use 1 to 100 letters, digits, _ and -.")
        kinds = entry.kinds()
        if len(kinds) != 1:
            problem = f"'{name}' is {listed(kinds, 'and')} at once" if kinds else f"'{name}' has no kind"
            remedy = f"Write one of {listed(ProbeEntry.model_fields)} under it."
            self.problems.add(mark, "DX-S017", problem, remedy)
            return None
        ((kind, written),) = kinds.items()
        return self._value(name, written, ("probes", name, kind))

    def _value(self, name: str, entry: Entry, path: KeyPath) -> Probe | None:
        match entry:
            case UdpEntry():
                return self._udp(name, entry, path)
            case ThroughputEntry():
                return self._throughput(name, entry, path)
            case FetchEntry():
                return self._fetch(name, entry, path)
            case CaptureEntry():
                return self._capture(name, entry, path)
            case PathMtuEntry():
                return self._path_mtu(name, entry, path)
            case _:
                raise TypeError(f"nobody reads {type(entry).__name__}")

    def _udp(self, name: str, entry: UdpEntry, path: KeyPath) -> UdpProbe:
        self._rate(entry.rate, FASTEST_PROBE, path)
        near, far = self._across(entry.from_host, entry.to_host, path, entry.ip_version)
        return UdpProbe(name=name, from_host=near, to_host=far, rate=entry.rate, ip_version=entry.ip_version)

    def _throughput(self, name: str, entry: ThroughputEntry, path: KeyPath) -> ThroughputProbe:
        near, far = self._across(entry.from_host, entry.to_host, path)
        if entry.duration < SHORTEST_THROUGHPUT:
            problem = f"throughput cannot be measured in {entry.duration}"
            remedy = f"Use {SHORTEST_THROUGHPUT} or more."
            self.problems.add(self.marks.at(*path, "for"), "DX-S018", problem, remedy)
        self._load(entry, path)
        probe = ThroughputProbe(
            name=name,
            from_host=near,
            to_host=far,
            direction=entry.direction,
            at=entry.at,
            duration=entry.duration,
            streams=entry.streams,
            offered=entry.udp,
            mss=entry.mss,
        )
        self._over(probe, (*path, "at"))
        return probe

    def _load(self, entry: ThroughputEntry, path: KeyPath) -> None:
        payload = entry.mss or USUAL_PAYLOAD
        most = BitsPerSecond(FASTEST_LOAD * payload * 8)
        if entry.udp is not None and entry.udp > most:
            problem = f"{entry.udp} of UDP in packets of {payload} bytes is more than iperf3 can send"
            remedy = f"Offer {most} or less, or where the path has jumbo frames give a larger mss."
            self.problems.add(self.marks.at(*path, "udp"), "DX-S018", problem, remedy)

    def _fetch(self, name: str, entry: FetchEntry, path: KeyPath) -> FetchProbe:
        if entry.rate is not None and entry.at is not None:
            problem = "a fetch happens at a rate or once, not both"
            self.problems.add(self.marks.key_at(*path, "at"), "DX-S018", problem, "Leave out `rate` or `at`.")
        if entry.rate is not None:
            self._rate(entry.rate, FASTEST_FETCH, path)
        self._known("service", entry.service, (*path, "service"))
        self._end("from", entry.from_host, path)
        rate = PacketsPerSecond(1) if entry.rate is None and entry.at is None else entry.rate
        probe = FetchProbe(name=name, from_host=entry.from_host, service=entry.service, rate=rate, at=entry.at)
        self._over(probe, (*path, "at"))
        return probe

    def _capture(self, name: str, entry: CaptureEntry, path: KeyPath) -> CaptureProbe | None:
        written = {"connection": entry.connection, "circuit": entry.circuit}
        given = {noun: cable for noun, cable in written.items() if cable is not None}
        if len(given) != 1:
            problem = f"a capture is on one cable, this is {listed(given, 'and') if given else 'none'}"
            remedy = "Write for example {capture: {connection: primary}}."
            self.problems.add(self.marks.key_at(*path), "DX-S018", problem, remedy)
            return None
        ((noun, cable),) = given.items()
        self._known(noun, cable, (*path, noun))
        return CaptureProbe(name=name, cable=cable)

    def _path_mtu(self, name: str, entry: PathMtuEntry, path: KeyPath) -> PathMtuProbe:
        for key, host in (("from", entry.from_host), ("to", entry.to_host)):
            self._end(key, host, path)
        if entry.from_host == entry.to_host:
            problem = f"'{entry.to_host}' is both ends"
            self.problems.add(self.marks.at(*path, "to"), "DX-S018", problem, "Write two different hosts.")
        probe = PathMtuProbe(name=name, from_host=entry.from_host, to_host=entry.to_host, at=entry.at)
        self._over(probe, (*path, "at"))
        return probe

    def _rate(self, rate: PacketsPerSecond, fastest: PacketsPerSecond, path: KeyPath) -> None:
        if not 1 <= rate <= fastest:
            problem = f"a probe cannot send {rate}"
            self.problems.add(self.marks.at(*path, "rate"), "DX-S006", problem, f"Use 1/s to {fastest}.")

    def _over(self, probe: Probe, path: KeyPath) -> None:
        if self.end is not None and probe.over_at >= self.end:
            problem = f"'{probe.name}' is not over before the end at {self.end}"
            self.problems.add(self.marks.at(*path), "DX-S007", problem, "Let it happen earlier, or end later.")

    def _known(self, noun: str, name: str, path: KeyPath) -> None:
        known = None if self.names is None else self.names.get(noun)
        if known is not None and name not in known:
            remedy = suggestion(name, known, f"This topology has no {noun}s.")
            self.problems.add(self.marks.at(*path), "DX-S004", f"there is no {noun} {quoted(name)}", remedy)

    def _end(self, key: str, name: str, path: KeyPath, version: int = 4) -> bool:
        """Whether it is one of the ends that a probe can have."""
        if self.names is None:
            return True
        known = [*self.names["host"], *self.names["instance"]]
        if name in known:
            self._version(key, name, path, version)
            return True
        problem = f"there is no host or instance {quoted(name)}"
        self.problems.add(self.marks.at(*path, key), "DX-S004", problem, suggestion(name, known))
        return False

    def _version(self, key: str, name: str, path: KeyPath, version: int) -> None:
        assert self.names is not None
        kind = f"{WITH_VERSION}{version}"
        if kind not in self.names or name in self.names[kind]:
            return
        problem = f"'{name}' has no IPv{version} address"
        remedy = "No host and no instance of this topology has one."
        if self.names[kind]:
            remedy = f"These have one: {listed(self.names[kind], 'and')}."
        self.problems.add(self.marks.at(*path, key), "DX-S019", problem, remedy)

    def _across(self, from_host: str, to_host: str, path: KeyPath, version: int = 4) -> tuple[str, str]:
        """Both ends, the customer's first. DX-S004: unknown host. DX-S005: one side only, and not two sites there.

        DX-S019: an end without an address of that IP version.
        """
        both = [self._end("from", from_host, path, version), self._end("to", to_host, path, version)]
        if self.names is None or not all(both):
            return from_host, to_host
        hosts, instances = self.names["host"], self.names["instance"]
        here, there = self._site(from_host), self._site(to_host)
        if (from_host in hosts) == (to_host in hosts) and here == there:
            side = f"in {here}" if from_host in hosts else "in AWS"
            far = suggestion("", instances if from_host in hosts else hosts)
            problem = f"'{from_host}' and '{to_host}' are both {side}"
            remedy = f"A probe measures across Direct Connect. {far}"
            self.problems.add(self.marks.at(*path, "to"), "DX-S005", problem, remedy)
        return (to_host, from_host) if from_host in instances else (from_host, to_host)

    def _site(self, host: str) -> str:
        """Where one of the customer's hosts is."""
        assert self.names is not None
        at = (kind for kind, names in self.names.items() if kind.startswith(AT_SITE) and host in names)
        return next(at, f"{AT_SITE}the data center").removeprefix(AT_SITE)
