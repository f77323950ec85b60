"""Some packets arrive with a wrong bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import ShareFault
from dxemu.faults.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(ShareFault):
    """In a share of the packets one bit is wrong, anywhere in the frame. Who receives it has to find out."""

    words: ClassVar[str] = "a share of its packets arrives with one wrong bit"
    imitates: ClassVar[str] = "a device on the way with bad memory: the frame's check sequence is computed behind it"
    leaves_out: ClassVar[str] = "bit errors of a fibre, which the check sequence finds: those are `packet_loss`"

    def quality(self) -> Quality:
        """Some have a wrong bit."""
        return Quality(corrupt_percent=self.share)
