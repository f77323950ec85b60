"""One fault among the others, and what is so of it for every probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dxemu.control.forward import Believed
from dxemu.plan.model import BgpSession, Plan, Side
from dxemu.predict.deaf import as_heard
from dxemu.predict.impact import Impact
from dxemu.predict.notice import Noticed, Witnesses, everything, notices, silent, touches
from dxemu.predict.outcome import Course, View, World
from dxemu.predict.returns import Return
from dxemu.predict.standing import cables_of, counted_from, later


@dataclass(frozen=True)
class Struck:
    """One impact among the others, and what is so of it for every probe.

    `joined` are those that strike later, and before what this one costs is over.
    """

    world: World
    impacts: tuple[Impact, ...]
    impact: Impact
    healed_in: Callable[[float], World]
    joined: tuple[Impact, ...] = ()

    @property
    def plan(self) -> Plan:
        """Of the design of the moment at which it strikes."""
        return self.world.plan

    @cached_property
    def together(self) -> tuple[Impact, ...]:
        """This impact and those of the same moment."""
        return tuple(i for i in self.impacts if i.at == self.impact.at)

    @cached_property
    def cables(self) -> frozenset[str]:
        """What this impact and those of the same moment hit."""
        return cables_of(self.together)

    @cached_property
    def earlier(self) -> frozenset[str]:
        """What was dead before."""
        return cables_of(self.active(self.impact.at, before_mine=True))

    @cached_property
    def dead(self) -> frozenset[str]:
        """What is dead from then on."""
        return cables_of((*self.active(self.impact.at, before_mine=False), *self.joined))

    @cached_property
    def known(self) -> View:
        """What is believed of what was broken before, as far as everybody has noticed it by now."""
        believed = Believed()
        for at in sorted({float(i.at) for _, i, _ in self._before}):
            dead = cables_of(i for i in self.active(self.impact.at, before_mine=True) if i.at <= at)
            noticed = [one for one, i, wait in self._before if i.at == at and wait <= 0]
            believed = everything(noticed, believed.struck(silent(self.plan, dead)))
        return self.world.view(believed)

    @cached_property
    def _before(self) -> tuple[tuple[Noticed, Impact, float], ...]:
        """What is noticed of what was broken before, by what, and for how long that may still take."""
        active = self.active(self.impact.at, before_mine=True)
        found = [(one, i) for i in active for one in notices(self.plan, i, self.earlier) if one.lasts]
        return tuple((one, i, float(i.at - self.impact.at) + one.detection.after.high_s) for one, i in found)

    @cached_property
    def _all_noticed(self) -> tuple[Noticed, ...]:
        """What anybody notices from now on, of this moment and of before."""
        late = (counted_from(one, one.detection.after.high_s - wait) for one, _, wait in self._before if wait > 0)
        return (*self.noticed, *late)

    @cached_property
    def noticed(self) -> tuple[Noticed, ...]:
        """Everything that anybody notices."""
        return tuple(
            later(heard, float(i.at - self.impact.at))
            for i in (*self.together, *self.joined)
            for one in notices(self.plan, i, self.dead)
            if (heard := as_heard(self.plan, one, i, self._others(i), self.dead)) is not None
        )

    def _others(self, impact: Impact) -> tuple[Impact, ...]:
        """All that goes on beside one of them."""
        return tuple(i for i in self.active(self.impact.at, before_mine=False) if i is not impact)

    @cached_property
    def latest(self) -> Course:
        """What is believed when everything is noticed as late as it can be."""
        return Course(self.world, self._all_noticed, self._unaware, self.dead, earliest=False)

    @cached_property
    def soonest(self) -> Course:
        """What is believed when everything is noticed as early as it can be."""
        return Course(self.world, self._all_noticed, self._unaware, self.dead, earliest=True)

    @cached_property
    def _unaware(self) -> Believed:
        """What is believed in the moment at which it strikes: from then on no update crosses what is dead."""
        return self.known.believed.struck(silent(self.plan, self.dead))

    @cached_property
    def sessions(self) -> tuple[BgpSession, ...]:
        """Those that the impact touches."""
        return tuple(s for s in self.plan.sessions if touches(self.impact, s))

    @cached_property
    def session_names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(session.name for session in self.sessions)

    @cached_property
    def witnesses(self) -> Mapping[Side, Witnesses]:
        """What is noticed on each side; all of it where a side notices nothing."""
        of = {side: tuple(n for n in self.noticed if self.plan.node(n.detection.node).side is side) for side in Side}
        return {side: Witnesses(own or self.noticed) for side, own in of.items()}

    def returning(self, until: float) -> Return:
        """What comes back when faults are healed at a moment."""
        return Return(self.healed_in(until), self.impacts, until)

    @cached_property
    def own_return(self) -> Return | None:
        """What comes back when this impact is healed; None: it never is."""
        return None if self.impact.until is None else self.returning(float(self.impact.until))

    def active(self, time: float, *, before_mine: bool) -> tuple[Impact, ...]:
        """The impacts that last at `time`; with `before_mine` without those that come with this one."""
        return tuple(
            i
            for i in self.impacts
            if (i.at < self.impact.at or (not before_mine and i.at <= time)) and (i.until is None or i.until > time)
        )
