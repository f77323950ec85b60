"""What comes back when faults are healed, and when: sessions, tunnels, the light of ports and shared addresses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dxemu.control.tables import Believed
from dxemu.plan.model import BgpSession, Plan
from dxemu.predict import carrier_delay, held_down, lacp, restarts, unheard, vrrp
from dxemu.predict.carrier_delay import CARRIER_UP, CARRIER_UP_S
from dxemu.predict.followers import followers
from dxemu.predict.impact import Impact
from dxemu.predict.late import End, late_ends
from dxemu.predict.notice import Noticed, touches
from dxemu.predict.outcome import View, World
from dxemu.predict.standing import both, by_then, cables_of, ends_s, knowing, lasting, together
from dxemu.predict.tunnels import back_after
from dxemu.predict.windows import Term, Window
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True)
class Comeback:
    """One thing that is back `after` the heal. `gone` is what is believed until then, `nodes` know of it at first."""

    name: str
    after: Window
    gone: Believed
    nodes: tuple[str, ...]
    session: BgpSession | None = None


@dataclass(frozen=True)
class Healing:
    """Everything that ends at `at`, when the design is that of `world`. `impacts` are all that there are.

    All that goes on is taken to be known to the routers; with `aware` unset only what they must have noticed by then.
    """

    world: World
    impacts: tuple[Impact, ...]
    at: float
    aware: bool = True

    @cached_property
    def healed(self) -> tuple[Impact, ...]:
        """Those that end at this moment."""
        return tuple(i for i in self.impacts if ends_s(i) == self.at)

    @cached_property
    def left(self) -> tuple[Impact, ...]:
        """Those that go on."""
        return lasting(self.impacts, self.at)

    @cached_property
    def dead(self) -> frozenset[str]:
        """What carries nothing from then on."""
        return cables_of(self.left)

    @cached_property
    def known(self) -> Believed:
        """What is believed of what goes on."""
        everything = knowing(self.world.plan, self.left)
        if self.aware:
            return everything
        noticed, _ = by_then(self.world.plan, self.left, self.dead_before, self.at)
        return together(noticed, both(everything, self._known_of_healed))

    @cached_property
    def _known_of_healed(self) -> Believed:
        return by_then(self.world.plan, self.healed, self.dead_before, math.inf)[0]

    @cached_property
    def pending(self) -> tuple[Noticed, ...]:
        """What may still be noticed of what goes on, and when from then on."""
        return by_then(self.world.plan, self.left, self.dead, self.at)[1]

    @cached_property
    def comebacks(self) -> tuple[Comeback, ...]:
        """All that somebody had noticed, and that is no longer so."""
        plan, after = self.world.plan, self.known
        before = knowing(plan, (*self.left, *self.healed))
        if not self.aware:
            before = together(after, self._known_of_healed)
        sessions = tuple(self._sessions(before, after))
        return (*sessions, *self._followers(before, after, sessions), *self._others(before, after))

    def _followers(self, before: Believed, after: Believed, sessions: Sequence[Comeback]) -> Iterator[Comeback]:
        """Tunnels that had no way: they come back behind those sessions."""
        slowest = max((one.after for one in sessions), key=lambda window: window.high_s, default=Window())
        for session, window in followers(self.world, self.healed, before, after):
            gone = Believed(down_ends=frozenset((session.name, end.speaker) for end in session.ends))
            nodes = tuple(end.node for end in session.ends)
            yield Comeback(session.name, slowest.plus(*window.terms), gone, nodes, session)

    @cached_property
    def late(self) -> frozenset[End]:
        """The ends that give their session up after the heal only."""
        return frozenset(end for i in self.healed for end in late_ends(self.world.plan, i, self.dead_before))

    @cached_property
    def dead_before(self) -> frozenset[str]:
        """What carried nothing until then."""
        return cables_of((*self.left, *self.healed))

    def _sessions(self, before: Believed, after: Believed) -> Iterator[Comeback]:
        gone = (before.down_ends | self.late) - after.down_ends
        for session in self.world.plan.sessions:
            mine = frozenset(end for end in gone if end[0] == session.name)
            window = self.session_back(session)
            if mine and window.high_s > 0:
                nodes = tuple(end.node for end in session.ends)
                yield Comeback(session.name, window, Believed(down_ends=mine), nodes, session)

    def session_back(self, session: BgpSession) -> Window:
        """When a session is up again, from the heal; exactly 0 if no end had noticed anything.

        What keeps it down after the heal has to be over, too; and what took it down before the fault that is healed
        counts, where it has not been up in between.
        """
        plan = self.world.plan
        hit = [i for i in self.healed if touches(i, session)]
        standing = [i for i in self.left if touches(i, session)] if hit and self._stays_down(session) else []
        if any(i.until is None for i in standing):
            return Window((Term("another fault that is never healed", math.inf, math.inf, "scenario"),))
        if standing:
            over = max(ends_s(i) for i in standing)
            wait = Term("another fault lasts", over - self.at, over - self.at, "scenario: for")
            return Window((wait,)).plus(*replace(self, at=over).session_back(session).terms)
        windows = [_back_after(plan, replace(i, until=Seconds(self.at)), session) for i in self._down_by(hit, session)]
        return max(windows, key=lambda window: window.high_s, default=Window())

    def _stays_down(self, session: BgpSession) -> bool:
        return any(name == session.name for name, _ in knowing(self.world.plan, self.left).down_ends)

    def _down_by(self, hit: Sequence[Impact], session: BgpSession) -> list[Impact]:
        """Those that are healed, and those of before which one of them overlaps, and so on."""
        found = list(hit)
        earlier = [i for i in self.impacts if i not in found and ends_s(i) <= self.at and touches(i, session)]
        while joined := [i for i in earlier if i not in found and any(map(i.overlaps, found))]:
            found += joined
        return found

    def _others(self, before: Believed, after: Believed) -> Iterator[Comeback]:
        plan = self.world.plan
        light = Window((Term("carrier coming up", 0, CARRIER_UP_S, CARRIER_UP),))
        for gateway, speaker in sorted(before.lost - after.lost):
            yield Comeback(f"{gateway} {speaker}", light, Believed(lost=frozenset({(gateway, speaker)})), (gateway,))
        for node, port in sorted(before.dark - after.dark):
            cable = plan.cable_at(node, port).name
            up = [term for impact in self.healed for term in carrier_delay.lit_again(plan, impact, [cable])]
            yield Comeback(f"{node} {port}", light.plus(*up), Believed(dark=frozenset({(node, port)})), (node,))
        for number, router in sorted(before.masters_gone - after.masters_gone):
            group = next(g for g in self.world.plan.vrrp if g.virtual_router_id == number)
            window = vrrp.master_down(group, router).plus(*light.terms)
            soon = window.plus(Term("or at once", -window.low_s, 0, "RFC 5798 6.4.2: preemption"))
            yield Comeback(f"{number} {router}", soon, Believed(masters_gone=frozenset({(number, router)})), (router,))
        out = before.out - after.out
        if out:
            nodes = tuple(sorted({node for node, _ in out}))
            lit = all(i.carrier_lost_at for i in self.healed)
            again = lacp.taken_in() if lit else lacp.heard_again()
            yield Comeback("members of a LAG", again, Believed(out=out), nodes)

    def view(self, back: frozenset[int]) -> View:
        """While only these are back."""
        believed = self.known
        for number, one in enumerate(self.comebacks):
            if number not in back:
                believed = together(believed, one.gone)
        return self.world.view(believed)


def _back_after(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    if impact.restarting:
        return restarts.session_back(plan, session)
    if impact.closed or impact.drained or impact.frozen:
        return held_down.session_back(plan, impact, session)
    if impact.unheard:
        return unheard.back_after(plan, impact, session)
    return back_after(plan, impact, session)
