"""How long a probe's packets are on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.latency import Latency
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, together
from dxemu.units import Seconds
from dxemu.words import direction as in_words
from dxemu.words import duration

if TYPE_CHECKING:  # see dxemu.story.expectations.base
    from dxemu.measure.result import ProbeResult

MS = 1e3
ALL = "100 %"
SHARES = ("50 %", "90 %", "99 %", "99.9 %", ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyExpected(Subject):
    """One way, by the kernels' time stamps on one clock, of a share of the packets that arrived."""

    of: ClassVar[str] = "probe or latency probe"
    words: ClassVar[str] = "how long its packets are on their way, of a share of those that arrive (100 %)"
    example: ClassVar[str] = "{latency: app, at_most: 5 ms, share: 99 %}"

    at_most: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    at_least: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    share: str | None = parameter(Takes.WORD, choices=SHARES)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))

    def judge(self, measured: Measured) -> Judged:
        """Each direction by itself."""
        return together(self._judge(measured, direction) for direction in directions(self.direction))

    def _judge(self, m: Measured, direction: str) -> Judged:
        mine = next((p for p in m.probes if (p.probe, p.direction) == (self.name, direction)), None)
        alone = next((one for one in m.found.of(Latency, self.name) if one.direction == direction), None)
        share = self.share or ALL
        took_ms = _took_ms(mine, share) if mine is not None else _found_ms(alone, share) if alone is not None else None
        if took_ms is None:
            return False, f"no packet of {self.name} arrived {in_words(direction)}"
        right = self.at_most is None or took_ms <= self.at_most * MS
        right &= self.at_least is None or took_ms >= self.at_least * MS
        slowest = mine or alone
        where = "" if right or slowest is None else self._where(m, direction, slowest.slowest_s)
        return right, f"{self.share or ALL} took {duration(took_ms)} at most {in_words(direction)}{where}"

    def _where(self, m: Measured, direction: str, slowest_s: float | None) -> str:
        from dxemu.story.broken_at import slow_at  # only what failed needs what it imports

        if slowest_s is None:
            return ""
        found = slow_at(m.plan, m.events, m.faults, (self.name, direction), slowest_s)
        return f"; the slowest left at {slowest_s:.3f} s" + (f", {found}" if found else "")


def _found_ms(found: Latency, share: str) -> float | None:
    by_share = {
        "50 %": found.p50_ms,
        "90 %": found.p90_ms,
        "99 %": found.p99_ms,
        "99.9 %": found.p999_ms,
        ALL: found.most_ms,
    }
    return by_share[share]


def _took_ms(probe: ProbeResult, share: str) -> float | None:
    by_share = {
        "50 %": probe.delay_p50_ms,
        "90 %": probe.delay_p90_ms,
        "99 %": probe.delay_p99_ms,
        "99.9 %": probe.delay_p999_ms,
        ALL: probe.longest_delay_ms if probe.delay_p50_ms is not None else None,
    }
    return by_share[share]
