"""End a lab, and remove what is left of one that died."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, NoLab
from dxemu.labs.start import end_left
from dxemu.labs.wire import AskedInVain


@dataclass(frozen=True, slots=True)
class HowItEnded:
    """Whether it lived until now; else why it had died, as far as that is known, and how many processes were left."""

    lived: bool
    why: str = ""
    left: int = 0


def end(place: LabFolder) -> HowItEnded:
    """End it, whatever becomes of it meanwhile. Its folder goes. Raises FileError."""
    lived = place.lives()
    if lived:
        try:
            ask_at(place, "down")
        except (NoLab, AskedInVain):  # it died meanwhile, or while it was being ended: what is left is removed below
            lived = False
        place.wait_for_end()
    why = place.why()
    left = 0 if lived else len(end_left(place))
    place.remove()
    return HowItEnded(lived) if lived else HowItEnded(lived, why, left)
