"""The largest packet that gets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.steps import SAME_MOMENT_S
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.pmtu import PathMtu
from dxemu.story.expectations.base import Judged, Measured, Subject, came
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMtuExpected(Subject):
    """Every measurement, or the last one that began by a time: how large, and whether the sender was told."""

    of: ClassVar[str] = "pmtu probe"
    words: ClassVar[str] = "the largest packet has so many bytes (0: nothing gets through); a router tells, or not"
    example: ClassVar[str] = "{pmtu: mtu, is: 8500}"

    is_: int | None = parameter(Takes.WHOLE, key="is", need=Need.SAYS, noun="bytes", example="is: 8500")
    told: bool | None = parameter(Takes.TRUTH, need=Need.SAYS)
    at: Seconds | None = parameter(Takes.DURATION)

    def judge(self, measured: Measured) -> Judged:
        """Each of those that are meant."""
        found = measured.found.of(PathMtu, self.name)
        if self.at is not None:
            found = tuple(m for m in found if m.t_s <= float(self.at) + SAME_MOMENT_S)[-1:]
        if not found:
            return False, "it was not measured by then"
        words = ", then ".join(dict.fromkeys(m.text for m in found))
        if all(map(self._right, found)) or self.at is None:
            return all(map(self._right, found)), words
        later = [m for m in measured.found.of(PathMtu, self.name) if m.t_s > found[-1].t_s]
        return False, f"{words}; {came(next((m.t_s for m in later if self._right(m)), None), measured)}"

    def _right(self, m: PathMtu) -> bool:
        return (self.is_ is None or m.mtu == self.is_) and (self.told is None or m.told == self.told)
