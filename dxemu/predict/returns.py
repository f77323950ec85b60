"""What comes back when faults are healed, in which order it may come back, and what that costs.

Sessions, tunnels, the light of a gateway's ports and shared addresses return one after the other, each within a window
of its own. Where the routers' tables lead a flow into nothing after some of them and before the others, it may be lost
for as long as that state can last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.model import BgpSession, Plan
from dxemu.predict.comebacks import Comeback, Healing
from dxemu.predict.late import connects_anew
from dxemu.predict.once_more import endings, lost_again
from dxemu.predict.outcome import Course, Fate, Flow, View
from dxemu.predict.passing import HOP_S, crossing_s, heard_after, under_way
from dxemu.predict.restarts import DELAYED_ACK_S
from dxemu.predict.standing import cables_of
from dxemu.predict.waited import told_late
from dxemu.predict.windows import Term, Window

LATE = "RFC 4271 6.7; RFC 5880 6.8.4: each end notices by itself"
RESET = "RFC 4271 8.1.2: the operator's ManualStop and ManualStart"
NOTHING_BACK: frozenset[int] = frozenset()
MOST_AT_ONCE = 7
"""Of so many things every order is looked at; of more only the first two that come, and the last two."""


@dataclass(frozen=True)
class Return(Healing):
    """What may be lost while it comes back, for every flow."""

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
        return self.view(back).fate(flow, self.dead)

    @cached_property
    def _in_time(self) -> View:
        """In the last moment before the heal."""
        believed = self.view(frozenset()).believed
        return self.world.view(replace(believed, down_ends=believed.down_ends - self.late))

    @cached_property
    def unaware(self) -> Return | None:
        """The same while what goes on is not known yet; None where all of it must be."""
        return replace(self, aware=False) if self.aware and self.pending else None

    def noticed(self, flow: Flow) -> Window:
        """From the heal until packets arrive because the routers notice what goes on, and not before."""
        courses = (
            Course(self.world, self.pending, self.known, self.dead, earliest=earliest) for earliest in (True, False)
        )
        low, high = (math.inf if turn is None else turn.at_s for turn in (course.turn(flow) for course in courses))
        return Window().plus(Term("what else is broken being noticed", low, high, "each end notices by itself"))

    def brings_back(self, flow: Flow) -> bool:
        """Whether packets arrive once all is back."""
        return self._fate(frozenset(range(len(self.comebacks))), flow) is not Fate.LOST

    def helps_not(self, flow: Flow, cut: ForwardingPath) -> bool:
        """Whether nothing that is healed lies on a way that is `cut`, and no session that is back leads elsewhere."""
        if not cables_of(self.healed).isdisjoint(cut.cables()):
            return False
        return not self.comebacks or self._in_time.fate(flow, self.dead_before) is Fate.ARRIVES

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
        return Window().plus(
            *terms, *self._passing(good, flow), *self._again(flow), *self._reset(flow), *self._told_late(flow)
        )

    def _again(self, flow: Flow) -> tuple[Term, ...]:
        before, whole = self.view(NOTHING_BACK).believed, self.view(frozenset(range(len(self.comebacks))))
        found = endings(self.world, self.healed, self.dead_before, before, whole.believed)
        return lost_again(self.world, found, whole, flow, self.dead)

    def _told_late(self, flow: Flow) -> tuple[Term, ...]:
        whole = self.view(frozenset(range(len(self.comebacks))))
        found = (told_late(self.world, i, self.impacts, self.dead, whole, flow) for i in self.healed)
        return max(found, key=lambda terms: sum(term.high_s for term in terms), default=())

    def _reset(self, flow: Flow) -> tuple[Term, ...]:
        """What is lost when an operator clears an end that had not heard of it, while nothing brings the session back.

        It has not where another fault keeps the other end's NOTIFICATION from it.
        """
        worst = 0.0
        for name in {closed.session for impact in self.healed for closed in impact.closed if closed.reset}:
            session = self.world.plan.session(name)
            down = frozenset((name, end.speaker) for end in session.ends)
            left = self.view(NOTHING_BACK).believed
            cleared = replace(left, down_ends=left.down_ends | down)
            before = replace(cleared, down_ends=cleared.down_ends - {(name, session.ends[0].speaker)})
            fates = [self.world.view(believed).fate(flow, self.dead) for believed in (before, cleared)]
            if self._stays_down(session) and fates == [Fate.ARRIVES, Fate.LOST]:
                worst = max(worst, self.session_back(session).high_s)
        return (Term("an operator clearing a session that does not come back yet", 0, worst, RESET),) if worst else ()

    def _anew_s(self) -> float:
        """How long sessions are down at most that end after the heal only."""
        most = self._ends(NOTHING_BACK)
        if any(impact.frozen for impact in self.healed):
            return most
        anew = (connects_anew(self.world.plan, impact, self.dead_before) for impact in self.healed)
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
        whole = self.view(state).believed
        halves = (replace(whole, down_ends=whole.down_ends - {end}) for end in one.gone.down_ends)
        return any(self.world.view(half).fate(flow, self.dead) is Fate.LOST for half in halves)

    def _passing(self, good: Sequence[frozenset[int]], flow: Flow) -> tuple[Term, ...]:
        """What is under way while routers hear of one thing more that is back."""
        worst: tuple[Term, ...] = ()
        if self.late and NOTHING_BACK in good:
            speakers = {speaker for _, speaker in self.late}
            ends = (end for session in self.world.plan.sessions for end in session.ends if end.speaker in speakers)
            heard = heard_after(self.world.plan, {end.node: (0.0, HOP_S) for end in ends})
            nothing = self.view(NOTHING_BACK)
            worst = under_way(self._in_time, nothing, flow, self.dead, heard, self.world.delay_s)
        for state in good:
            for number, one in enumerate(self.comebacks):
                more = state | {number}
                if number in state or more not in good:
                    continue
                wait = HOP_S if one.session is None else handshake_s(self.world.plan, one.session)
                heard = heard_after(self.world.plan, dict.fromkeys(one.nodes, (0.0, wait)))
                found = under_way(self.view(state), self.view(more), flow, self.dead, heard, self.world.delay_s)
                if sum(term.high_s for term in found) > sum(term.high_s for term in worst):
                    worst = found
        return worst


def handshake_s(plan: Plan, session: BgpSession) -> float:
    """How much later than one end the other end may have a session up, with all its routes."""
    return 8 * crossing_s(plan, session) + DELAYED_ACK_S
