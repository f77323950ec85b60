"""What a change of a design should cost: routes before and after, and what is lost while it takes effect.

It is made step by step in the careful order (`dxemu.plan.order`), each when the one before has been read back. No step
waits until a session that is made, or made anew, is up. Where both the design before a step and the one after it lead a
flow to its target, it loses what `dxemu.predict.passing` says; where none leads there any more, it is lost until a
later step, or change, brings it back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise

from dxemu.control.tables import NOTHING, Believed
from dxemu.plan.diff import Added, Changed, Removed, Reordered, Setting, applied, diff
from dxemu.plan.model import BgpSession, Cable, IpsecTunnel, Plan, VrrpGroup
from dxemu.plan.order import RESET, Step, careful
from dxemu.plan.tables import Row
from dxemu.predict.detect import CONNECT_RETRY_S, EXABGP_DELAY, LONGEST_BACKOFF_S, reconnect_delay_s
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.packet_too_big import too_long
from dxemu.predict.passing import HOP_S, When, crossing_s, heard_after, under_way
from dxemu.predict.prediction import DIRECTIONS, Pair, Prediction
from dxemu.predict.restarts import DELAYED_ACK_S
from dxemu.predict.windows import Term, Window

MOST_STEPS = 12
"""A change of more steps is taken for one: to compute so many designs would take too long."""
ROUND_TRIPS = 3
"""An update, or a request for one (RFC 2918) and what comes of it, until the other end is read back."""
READ_BACK = "a change is read back before the next one is made"
NEVER = "no way is left, and no change brings one back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redesign:
    """Something that somebody does on purpose at `at`: from then on the design is `world`'s.

    `id` is what its outages are called after. `dead` is what carries nothing at that moment, `known` what is known once
    the design is another one, `was` what was known until then.
    `off_for` is how long what is switched on had been off; None: since the start.
    """

    id: str
    at: float
    before: World
    world: World
    dead: frozenset[str] = frozenset()
    known: Believed = NOTHING
    was: Believed = NOTHING
    off_for: float | None = None


@dataclass(frozen=True, slots=True)
class _Coming:
    """A session that is being made, and how long it takes until it is up."""

    session: BgpSession
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Moment:
    """A view of the routes that may hold for so long, until the next one does; `heard` is when who goes over to it."""

    view: View
    lasts: Window
    origins: dict[str, When]


def predict_turns(turns: Sequence[Redesign], pairs: Iterable[Pair]) -> tuple[Prediction, ...]:
    """For each of `turns`, which are in the order of their times, two predictions for each of `pairs`."""
    chosen = tuple(pairs)
    found: list[Prediction] = []
    for number, turn in enumerate(turns):
        moments = _moments(turn)
        sessions = tuple(_sessions_of(turn.before.plan, turn.world.plan))
        for pair in chosen:
            for direction in DIRECTIONS:
                ends = (pair.near, pair.far) if direction == "to_aws" else (pair.far, pair.near)
                flow = turn.world.flow(*ends, pair.version, pair.size)
                outage = _outage(turn, moments, flow, turns[number + 1 :])
                if outage.high_s < math.inf:
                    outage = outage.plus(*too_long(turn.before.plan, turn.world, moments[-1].view, flow, pair.gap_s))
                found.append(_prediction(turn, pair, direction, outage, sessions))
    return tuple(found)


def _prediction(turn: Redesign, pair: Pair, direction: str, outage: Window, sessions: tuple[str, ...]) -> Prediction:
    return Prediction(
        fault=turn.id,
        probe=pair.probe,
        direction=direction,
        detected_by="none",
        node="",
        detect=Window(),
        outage=outage,
        recovery=None,
        sessions=sessions,
        cables=(),
    )


def _sessions_of(before: Plan, after: Plan) -> Iterator[str]:
    for one in diff(before, after):
        if isinstance(one, Added | Changed | Removed) and one.table == "sessions":
            yield str(one.key[0])


def _outage(turn: Redesign, moments: Sequence[_Moment], flow: Flow, later: Sequence[Redesign]) -> Window:
    fates = [moment.view.fate(flow, turn.dead) for moment in moments]
    if fates[0] is Fate.LOST:
        return Window()
    if fates[-1] is Fate.LOST:
        return _until_later(turn, flow, later)
    terms: list[Term] = []
    out = [moment.lasts for moment, fate in zip(moments, fates, strict=True) if fate is Fate.LOST]
    for window in out:
        terms += window.terms
    good = [moment for moment, fate in zip(moments, fates, strict=True) if fate is not Fate.LOST]
    passing = (_passing(turn, before, after, flow) for before, after in pairwise(good))
    return Window().plus(*terms, *max(passing, key=_high, default=()))


def _high(terms: Sequence[Term]) -> float:
    return sum(term.high_s for term in terms)


def _passing(turn: Redesign, before: _Moment, after: _Moment, flow: Flow) -> tuple[Term, ...]:
    heard = heard_after(after.view.tables.plan, after.origins)
    return under_way(before.view, after.view, flow, turn.dead, heard, turn.world.delay_s)


def _until_later(turn: Redesign, flow: Flow, later: Sequence[Redesign]) -> Window:
    """Until a later change brings a way back; a fault's heal is not looked at."""
    for other in later:
        view = other.world.view(other.known)
        if view.fate(flow, other.dead) is not Fate.LOST:
            lasts = round(other.at - turn.at, 9)
            longest = max((moment.lasts.high_s for moment in _moments(other)), default=0.0)
            heard = _spread_s(other.world.plan)
            return Window((Term(f"until {other.id}", lasts, lasts, "scenario"),)).plus(
                Term("packets under way", -_spread_s(turn.world.plan), 0, "one-way delays of the cables"),
                Term("the change taking effect", 0, heard + longest, READ_BACK),
            )
    return Window((Term(NEVER, math.inf, math.inf, "the routers' tables"),))


