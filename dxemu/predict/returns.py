"""What comes back when faults are healed, in which order it may come back, and what that costs.

Sessions, tunnels, the light of a gateway's ports and shared addresses return one after the other, each within a window
of its own. Where the routers' tables lead a flow into nothing after some of them and before the others, it may be lost
for as long as that state can last.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.tables import Believed
from dxemu.plan.model import BgpSession, Plan
from dxemu.predict import carrier_delay, held_down, lacp, restarts, unheard, vrrp
from dxemu.predict.carrier_delay import CARRIER_UP, CARRIER_UP_S
from dxemu.predict.followers import followers
from dxemu.predict.impact import Impact
from dxemu.predict.late import End, connects_anew, late_ends
from dxemu.predict.notice import touches
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.passing import HOP_S, crossing_s, heard_after, under_way
from dxemu.predict.restarts import DELAYED_ACK_S
from dxemu.predict.standing import cables_of, knowing, lasting, together
from dxemu.predict.tunnels import back_after
from dxemu.predict.windows import Term, Window
from dxemu.units import Seconds

LATE = "RFC 4271 6.7; RFC 5880 6.8.4: each end notices by itself"
NOTHING_BACK: frozenset[int] = frozenset()
MOST_AT_ONCE = 7
"""Of so many things every order is looked at; of more only the first two that come, and the last two."""


@dataclass(frozen=True, slots=True)
class Comeback:
    """One thing that is back `after` the heal. `gone` is what is believed until then, `nodes` know of it at first."""

    name: str
    after: Window
    gone: Believed
    nodes: tuple[str, ...]
    session: BgpSession | None = None


@dataclass(frozen=True)
class Return:
    """Everything that comes back at `at`, when the design is that of `world`. `impacts` are all that there are."""

    world: World
    impacts: tuple[Impact, ...]
    at: float

    @cached_property
    def healed(self) -> tuple[Impact, ...]:
        """Those that end at this moment."""
        return tuple(i for i in self.impacts if i.until is not None and float(i.until) == self.at)

    @cached_property
    def left(self) -> tuple[Impact, ...]:
        """Those that go on."""
        return lasting(self.impacts, self.at)

    @cached_property
    def dead(self) -> frozenset[str]:
        """What carries nothing from then on."""
        return cables_of(self.left)

    @cached_property
    def comebacks(self) -> tuple[Comeback, ...]:
        """All that somebody had noticed, and that is no longer so."""
        plan = self.world.plan
        before, after = knowing(plan, (*self.left, *self.healed)), knowing(plan, self.left)
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
    def _late(self) -> frozenset[End]:
        """The ends that give their session up after the heal only."""
        return frozenset(end for i in self.healed for end in late_ends(self.world.plan, i, self._dead_before))

    @cached_property
    def _dead_before(self) -> frozenset[str]:
        return cables_of((*self.left, *self.healed))

    def _sessions(self, before: Believed, after: Believed) -> Iterator[Comeback]:
        gone = (before.down_ends | self._late) - after.down_ends
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
            over = max(_ends(i) for i in standing)
            wait = Term("another fault lasts", over - self.at, over - self.at, "scenario: for")
            return Window((wait,)).plus(*replace(self, at=over).session_back(session).terms)
        windows = [_back_after(plan, replace(i, until=Seconds(self.at)), session) for i in self._down_by(hit, session)]
        return max(windows, key=lambda window: window.high_s, default=Window())

    def _stays_down(self, session: BgpSession) -> bool:
        return any(name == session.name for name, _ in knowing(self.world.plan, self.left).down_ends)

    def _down_by(self, hit: Sequence[Impact], session: BgpSession) -> list[Impact]:
        """Those that are healed, and those of before which one of them overlaps, and so on."""
        found = list(hit)
        earlier = [i for i in self.impacts if i not in found and _ends(i) <= self.at and touches(i, session)]
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

    def _view(self, back: frozenset[int]) -> View:
        """While only these are back."""
        believed = knowing(self.world.plan, self.left)
        for number, one in enumerate(self.comebacks):
            if number not in back:
                believed = together(believed, one.gone)
        return self.world.view(believed)

    @cached_property
    def _states(self) -> tuple[frozenset[int], ...]:
        """What may be back while the rest is not, as far as their windows allow it."""
        everything = range(len(self.comebacks))
        sizes = [*everything, len(self.comebacks)]
        if len(self.comebacks) > MOST_AT_ONCE:
            sizes = [size for size in sizes if size <= 1 or size >= len(self.comebacks) - 1]
        sets = (frozenset(some) for size in sizes for some in combinations(everything, size))
        return tuple(some for some in sets if self._begins(some) <= self._ends(some))

    def _begins(self, back: frozenset[int]) -> float:
        return max((self.comebacks[i].after.low_s for i in back), default=0.0)

    def _ends(self, back: frozenset[int]) -> float:
        return min((one.after.high_s for i, one in enumerate(self.comebacks) if i not in back), default=math.inf)

    def _fate(self, back: frozenset[int], flow: Flow) -> Fate:
        return self._view(back).fate(flow, self.dead)

    @cached_property
    def _in_time(self) -> View:
        """In the last moment before the heal."""
        believed = self._view(frozenset()).believed
        return self.world.view(replace(believed, down_ends=believed.down_ends - self._late))

    def brings_back(self, flow: Flow) -> bool:
        """Whether packets arrive once all is back."""
        return self._fate(frozenset(range(len(self.comebacks))), flow) is not Fate.LOST

    def helps_not(self, flow: Flow, cut: ForwardingPath) -> bool:
        """Whether nothing that is healed lies on a way that is `cut`, and no session that is back leads elsewhere."""
        if not cables_of(self.healed).isdisjoint(cut.cables()):
            return False
        return not self.comebacks or self._in_time.fate(flow, self._dead_before) is Fate.ARRIVES

    def first_way(self, flow: Flow) -> Window:
        """From the heal until packets arrive again that did not arrive before it."""
        bad = [state for state in self._states if self._fate(state, flow) is not Fate.ARRIVES]
        bad = [state for state in bad if len(state) < len(self.comebacks)]
        if not bad:
            return Window()
        good = [state for state in self._states if state not in bad]
        low = min((self._begins(state) for state in good), default=math.inf)
        last = max(bad, key=self._ends)
        slowest = min((one for i, one in enumerate(self.comebacks) if i not in last), key=lambda c: c.after.high_s)
        window = slowest.after
        return window.plus(
            Term("another way being there first", min(0.0, low - window.low_s), 0, "the routers' tables")
        )

    def loss(self, flow: Flow) -> Window:
        """What is lost anew after the heal, once packets arrive, while everything finds back to its place."""
        states = self._states
        fates = {state: self._fate(state, flow) for state in states}
        good = [state for state in states if fates[state] is Fate.ARRIVES]
        bad = [s for s in states if fates[s] is not Fate.ARRIVES and any(other < s for other in good)]
        terms: list[Term] = []
        if fates[NOTHING_BACK] is not Fate.ARRIVES and self._in_time.fate(flow, self.dead) is Fate.ARRIVES:
            terms.append(Term("sessions that end after the heal only", 0, self._anew_s(), LATE))
        if bad:
            high = max(map(self._ends, bad)) - min(map(self._begins, bad))
            names = sorted({self.comebacks[i].name for state in bad for i in state})
            words = f"{' and '.join(names[:2])} coming back before what is behind"
            terms.append(Term(words, 0, high, "RFC 4271 8.2.2: each session by itself"))
        half = self._half(good, flow)
        if half:
            terms.append(Term("one end of a session up before the other", 0, half, "RFC 4271 8.2.2"))
        return Window().plus(*terms, *self._passing(good, flow))

    def _anew_s(self) -> float:
        """How long sessions are down at most that end after the heal only."""
        most = self._ends(NOTHING_BACK)
        if any(impact.frozen for impact in self.healed):
            return most
        anew = (connects_anew(self.world.plan, impact, self._dead_before) for impact in self.healed)
        return min(most, max(sum(term.high_s for term in terms) for terms in anew))

    def _half(self, states: Sequence[frozenset[int]], flow: Flow) -> float:
        """How long packets are lost at most while only one end of a session that is not in a state is up.

        The slowest handshake is asked first: once it loses packets, no other can cost more.
        """
        with_session = [(number, one.session) for number, one in enumerate(self.comebacks) if one.session is not None]
        waits = {number: handshake_s(self.world.plan, session) for number, session in with_session}
        for number in sorted(waits, key=lambda i: -waits[i]):
            missing = [state for state in states if number not in state]
            if any(self._loses_half_up(state, self.comebacks[number], flow) for state in missing):
                return waits[number]
        return 0.0

    def _loses_half_up(self, state: frozenset[int], one: Comeback, flow: Flow) -> bool:
        """Whether packets are lost in that state while one end alone has the session of `one`."""
        whole = self._view(state).believed
        halves = (replace(whole, down_ends=whole.down_ends - {end}) for end in one.gone.down_ends)
        return any(self.world.view(half).fate(flow, self.dead) is Fate.LOST for half in halves)

    def _passing(self, good: Sequence[frozenset[int]], flow: Flow) -> tuple[Term, ...]:
        """What is under way while routers hear of one thing more that is back."""
        worst: tuple[Term, ...] = ()
        if self._late and NOTHING_BACK in good:
            speakers = {speaker for _, speaker in self._late}
            ends = (end for session in self.world.plan.sessions for end in session.ends if end.speaker in speakers)
            heard = heard_after(self.world.plan, {end.node: (0.0, HOP_S) for end in ends})
            nothing = self._view(NOTHING_BACK)
            worst = under_way(self._in_time, nothing, flow, self.dead, heard, self.world.delay_s)
        for state in good:
            for number, one in enumerate(self.comebacks):
                more = state | {number}
                if number in state or more not in good:
                    continue
                wait = HOP_S if one.session is None else handshake_s(self.world.plan, one.session)
                heard = heard_after(self.world.plan, dict.fromkeys(one.nodes, (0.0, wait)))
                found = under_way(self._view(state), self._view(more), flow, self.dead, heard, self.world.delay_s)
                if sum(term.high_s for term in found) > sum(term.high_s for term in worst):
                    worst = found
        return worst


def _ends(impact: Impact) -> float:
    return math.inf if impact.until is None else float(impact.until)


def _back_after(plan: Plan, impact: Impact, session: BgpSession) -> Window:
    if impact.restarting:
        return restarts.session_back(plan, session)
    if impact.closed or impact.drained or impact.frozen:
        return held_down.session_back(plan, impact, session)
    if impact.unheard:
        return unheard.back_after(plan, impact, session)
    return back_after(plan, impact, session)


def handshake_s(plan: Plan, session: BgpSession) -> float:
    """How much later than one end the other end may have a session up, with all its routes."""
    return 8 * crossing_s(plan, session) + DELAYED_ACK_S
