"""Which way packets go."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, together
from dxemu.units import Seconds
from dxemu.words import direction as in_words

if TYPE_CHECKING:  # see dxemu.story.expectations.base
    from dxemu.measure.result import PathSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class PathExpected(Subject):
    """What the way at a moment leads over."""

    of: ClassVar[str] = "sending probe"
    words: ClassVar[str] = "its way at a moment leads over this connection, LAG or tunnel"
    example: ClassVar[str] = "{path: app, via: backup, at: end}"

    via: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")
    at: Seconds | str = parameter(Takes.MOMENT, need=Need.ALWAYS)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))

    def judge(self, measured: Measured) -> Judged:
        """By the path that the kernels' tables gave last before that moment."""
        from dxemu.measure import paths  # see above

        m, findings = measured, []
        for direction in directions(self.direction):
            if self.at == "start":
                seen = paths.path_at_start(m.plan, m.events, self.name, direction)
            else:
                time = math.inf if isinstance(self.at, str) else float(self.at)
                seen = paths.path_at(m.plan, m.events, self.name, direction, time)
            if seen is None:
                findings.append((False, f"the path {in_words(direction)} was not asked for by then"))
            else:
                right = seen.complete and self.via in _carriers(m.plan, seen)
                findings.append((right, f"{in_words(direction)}: {seen.text}"))
        return together(findings)


def _carriers(plan: Plan, seen: PathSeen) -> set[str]:
    """The connections and tunnels on a path, and the LAGs that the connections are members of."""
    cables = (cable for name in seen.connections for cable in plan.cables_of_connection(name))
    bonds = (plan.bond_over(cable.a.node, cable.a.name) for cable in cables)
    return {*seen.connections, *(bond.lag for bond in bonds if bond is not None)}
