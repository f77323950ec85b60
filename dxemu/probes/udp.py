"""Numbered UDP packets in both directions, for outages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.probes.base import Measurement
from dxemu.probes.numbered import NumberedProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpProbe(NumberedProbe):
    """What was lost is measured by `dxemu.measure.outages`, of the files that the runner leaves."""

    words: ClassVar[str] = 'numbered packets in both directions; between two sites "to AWS" is from `from` to `to`'
    example: ClassVar[str] = "{from: app, to: web, rate: 100/s}"
    measures_outages: ClassVar[bool] = True

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Measurement, ...]:
        """Nothing beside outages."""
        del events
        return ()
