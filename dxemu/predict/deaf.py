"""What is not heard, or later, because another fault goes on: by a router that stands still, or over a silent way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from dxemu.faults.effects import Protocol
from dxemu.plan.model import BgpSession, Plan
from dxemu.predict import unheard
from dxemu.predict.carrier_delay import FIRST_RETRANSMISSION_S
from dxemu.predict.impact import Impact
from dxemu.predict.notice import Noticed, crosses, is_dead
from dxemu.predict.standing import ends_s
from dxemu.predict.windows import Term

TOLD = ("notification", "peer_closed")
SOURCE = "RFC 4271 6.7; RFC 6298 5.5: TCP sends it again, each time after twice as long"


def as_heard(
    plan: Plan, noticed: Noticed, impact: Impact, others: Sequence[Impact], dead: AbstractSet[str]
) -> Noticed | None:
    """The same of `impact` while `others` go on, and `dead` carries nothing; None if nobody hears of it in time.

    Who stands still notices nothing of a session, and is told nothing, until he goes on. What one end tells the other
    of a session that carries nothing waits for that, too, and each hears by its own timer, which is the other fault's.
    """
    if noticed.session is None:
        return noticed
    session, found = plan.session(noticed.session), noticed.detection
    silent = list(_silent(plan, session, others, dead)) if _is_told(noticed, impact, session) else []
    deaf = [other for other in others if found.node in other.frozen]
    over = max((ends_s(other) for other in (*deaf, *silent)), default=-math.inf)
    if over <= impact.at:
        return noticed
    if over >= ends_s(impact) or math.isinf(over):
        return None
    waits = max(0.0, over - float(impact.at) - found.after.low_s)
    again = FIRST_RETRANSMISSION_S + waits if silent else 0.0
    words = f"{found.node} not hearing of it for another fault"
    after = found.after.plus(Term(words, waits, waits + again, SOURCE))
    return replace(noticed, detection=replace(found, after=after, seen=None))


def _is_told(noticed: Noticed, impact: Impact, session: BgpSession) -> bool:
    """Whether an end hears of it from the other one only."""
    drained = session.name in impact.drained and noticed.detection.node == session.ends[0].node
    return noticed.detection.by in TOLD or drained


def _silent(plan: Plan, session: BgpSession, others: Sequence[Impact], dead: AbstractSet[str]) -> Iterator[Impact]:
    """Those because of which nothing of BGP passes between the ends."""
    for other in others:
        cut = crosses(other, session) and is_dead(plan, session, dead)
        if cut or session.name in unheard.on(other, Protocol.BGP) or session.tunnel in unheard.on(other, Protocol.ESP):
            yield other
