"""Ends of sessions that give them up after a fault is healed only, and what that costs.

Who stood still reads only then that the other end has closed the session; who saw no light go hears of it by what TCP
sends again; who kept its power hears so of the one that lost it; and a timer may run out after the heal, before the
next packet comes that would have stopped it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from dxemu.plan.model import BgpSession, Plan
from dxemu.predict.detect import EXABGP_DELAY, reconnect_delay_s
from dxemu.predict.impact import Impact
from dxemu.predict.notice import notices
from dxemu.predict.restarts import session_back
from dxemu.predict.windows import Term, Window

End = tuple[str, str]
"""Of a session, and its speaker."""


def late_ends(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> Iterator[End]:
    """The ends that may give their session up after the heal of `impact`, and not before.

    Where somebody may have noticed before it; `dead` is what carries nothing until then.
    """
    for session, seen in _noticed(plan, impact, dead):
        lasted = _lasted(impact)
        if min(window.low_s for window in seen.values()) < lasted:
            for end in session.ends:
                window = seen.get(end.node)
                if end.node not in impact.powerless and (window is None or window.high_s > lasted):
                    yield session.name, end.speaker


def connects_anew(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> tuple[Term, ...]:
    """From the moment at which a late end has given its session up until it is up again; of the slowest session."""
    late = {name for name, _ in late_ends(plan, impact, dead)}
    found: list[Window] = []
    for session, seen in _noticed(plan, impact, dead):
        if session.name in late:
            held = max(window.high_s for window in seen.values()) - _lasted(impact)
            refused = Term("ExaBGP's wait after a refusal", 0, reconnect_delay_s(max(0.0, held)), EXABGP_DELAY)
            found.append(session_back(plan, session).plus(refused))
    return max(found, key=lambda window: window.high_s, default=Window()).terms


def _noticed(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> Iterator[tuple[BgpSession, dict[str, Window]]]:
    """Every session that somebody gives up, and when each of its nodes does."""
    found: dict[str, dict[str, Window]] = {}
    for one in notices(plan, impact, dead):
        if one.session is not None:
            seen = one.detection
            at_once = seen.node in impact.powerless
            found.setdefault(one.session, {})[seen.node] = Window() if at_once else seen.seen or seen.after
    for name, windows in found.items():
        yield plan.session(name), windows


def _lasted(impact: Impact) -> float:
    assert impact.until is not None
    return float(impact.until - impact.at)
