"""How long a probe's packets are on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.parameters import Need, Takes, parameter
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

    of: ClassVar[str] = "probe"
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
        took_ms = None if mine is None else _took_ms(mine, self.share or ALL)
        if took_ms is None:
            return False, f"no packet of {self.name} arrived {in_words(direction)}"
        right = self.at_most is None or took_ms <= self.at_most * MS
        right &= self.at_least is None or took_ms >= self.at_least * MS
        return right, f"{self.share or ALL} took {duration(took_ms)} at most {in_words(direction)}"


def _took_ms(probe: ProbeResult, share: str) -> float | None:
    by_share = {
        "50 %": probe.delay_p50_ms,
        "90 %": probe.delay_p90_ms,
        "99 %": probe.delay_p99_ms,
        "99.9 %": probe.delay_p999_ms,
        ALL: probe.longest_delay_ms if probe.delay_p50_ms is not None else None,
    }
    return by_share[share]
