"""Nothing arrives for a while, and then all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketsHeld(CableFault):
    """Packets wait until the fault is healed. Then all of them arrive, in their order, at the cable's rate.

    There is room for 64 MB in each direction; what is beyond it is lost.
    """

    words: ClassVar[str] = "nothing arrives until it is healed, and then all of it"
    imitates: ClassVar[str] = (
        "a device on the way whose forwarding stops for a moment, as while its software is updated"
    )
    leaves_out: ClassVar[str] = "that real devices hold some milliseconds of traffic and lose the rest"

    def quality(self) -> Quality:
        """It is held."""
        return Quality(held=True)
