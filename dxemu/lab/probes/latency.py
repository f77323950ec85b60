"""How long numbered packets are on their way: their log is read where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from dxemu.events.probes import LatencyMeasured, PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.lab.probes.numbered import NumberedRunner
from dxemu.probes.base import nearest_rank
from dxemu.probes.latency import LatencyProbe

SHARES = (0.5, 0.9, 0.99, 0.999)
_NS = 1e-9


class LatencyRunner(NumberedRunner[LatencyProbe]):
    """Tells a `latency` event for each direction."""

    does: ClassVar[str] = "sends the probes of latency"
    first_number: ClassVar[int] = 1000

    def tell(self, logged: PacketsLogged) -> None:
        """What its log says; a packet that came twice counts as it came first."""
        log = ProbeLog.read(Path(self.run.folder) / logged.file)
        arrived: dict[int, int] = {}
        for number, t_ns in zip(log.received[::2], log.received[1::2], strict=True):
            arrived.setdefault(number, t_ns - log.sent[number])
        ordered = sorted(arrived.values())
        p50_s, p90_s, p99_s, p999_s = (nearest_rank(ordered, s) * _NS if ordered else None for s in SHARES)
        slowest = max(arrived, key=arrived.__getitem__, default=None)
        self.run.lab.journal.tell(
            LatencyMeasured(
                probe=logged.probe,
                direction=logged.direction,
                interval_s=logged.interval_s / (logged.flows or 1),
                sent=logged.sent,
                arrived=len(arrived),
                least_s=ordered[0] * _NS if ordered else None,
                p50_s=p50_s,
                p90_s=p90_s,
                p99_s=p99_s,
                p999_s=p999_s,
                most_s=ordered[-1] * _NS if ordered else None,
                slowest_s=round(log.sent[slowest] * _NS, 6) if slowest is not None else None,
                lateness_max_s=logged.lateness_max_s,
            )
        )
