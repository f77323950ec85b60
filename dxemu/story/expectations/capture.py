"""Which protocols a cable carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.frames import PROTOCOLS
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.capture import Captured
from dxemu.story.expectations.base import Judged, Measured, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureExpected(Subject):
    """The protocols that were counted, in either direction."""

    of: ClassVar[str] = "capture probe"
    words: ClassVar[str] = "the protocols on its cable are among these, or these are there, or none of these is"
    example: ClassVar[str] = "{capture: link, only: [esp, ike, bgp, bfd, arp]}"

    only: tuple[str, ...] | None = parameter(Takes.LABELS, need=Need.SAYS)
    has: tuple[str, ...] | None = parameter(Takes.LABELS, need=Need.SAYS)
    never: tuple[str, ...] | None = parameter(Takes.LABELS, need=Need.SAYS)

    def judge(self, measured: Measured) -> Judged:
        """By the words that frames were counted under."""
        found = measured.found.of(Captured, self.name)
        if not found:
            return False, "no frame was counted"
        counted = {c.label for c in found}
        strange = sorted(counted & set(PROTOCOLS) - set(self.only)) if self.only is not None else []
        missing, unwanted = sorted(set(self.has or ()) - counted), sorted(set(self.never or ()) & counted)
        wrong = [f"{c.label} ({c.to_aws + c.from_aws})" for c in found if c.label in {*strange, *unwanted}]
        words = [f"no {label}" for label in missing] + [f"there was {', '.join(wrong)}"] * bool(wrong)
        return not words, "; ".join(words) or f"only {', '.join(sorted(counted))}"
