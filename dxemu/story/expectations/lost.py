"""How many packets were lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, faults_named, lost_where
from dxemu.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class LostExpected(Subject):
    """The number of lost packets, of all of them or of those after a heal or a fault."""

    of: ClassVar[str] = "probe"
    words: ClassVar[str] = "so many of its packets were lost at most, in all or after a fault or its repair"
    example: ClassVar[str] = "{lost: app, after: heal, at_most: 0}"

    at_most: int | None = parameter(Takes.WHOLE, need=Need.SAYS, noun="packets", example="at_most: 0")
    after: str | None = parameter(Takes.WORD, choices=("heal", "fault"))
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))
    fault: str | None = parameter(Takes.NAME)

    def judge(self, measured: Measured) -> Judged:
        """Both directions together, if none is wanted."""
        m, wanted = measured, directions(self.direction)
        sent = [p.direction for p in m.probes if p.probe == self.name and p.sent]
        if not set(wanted) <= set(sent):
            return False, f"no packet of {self.name} was sent in every direction that is expected"
        faults = faults_named(self.fault, m.faults)
        if self.after == "heal" and all(f.healed_at_s is None for f in faults):
            return False, "nothing was healed"
        outages = [o for o in m.outages if o.probe == self.name and o.direction in wanted]
        if self.fault is not None:
            outages = [o for o in outages if o.fault in {f.fault for f in faults}]
        lost = sum(o.packets_lost for o in outages if self.after is None or o.after == self.after)
        right = lost <= (self.at_most or 0)
        words = f"{count(lost, 'packet')} lost" + (f" after the {self.after}" if self.after else "")
        places = [] if right else [lost_where(m, self.name, direction, self.after) for direction in wanted]
        return right, words + next(filter(None, places), "")
