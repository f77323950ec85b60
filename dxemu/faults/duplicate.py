"""Some packets arrive twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import ShareFault
from dxemu.faults.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(ShareFault):
    """A share of the packets that arrive arrives once more, right behind the first, each by chance."""

    words: ClassVar[str] = "a share of its packets arrives twice"
    imitates: ClassVar[str] = "a carrier's protection that sends on both ways, of which the far end drops no copy"
    leaves_out: ClassVar[str] = "that copies of another way come later than the next packets"

    def quality(self) -> Quality:
        """Some come twice."""
        return Quality(twice_percent=self.share)
