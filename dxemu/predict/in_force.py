"""The design as the sessions that are up use it: what AWS approved since holds from their next beginning on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from dxemu.plan.model import Plan
from dxemu.units import IPNetwork

Filter = tuple[IPNetwork, ...] | None


@dataclass(frozen=True, slots=True)
class InForce:
    """`design` is the plan as it is written; `waiting` are sessions that still use another filter of AWS's, by name."""

    design: Plan
    waiting: Mapping[str, Filter] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """What the routers' tables follow from."""
        if not self.waiting:
            return self.design
        sessions = (
            replace(one, route_filter_prefixes=self.waiting[one.name]) if one.name in self.waiting else one
            for one in self.design.sessions
        )
        return replace(self.design, sessions=tuple(sessions))

    def become(self, design: Plan, *, on_clear: bool = False) -> InForce:
        """From now on the design is another one; with `on_clear` its filters wait for the next session."""
        had = {one.name: one.route_filter_prefixes for one in self.design.sessions}
        same = {one.name for one in design.sessions if one.route_filter_prefixes == had.get(one.name)}
        waiting = {name: filtered for name, filtered in self.waiting.items() if name in same}
        if on_clear:
            waiting = {**{name: had[name] for name in had.keys() - same}, **self.waiting}
        return InForce(design, waiting)

    def cleared(self, sessions: Collection[str]) -> InForce:
        """These sessions begin anew."""
        return InForce(self.design, {name: one for name, one in self.waiting.items() if name not in sessions})
