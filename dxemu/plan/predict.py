"""What a fault should cost, from the protocols' arithmetic, before anything is started.

`to_aws` is decided by the customer's router that holds the session, `from_aws` by the AWS device. All times are
durations in seconds from the fault (`recovery`: from the heal), in the *send* time of the packets that are lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.plan.detect import Detection, carrier, detection, session_back
from dxemu.plan.impact import Impact
from dxemu.plan.model import BgpSession, Plan, Role, SessionEnd, Side
from dxemu.plan.paths import Direction
from dxemu.plan.traffic import Traffic, traffic
from dxemu.plan.windows import Term, Window

DIRECTIONS: tuple[Direction, ...] = ("to_aws", "from_aws")
ROUTER_S = 0.01
NOBODY = Detection("", "none", Window((Term("nobody notices", math.inf, math.inf, "no session crosses it"),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What healing should do.

    `outage` is the loss while traffic moves back, `session_back` the time until `session` is up again.
    """

    session: str
    outage: Window
    session_back: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One direction of one fault. `detected_by` is `carrier`, `bfd`, `hold_timer` or `none`; `node` is who notices.

    `sessions` and `cables` are what the fault touches. An `outage` of exactly 0 means that this direction does not
    use them; an infinite one, that nothing is left. `recovery` is None when the fault is never healed.
    """

    fault: str
    direction: str
    detected_by: str
    node: str
    detect: Window
    outage: Window
    recovery: Recovery | None
    sessions: tuple[str, ...]
    cables: tuple[str, ...]


def predict(plan: Plan, impacts: Sequence[Impact]) -> tuple[Prediction, ...]:
    """Two predictions, one a direction, for each impact in turn.

    Earlier impacts that still last are taken to be known to the routers.
    """
    return tuple(_Case(plan, tuple(impacts), impact, d).prediction() for impact in impacts for d in DIRECTIONS)


def explain_in_words(prediction: Prediction) -> str:
    """Why the outage's window is as it is, in one line."""
    return prediction.outage.in_words() if prediction.outage.terms else "this direction does not use what failed"


def natural_end(predictions: Sequence[Prediction], impacts: Sequence[Impact]) -> float:
    """The time since the run's start by which everything predicted has happened; infinite if something never does."""
    end = 0.0
    for p, impact in ((p, i) for p in predictions for i in impacts if p.fault == i.fault):
        detected = impact.at + p.detect.high_s if p.detected_by != "none" else float(impact.at)
        end = max(end, detected, impact.at + p.outage.high_s)
        if p.recovery is not None and impact.until is not None:
            end = max(end, impact.until + max(p.recovery.session_back.high_s, p.recovery.outage.high_s))
    return end


