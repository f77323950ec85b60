"""Numbered UDP packets in both directions, for outages: the log of each direction is a file of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from dxemu.lab.probes.numbered import NumberedRunner
from dxemu.probes.udp import UdpProbe


class UdpRunner(NumberedRunner[UdpProbe]):
    """Tells a `probe` event for each direction."""

    does: ClassVar[str] = "sends the probes"
    first_number: ClassVar[int] = 0

    async def so_far(self) -> Sequence[Mapping[str, object]]:
        """A `PacketsLogged` for each direction."""
        return await self.logged_so_far()
