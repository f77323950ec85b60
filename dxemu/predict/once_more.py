"""Sessions that end once more after a heal, though they were back, or had never ended; and what that costs.

Whoever waits for a sign of life acts when his time is over, not when packets pass again: what would have stopped him
was sent before the heal, and the next sign comes too late.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations

from dxemu.control.tables import Believed
from dxemu.plan.model import BgpSession, Plan, SessionEnd
from dxemu.predict.carrier_delay import FIRST_RETRANSMISSION_S
from dxemu.predict.detect import EXABGP_DELAY, Detection, bfd_timer, reconnect_delay_s
from dxemu.predict.followers import has_way
from dxemu.predict.impact import Impact
from dxemu.predict.notice import notices
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.passing import HOP_S, crossing_s, heard_after, under_way
from dxemu.predict.restarts import session_back
from dxemu.predict.tunnels import dead_peers, made_anew
from dxemu.predict.windows import Term, Window

SHORTEST_GAP = 0.75
"""RFC 5880 6.8.7: BFD's control packets are 75 to 100 % of the interval apart."""
FORGOTTEN = "RFC 5880 6.8.4, 6.8.6; RFC 5882 4.3: one end has begun BFD anew"
TOO_LATE = "RFC 5880 6.8.4, 6.8.7; RFC 4271 6.5; RFC 6298 5.5: the next sign of life comes too late"
NO_ANSWER = "RFC 7296 2.4; Site-to-Site VPN User Guide: DPD timeout"


@dataclass(frozen=True, slots=True)
class LateEnding:
    """A session that ends once more, `why`, and until when it is `back` from then on."""

    session: BgpSession
    back: Window
    why: str
    source: str


def endings(
    world: World, healed: Sequence[Impact], dead: AbstractSet[str], before: Believed, after: Believed
) -> list[LateEnding]:
    """All of them when `healed` end at one moment, until which `dead` carried nothing.

    `before` is what was believed then, `after` what is when all is back.
    """
    found: list[LateEnding] = []
    for impact in healed:
        found += _begun_anew(world.plan, impact, dead)
        found += _too_late(world.plan, impact, dead)
    longest = min(healed, key=lambda impact: impact.at, default=None)
    if longest is not None:
        found += _given_up(world, longest, dead, before, after)
    return found