@dataclass(frozen=True, slots=True)
class _Case:
    """One direction of one impact among the others."""

    plan: Plan
    impacts: tuple[Impact, ...]
    impact: Impact
    direction: Direction

    def prediction(self) -> Prediction:
        before = traffic(self.plan, self.direction, self._dead_at(self.impact.at, but_not=self.impact))
        cuts = [i for i, c in enumerate(before.cables) if c.name in self.impact.cables] if before else []
        sessions = tuple(s for s in self.plan.sessions if not set(s.cables).isdisjoint(self.impact.cables))
        found = self._detection(before, cuts, sessions)
        outage = self._outage(before, cuts, found) if before and cuts else Window()
        return Prediction(
            fault=self.impact.fault,
            direction=self.direction,
            detected_by=found.by,
            node=found.node,
            detect=found.after,
            outage=outage,
            recovery=self._recovery(before, sessions),
            sessions=tuple(s.name for s in sessions),
            cables=self.impact.cables,
        )

    def _dead_at(self, time: float, but_not: Impact | None = None) -> frozenset[str]:
        """The cables that are dead at `time`. Of impacts at the same time, the earlier in the list comes first."""
        order = {id(i): n for n, i in enumerate(self.impacts)}
        mine = order[id(self.impact)]
        return frozenset(
            name
            for i in self.impacts
            if i is not but_not
            and (i.at < time or (i.at == time and order[id(i)] <= mine))
            and (i.until is None or i.until > time)
            for name in i.cables
        )

    def _deciding_end(self, session: BgpSession, way: Traffic | None) -> SessionEnd:
        """The end on the sender's side: it is the one whose routes move this direction's traffic."""
        side = Side.CUSTOMER if self.direction == "to_aws" else Side.AWS
        ends = [e for e in session.ends if self.plan.node(e.node).side is side] or list(session.ends)
        if way is not None:
            ends.sort(key=lambda e: way.nodes.index(e.node) if e.node in way.nodes else len(way.nodes))
        return ends[0]

    def _decisive(self, way: Traffic | None, sessions: tuple[BgpSession, ...]) -> BgpSession | None:
        """The session that notices: the traffic's own, else one that the traffic passes along, else any that is hit."""
        on_way = set(way.nodes) if way else set()

        def rank(session: BgpSession) -> tuple[bool, bool]:
            return way is None or session != way.session, not {e.node for e in session.ends} <= on_way

        return min(sessions, key=rank, default=None)

    def _detection(self, way: Traffic | None, cuts: list[int], sessions: tuple[BgpSession, ...]) -> Detection:
        session = self._decisive(way, sessions)
        if session is not None:
            return detection(self.plan, self.impact, session, self._deciding_end(session, way))
        upstream = way.nodes[cuts[0]] if way and cuts else ""
        routes = (Role.ROUTER, Role.DX_DEVICE, Role.GATEWAY)
        if upstream in self.impact.carrier_lost_at and self.plan.node(upstream).role in routes:
            return Detection(upstream, "carrier", carrier())
        return NOBODY

    def _outage(self, way: Traffic, cuts: list[int], found: Detection) -> Window:
        other = traffic(self.plan, self.direction, self._dead_at(self.impact.at))
        healed, by_session = self._healed_after()
        if other is None or found.by == "none":
            return healed if found.after.low_s >= healed.low_s else healed.plus(*by_session.terms)
        switched = found.after.plus(
            Term("the router deciding and installing", 0, ROUTER_S, "design: computing is free with a virtual clock"),
            *self._in_flight(way, cuts, other, found),
        )
        if switched.high_s <= healed.low_s:
            return switched
        if found.after.low_s >= healed.low_s:
            return healed
        low, high = min(switched.low_s, healed.low_s), min(switched.high_s, healed.high_s)
        cut = Term("cut short by the heal", low - switched.low_s, high - switched.high_s, "scenario: for")
        return switched.plus(cut)

    def _in_flight(self, way: Traffic, cuts: list[int], other: Traffic, found: Detection) -> tuple[Term, ...]:
        """Packets that had passed the deciding router when the cable died are lost though they were sent before."""
        router = way.nodes.index(found.node) if found.node in way.nodes else cuts[0]
        turn = min(way.shared_with(other), router)
        cut = cuts[-1]
        device = way.nodes.index(way.session.ends[1].node)
        told = turn if self.direction == "to_aws" else max(turn, min(device, router))  # AWS's gateways hear at once
        return (
            Term(f"{way.nodes[turn]} hearing of it", 0, way.delay_s(told, router), "one-way delays of the cables"),
            Term(
                "packets between the router and the cut",
                way.delay_s(router, cut),
                way.delay_s(turn, cut + 1),
                "one-way delays of the cables",
            ),
        )

    def _healed_after(self) -> tuple[Window, Window]:
        """How long the direction is dead if only a heal helps, and what a session must add to come back."""
        for healer in sorted((i for i in self.impacts if i.until is not None and i.until > self.impact.at), key=_until):
            until = _until(healer)
            back = traffic(self.plan, self.direction, self._dead_at(until))
            if back is not None:
                lasted = until - self.impact.at
                inside = max((self.plan.cable(c).delay for c in self.impact.cables), default=0.0)
                window = Window((Term("the fault lasts", lasted, lasted, "scenario: for"),)).plus(
                    Term("packets inside the cable", -inside, inside, "one-way delay of the cable")
                )
                case = _Case(self.plan, self.impacts, healer, self.direction)
                return window, case._back(back.session)
        return Window((Term("nothing is left, and no heal brings it back", math.inf, math.inf, "scenario"),)), Window()

    def _back(self, session: BgpSession) -> Window:
        if set(session.cables).isdisjoint(self.impact.cables):
            return Window()
        first, second = (detection(self.plan, self.impact, session, e) for e in session.ends)
        return session_back(self.plan, self.impact, session, (first, second))

    def _recovery(self, way: Traffic | None, sessions: tuple[BgpSession, ...]) -> Recovery | None:
        session = self._decisive(way, sessions)
        if self.impact.until is None or session is None:
            return None
        return Recovery(session=session.name, outage=Window(), session_back=self._back(session))


def _until(impact: Impact) -> float:
    return math.inf if impact.until is None else float(impact.until)
