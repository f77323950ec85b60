"""How long numbered packets are on their way: their log is read where it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.codec import decoded, encoded
from dxemu.events.probes import LatencyMeasured, PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.lab.probes.numbered import NumberedRunner
from dxemu.probes.latency import LatencyProbe, latency_of


class LatencyRunner(NumberedRunner[LatencyProbe]):
    """Tells a `latency` event for each direction."""

    does: ClassVar[str] = "sends the probes of latency"
    first_number: ClassVar[int] = 1000

    async def so_far(self) -> Sequence[Mapping[str, object]]:
        """A `LatencyMeasured` for each direction."""
        return [encoded(self._measured(decoded(said))) for said in await self.logged_so_far()]

    def tell(self, logged: PacketsLogged) -> None:
        """What its log says."""
        self.run.lab.journal.tell(self._measured(logged))

    def _measured(self, logged: Event) -> LatencyMeasured:
        assert isinstance(logged, PacketsLogged)  # see `NumberedRunner`
        return latency_of(logged, ProbeLog.read(Path(self.run.folder) / logged.file))