def _begun_anew(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> Iterator[LateEnding]:
    """Sessions that are back before BFD knows of the light that was gone.

    BFD is no part of the BGP session, which connects again as soon as there is light. An end that begins its BFD
    session anew with the light of its port has another discriminator, and discards what is sent to the old one (RFC
    5880 6.8.6; BIRD 2.0.12 does so where a VLAN is in a VRF, as on AWS's devices). So the other end hears of nothing
    until its detection time is over, which it counts from the last packet before the fault (RFC 5880 6.8.4).
    """
    lasted = _lasted(impact)
    noticed = [one for one in notices(plan, impact, dead) if one.session is not None]
    dark = {one.session for one in noticed if one.detection.by == "carrier" and one.detection.after.low_s < lasted}
    for session in plan.sessions:
        timers = [found for end in session.ends if (found := bfd_timer(session, end)) is not None]
        if session.name in dark and any(found.after.high_s > lasted for found in timers):
            why = "BFD taking sessions down once more that are back"
            yield LateEnding(session, session_back(plan, session), why, FORGOTTEN)


def _too_late(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> Iterator[LateEnding]:
    """Sessions of which nobody has noticed anything when packets pass again, and that end before any comes."""
    if impact.frozen:
        return
    lasted = _lasted(impact)
    seen: dict[str, dict[str, Detection]] = {}
    for one in notices(plan, impact, dead):
        if one.session is not None:
            seen.setdefault(one.session, {})[one.detection.node] = one.detection
    for name, of in seen.items():
        session = plan.session(name)
        windows = {node: found.seen or found.after for node, found in of.items()}
        if not math.isfinite(max(window.high_s for window in windows.values())):
            continue
        ends = [(end, of[end.node]) for end in session.ends if end.node in of]
        chances = [last_chance_s(plan, session, end, found) for end, found in ends]
        if min(chances) < lasted <= min(window.low_s for window in windows.values()):
            held = max(window.high_s for window in windows.values()) - lasted
            back = Window().plus(
                Term("the other end still holding the old session", 0, held, "RFC 4271 6.8"),
                Term("ExaBGP's wait after a refusal", 0, reconnect_delay_s(held), EXABGP_DELAY),
                *session_back(plan, session).terms,
            )
            yield LateEnding(session, back, "a timer running out before the next sign of life comes", TOO_LATE)


def last_chance_s(plan: Plan, session: BgpSession, end: SessionEnd, found: Detection) -> float:
    """How long after a fault whoever notices it by `found` may have been sent the last thing that would stop it.

    Seconds. A heal after that, and before it is noticed, may be too late. BFD's next packet comes up to an interval
    after the last; a keepalive is sent again each time after twice as long, and TCP sends nothing else meanwhile.
    """
    low = (found.seen or found.after).low_s
    other = session.ends[1] if end == session.ends[0] else session.ends[0]
    if found.by == "bfd" and end.bfd is not None and other.bfd is not None:
        interval, mult = max(end.bfd.interval, other.bfd.interval), other.bfd.detect_mult
        return min(low, (max(SHORTEST_GAP * mult, mult - 1.0) - 1.0) * interval)
    if found.by == "hold_timer":
        slowest = FIRST_RETRANSMISSION_S + 4 * crossing_s(plan, session)
        return min(_last_retransmission_s(low, first) for first in (FIRST_RETRANSMISSION_S, slowest))
    return low


def _last_retransmission_s(before_s: float, first_s: float) -> float:
    """When something is sent again for the last time before a moment: first after `first_s`, then twice that, ..."""
    at = 0.0
    while at + first_s < before_s:
        at, first_s = at + first_s, 2 * first_s
    return at


def _given_up(
    world: World, impact: Impact, dead: AbstractSet[str], before: Believed, after: Believed
) -> Iterator[LateEnding]:
    """Sessions in tunnels whose peer an end gives up after the heal: it asked for the last time before that."""
    plan, lasted = world.plan, _lasted(impact)
    for session in plan.sessions:
        if session.tunnel is None or not session.in_service:
            continue
        tunnel = plan.tunnel(session.tunnel)
        kept = {end.node for end in tunnel.ends}.isdisjoint(impact.powerless)
        if not kept or has_way(world, tunnel, before, dead) or not has_way(world, tunnel, after):
            continue
        first, last = (0.0, 0.0) if not has_way(world, tunnel, Believed(), dead) else _moving(plan, impact, dead)
        asked = dead_peers(plan, tunnel)
        if any(low - interval < lasted - first and lasted - last < high for low, high, interval in asked):
            held = max(high for _, high, _ in asked) - (lasted - last)
            back = made_anew(plan, session, max(0.0, held)).plus(*session_back(plan, session).terms)
            yield LateEnding(session, back, "dead peer detection that had asked for the last time", NO_ANSWER)


def _moving(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> tuple[float, float]:
    """The first and the last moment at which routes may go because of an impact, in seconds after it."""
    windows = [one.detection.after for one in notices(plan, impact, dead)]
    last = max((window.high_s for window in windows if math.isfinite(window.high_s)), default=0.0)
    return min((window.low_s for window in windows), default=0.0), last


def lost_again(
    world: World, ending: Sequence[LateEnding], whole: View, flow: Flow, dead: AbstractSet[str]
) -> tuple[Term, ...]:
    """What `flow` loses when some sessions end once more, and connect again; `whole` is what is so with all."""
    if whole.fate(flow, dead) is not Fate.ARRIVES:
        return ()
    worst: tuple[Term, ...] = ()
    for some in _some_of(ending):
        slowest = max(some, key=lambda one: one.back.high_s)
        down = frozenset((one.session.name, end.speaker) for one in some for end in one.session.ends)
        without = world.view(replace(whole.believed, down_ends=whole.believed.down_ends | down))
        lost_s = slowest.back.high_s
        if without.fate(flow, dead) is Fate.ARRIVES:
            told_s = HOP_S + max(crossing_s(world.plan, one.session) for one in some)
            nodes = {end.node: (0.0, told_s) for one in some for end in one.session.ends}
            terms = under_way(whole, without, flow, dead, heard_after(world.plan, nodes), world.delay_s)
            lost_s = sum(term.high_s for term in terms)
        if lost_s > sum(term.high_s for term in worst):
            worst = (Term(slowest.why, 0, lost_s, slowest.source),)
    return worst


def _some_of(ending: Sequence[LateEnding]) -> Iterator[tuple[LateEnding, ...]]:
    """Each of them alone, any two, and all."""
    sizes = sorted({size for size in (1, 2, len(ending)) if 0 < size <= len(ending)})
    return (some for size in sizes for some in combinations(ending, size))


def _lasted(impact: Impact) -> float:
    assert impact.until is not None
    return float(impact.until - impact.at)
