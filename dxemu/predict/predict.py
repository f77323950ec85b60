"""What a fault should cost, from the protocols' arithmetic, before anything is started.

The routers' tables are computed for what they believe, from the fault until everything has been noticed; an outage
lasts until the tables lead around what is dead. All times are durations in seconds from the fault (`recovery`: from
the heal), in the *send* time of the packets that are lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.model import Plan, Side
from dxemu.predict import carrier_delay, lacp, restarts, unheard
from dxemu.predict.carrier_delay import CARRIER_UP_S
from dxemu.predict.detect import Detection, static_routes_back
from dxemu.predict.impact import Impact
from dxemu.predict.in_flight import in_flight
from dxemu.predict.not_back_yet import still_missing
from dxemu.predict.notice import Noticed, may_not_begin, sooner
from dxemu.predict.outcome import Fate, Flow, Turn, World
from dxemu.predict.passing import moving
from dxemu.predict.prediction import (
    DIRECTIONS,
    Direction,
    Pair,
    PredictedRecovery,
    Prediction,
    default_pair,
    explain_in_words,
    natural_end,
)
from dxemu.predict.returns import Return
from dxemu.predict.standing import ends_s
from dxemu.predict.struck import Struck
from dxemu.predict.tunnels import ASKING, keys_lost
from dxemu.predict.windows import Term, Window, any_of, sooner_of

__all__ = [
    "Direction",
    "Pair",
    "PredictedRecovery",
    "Prediction",
    "default_pair",
    "explain_in_words",
    "natural_end",
    "predict",
]

ROUTER_S = 0.01
NEVER = Term("nothing is left, and no heal brings it back", math.inf, math.inf, "scenario")
NOBODY = Detection("", "none", Window((Term("nobody notices", math.inf, math.inf, "no session crosses it"),)))


def predict(
    plan: Plan,
    impacts: Sequence[Impact],
    pairs: Iterable[Pair] = (),
    world: World | None = None,
    healed_in: Callable[[float], World] | None = None,
    only: Impact | None = None,
) -> tuple[Prediction, ...]:
    """For each impact in turn two predictions, one a direction, for each of `pairs`.

    Earlier impacts that still last are taken to be known to the routers; those at the same moment strike together, and
    what they cost together is predicted for the first of them. `world` is the plan's, if its tables are there already;
    `healed_in` says of what design they are at the moment of a heal, if the plan is another one then. With `only` the
    predictions of that impact alone. What chance has a hand in is not predicted: a fault that strikes by chance, and
    what else is broken while it lasts.
    """
    world = world or World(plan)
    later = healed_in or (lambda _: world)
    default = default_pair(plan)
    chosen = tuple(pairs) or (() if default is None else (default,))
    by_chance = [impact for impact in impacts if impact.by_chance]
    asked = [impact for impact in impacts if only in (None, impact) and not any(map(impact.overlaps, by_chance))]
    struck = [Struck(world, tuple(impacts), impact, later) for impact in asked]
    return tuple(
        _Case(one, pair, direction).prediction() for one in struck for pair in chosen for direction in DIRECTIONS
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One direction of what is struck, for one probe."""

    struck: Struck
    pair: Pair
    direction: Direction

    @property
    def world(self) -> World:
        return self.struck.world

    @property
    def plan(self) -> Plan:
        return self.struck.world.plan

    @property
    def impact(self) -> Impact:
        return self.struck.impact

    @property
    def flow(self) -> Flow:
        source, target = self.pair.near, self.pair.far
        if self.direction == "from_aws":
            source, target = target, source
        return self.world.flow(source, target, self.pair.version, self.pair.size)

    def prediction(self) -> Prediction:
        struck, flow = self.struck, self.flow
        ways = struck.known.ways(flow)
        before = next((way for way in ways if not way.cables().isdisjoint(struck.cables)), ways[0])
        first = self.impact is struck.together[0]
        touched = (
            not before.cables().isdisjoint(struck.cables)
            and struck.known.fate(flow, struck.earlier) is not Fate.LOST
            and struck.known.fate(flow, struck.dead) is not Fate.ARRIVES  # a LAG's member that is out already
        )
        last = struck.latest.turn(flow)
        found = self._detection(last, before)
        outage = self._beside_later(self._outage(before, last), before) if touched and first else Window()
        if first and all(impact.cuts_nothing for impact in struck.together):
            outage = self._nothing_cut()
        outage = outage.plus(*self._still_missing(outage))
        return Prediction(
            fault=self.impact.fault,
            probe=self.pair.probe,
            direction=self.direction,
            detected_by=found.by,
            node=found.node,
            detect=found.seen or found.after,
            outage=outage,
            recovery=self._recovery(before),
            sessions=struck.session_names,
            cables=self.impact.touched,
            begins=self._begins(outage),
        )

    def _begins(self, outage: Window) -> Window:
        """At once, where something is cut; else when its routes go, or when anybody notices."""
        if not all(impact.cuts_nothing for impact in self.struck.together):
            return Window()
        windows = [one.detection.after for one in self.struck.noticed if math.isfinite(one.detection.after.high_s)]
        noticed = max(windows, key=lambda window: window.high_s, default=Window())
        first = min((window.low_s for window in windows), default=0.0) - noticed.low_s
        return restarts.begins(outage) or noticed.plus(Term("whoever notices first", first, 0, "arithmetic"))

    def _detection(self, last: Turn | None, way: ForwardingPath) -> Detection:
        """The one that ends the outage; else that of this direction's own session; else any."""
        if last is not None and last.decisive is not None:
            return last.decisive.detection
        found = self.struck.witnesses[Side.CUSTOMER if self.direction == "to_aws" else Side.AWS].first_on(way)
        return NOBODY if found is None else found.detection

    def _beside_later(self, alone: Window, before: ForwardingPath) -> Window:
        """An outage that is so long `alone`, if others strike before it is over, and hit what would have taken over."""
        at, found, joined = float(self.impact.at), alone, self.struck.joined
        for _ in self.struck.impacts:
            more = tuple(i for i in self.struck.impacts if at < float(i.at) < at + found.high_s)
            if more == joined:
                break
            joined = more
            beside = replace(self, struck=replace(self.struck, joined=joined))
            both = beside._outage(before, beside.struck.latest.turn(self.flow))
            surely = all(float(i.at) < at + alone.low_s for i in joined)
            found = both if surely else any_of((alone, both))
        return found

    def _outage(self, before: ForwardingPath, last: Turn | None) -> Window:
        outage = self._outage_if_hit(before, last)
        first = self.struck.soonest.turn(self.flow)
        return outage.plus(*may_not_begin(outage.low_s)) if first is not None and first.decisive is None else outage

    def _outage_if_hit(self, before: ForwardingPath, last: Turn | None) -> Window:
        healed, by_session = self._healed_after(before)
        noticed = self._first_low(self.struck.noticed) < healed.low_s
        keys = self._keys_lost(before) or any(term.name == ASKING for term in by_session.terms)
        back = healed.plus(
            *(by_session.terms if noticed or keys else carrier_delay.back_in_time(self.plan, self.impact))
        )
        if last is None or last.decisive is None:
            return back
        first = self.struck.soonest.turn(self.flow)
        found = last.decisive.detection
        switched = found.after.plus(
            *(sooner(first.at_s, found.after.low_s) if first is not None and first.decisive is not None else ()),
            Term("the router deciding and installing", 0, ROUTER_S, "design: computing is free with a virtual clock"),
            *in_flight(self.world, self.struck.cables, before, last.view.way(self.flow), found),
        )
        if switched.high_s <= healed.low_s or self._keys_lost(before):
            return switched
        if found.after.low_s >= healed.low_s:
            return back
        after = max(0.0, switched.high_s - found.after.high_s)  # noticed at the last moment, all moves for all that
        low, high = min(switched.low_s, healed.low_s), min(switched.high_s, healed.high_s + after)
        cut = Term("cut short by the heal", low - switched.low_s, high - switched.high_s, "scenario: for")
        return switched.plus(cut)

    def _keys_lost(self, before: ForwardingPath) -> bool:
        return any(keys_lost(self.plan, impact, before) for impact in self.struck.together)

    def _still_missing(self, outage: Window) -> tuple[Term, ...]:
        struck, at = self.struck, float(self.impact.at)
        moments = sorted({float(i.until) for i in struck.impacts if i.until is not None and i.until <= at})
        returns = [struck.returning(moment) for moment in moments]
        return still_missing(self.world, returns, at, struck.known.believed, self.flow, struck.dead, outage)

    @staticmethod
    def _first_low(noticed: Sequence[Noticed]) -> float:
        return min((one.detection.after.low_s for one in noticed if one.session is not None), default=math.inf)

    def _healed_after(self, cut: ForwardingPath | None = None) -> tuple[Window, Window]:
        """How long the direction is dead if only a heal helps, and what a session must add to come back.

        Of a way that is `cut` the heal of what does not lie on it is no help, where there is another way without it.
        A heal of which the tables lead into something else that is broken, and unnoticed, helps once that is noticed.
        """
        at, noticed = float(self.impact.at), Window((NEVER,))
        healers = [i for i in self.struck.impacts if i.until is not None and i.until > at]
        for until in sorted({ends_s(healer) for healer in healers}):
            returning = self.struck.returning(until)
            if not returning.brings_back(self.flow) or (cut is not None and returning.helps_not(self.flow, cut)):
                continue
            unaware = returning.unaware
            if unaware is None or unaware.brings_back(self.flow):
                healed = self._lasted(until - at)
                ways = [one.first_way(self.flow) for one in (returning, unaware) if one is not None]
                return sooner_of(healed, noticed), any_of(ways)
            noticed = sooner_of(self._lasted(until - at).plus(*unaware.noticed(self.flow).terms), noticed)
        return noticed, Window()

    def _lasted(self, lasted: float) -> Window:
        inside = max((self.world.delay_s(c) for c in self.impact.cables), default=0.0)
        return Window((Term("the fault lasts", lasted, lasted, "scenario: for"),)).plus(
            Term("packets inside the cable", -inside, inside, "one-way delay of the cable")
        )

    def _nothing_cut(self) -> Window:
        """The outage while a routing process is not there, or not heard: routes go at one end after the other."""
        struck, flow, view = self.struck, self.flow, self.world.view
        if struck.known.fate(flow, struck.dead) is Fate.LOST:
            return Window()
        healed, by_session = self._healed_after()
        before = struck.known.way(flow)
        apart = unheard.going_apart(self.plan, self.impact, before)
        passing = unheard.reconnecting(self.plan, self.impact)
        if passing.terms and healed.low_s > self._first_low(struck.noticed):
            views = [view(one.changes(struck.known.believed)) for one in struck.noticed]
            if any(one.fate(flow, struck.dead) is Fate.LOST for one in views):
                return passing
        outage = restarts.outage(
            restarts.steps_of([(one.detection.after, one.changes) for one in struck.noticed], struck.known.believed),
            lambda believed: view(believed).way(flow) != before,
            lambda believed: view(believed).fate(flow, struck.dead) is Fate.LOST,
            healed.plus(*by_session.terms),
        ).plus(*apart)
        if outage.terms[:1] != (restarts.ANOTHER_WAY,):
            return outage
        before_back = [one for one in struck.noticed if one.detection.after.low_s < healed.low_s]
        steps = sorted(before_back, key=lambda noticed: noticed.detection.after.low_s)
        return outage.plus(*moving(self.world, steps, struck.known, flow, struck.dead))

    def _recovery(self, way: ForwardingPath) -> PredictedRecovery | None:
        sessions, returning = self.struck.sessions, self.struck.own_return
        if returning is None or not sessions:
            return None
        session = min(
            sessions, key=lambda s: (s.name not in way.sessions, not {e.node for e in s.ends} <= set(way.nodes))
        )
        back = {one.name: returning.session_back(one) for one in sessions}
        return PredictedRecovery(
            session=session.name,
            outage=self._failback(way, returning),
            session_back=back[session.name],
            others_back={name: window for name, window in back.items() if name != session.name},
        )

    def _failback(self, way: ForwardingPath, returning: Return) -> Window:
        """What the heal itself costs: what is lost while everything comes back, one after the other.

        A bond takes a member in at one end before the other, and a static route is there with the light of its port.
        """
        states = [one for one in (returning, returning.unaware) if one is not None]
        loss = max((one.loss(self.flow) for one in states), key=lambda window: window.high_s)
        touched = set(self.impact.touched)
        lags = [c for c in way.crossings if len(c.ways) > 1 and not all(map(touched.isdisjoint, c.ways))]
        if lags:
            lit_within_s = CARRIER_UP_S if self.impact.carrier_lost_at else 0.0
            whole = any(not any(map(touched.isdisjoint, c.ways)) for c in lags)
            return loss.plus(*lacp.taken_in(lit_within_s, all_of_them=whole).terms)
        if not self.impact.carrier_lost_at:
            return loss
        return loss.plus(*static_routes_back(self.plan, way, self.struck.cables).terms)