def _spread_s(plan: Plan) -> float:
    """The longest that anything takes to be known everywhere, or to arrive."""
    anywhere = {plan.sessions[0].ends[0].node: (0.0, 0.0)} if plan.sessions else {}
    return 2 * heard_after(plan, anywhere).last_s + HOP_S


def _moments(turn: Redesign) -> list[_Moment]:
    """The design before, after each step, while sessions that are made by it connect, and in the end."""
    found = [one for one in diff(turn.before.plan, turn.world.plan) if not isinstance(one, Reordered | Setting)]
    steps = careful(tuple(found))
    moments = [_Moment(turn.before.view(turn.was), Window(), {})]
    each = len(steps) <= MOST_STEPS
    plan, coming, origins = turn.before.plan, dict[str, _Coming](), dict[str, When]()
    for number, step in enumerate(steps, start=1):
        plan = applied(plan, (step.difference,))
        row = _after(step)
        if isinstance(row, BgpSession) and (terms := _connecting(step, row, turn.off_for, plan)):
            coming[row.name] = _Coming(row, terms)
        if each and number < len(steps):
            view = World(plan).view(_without(turn.known, coming))
            moments.append(_Moment(view, _lasts(row, plan), _origins(step, plan)))
        else:
            origins |= _origins(step, plan)
    if coming:
        slowest = max((one.terms for one in coming.values()), key=_high)
        moments.append(_Moment(turn.world.view(_without(turn.known, coming)), Window(slowest), dict(origins)))
        for one in coming.values():
            origins |= _ends(turn.world.plan, one.session)
    moments.append(_Moment(turn.world.view(turn.known), Window(), origins))
    return moments


def _after(step: Step) -> Row:
    """What a step makes, or takes away."""
    one = step.difference
    return one.new if isinstance(one, Changed) else one.row


def _connecting(step: Step, session: BgpSession, off_for: float | None, plan: Plan) -> tuple[Term, ...]:
    """How long the session takes, if this step makes it, or makes it anew."""
    one = step.difference
    if not session.in_service or isinstance(one, Removed):
        return ()
    if isinstance(one, Changed) and isinstance(one.old, BgpSession) and one.old.in_service:
        return tuple(_connects(plan, session, 0.0)) if step.breaks == RESET else ()
    return tuple(_connects(plan, session, off_for))


def _without(known: Believed, coming: Mapping[str, _Coming]) -> Believed:
    """The same, before those sessions are up."""
    down = {(name, end.speaker) for name, one in coming.items() for end in one.session.ends}
    return replace(known, down_ends=known.down_ends | down)


def _lasts(row: Row, plan: Plan) -> Window:
    """Until a step is read back, and the next one is made."""
    if not isinstance(row, BgpSession):
        return Window((Term("the router deciding and installing", 0, HOP_S, READ_BACK),))
    wait = 2 * ROUND_TRIPS * crossing_s(plan, row) + HOP_S
    return Window((Term("the session's other end hearing of it", 0, wait, READ_BACK),))


def _connects(plan: Plan, session: BgpSession, off_for: float | None) -> Iterator[Term]:
    """From the moment at which both ends may connect until the session is up and its routes have crossed."""
    refused = LONGEST_BACKOFF_S if off_for is None else reconnect_delay_s(off_for)
    yield Term("ExaBGP's wait after a refusal", 0, refused, EXABGP_DELAY)
    yield Term("the next try to connect", 0, CONNECT_RETRY_S, "dxemu.daemons.exabgp_child: each second")
    yield Term("SYN, OPEN, KEEPALIVE and UPDATE crossing", 0, 8 * crossing_s(plan, session), "RFC 4271 8.2.2")
    yield Term("TCP acknowledging late", 0, DELAYED_ACK_S, "RFC 1122 4.2.3.2; Linux: 40 to 200 ms")


def _origins(step: Step, plan: Plan) -> dict[str, When]:
    """Who knows of a step at first, and when."""
    row = _after(step)
    if isinstance(row, BgpSession):
        return _ends(plan, row)
    return dict.fromkeys(_nodes(step.difference), (0.0, HOP_S))


def _ends(plan: Plan, session: BgpSession) -> dict[str, When]:
    """Both ends are told one after the other; what one says takes its time to the other."""
    wait = 2 * crossing_s(plan, session) + HOP_S
    return {end.node: (0.0, wait) for end in session.ends}


def _nodes(one: Added | Changed | Removed) -> AbstractSet[str]:
    row = one.new if isinstance(one, Changed) else one.row
    if isinstance(row, BgpSession | IpsecTunnel):
        return {end.node for end in row.ends}
    if isinstance(row, Cable):
        return {row.a.node, row.b.node}
    if isinstance(row, VrrpGroup):
        return {node for node, _ in row.interfaces}
    node = getattr(row, "node", None)
    return {node} if isinstance(node, str) else set()
