"""What was done in a run, as a result has it: faults, actions, changes, and the quotas that were reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.events.base import Event
from dxemu.events.sessions import PrefixLimitExceeded, QuotaExceeded
from dxemu.events.steps import ActionDone, ChangeDone, ChangeFailed, Drew, FaultHealed, FaultInjected
from dxemu.measure import result


def faults_of(events: Sequence[Event]) -> tuple[result.FaultResult, ...]:
    """Faults that were injected, in the order of their times."""
    healed = {e.fault: e.healed_at_s for e in events if isinstance(e, FaultHealed)}
    return tuple(
        result.FaultResult(
            fault=e.fault,
            kind=e.kind,
            target=e.target,
            injected_at_s=e.injected_at_s,
            healed_at_s=healed.get(e.fault),
            evidence=e.evidence,
        )
        for e in events
        if isinstance(e, FaultInjected)
    )


def actions_of(events: Sequence[Event]) -> tuple[result.ActionResult, ...]:
    """Actions that were done, in the order of their times."""
    return tuple(
        result.ActionResult(
            action=e.action,
            kind=e.kind,
            target=e.target,
            done_at_s=e.done_at_s,
            evidence=e.evidence,
        )
        for e in events
        if isinstance(e, ActionDone)
    )


def changes_of(events: Sequence[Event]) -> Iterator[result.ActionResult]:
    """Changes stand among the actions: somebody did it, and an outage may come of it."""
    for event in events:
        if isinstance(event, ChangeDone):
            at, words = event.done_at_s, event.evidence
            yield result.ActionResult(action=event.step, kind="change", target="", done_at_s=at, evidence=words)


def not_made(events: Sequence[Event]) -> str:
    """Which change failed, and why; "" if none did. What was measured then is not what was to be rehearsed."""
    return next((f"{event.step}: {event.reason}" for event in events if isinstance(event, ChangeFailed)), "")


def quotas_of(events: Sequence[Event]) -> tuple[result.QuotaReached, ...]:
    """Sessions on which more was announced than AWS takes, each time that it happened."""
    return tuple(
        result.QuotaReached(
            t_s=e.t,
            node=e.node,
            session=e.session,
            count=e.count,
            limit=e.limit,
            reason=e.reason,
        )
        for e in events
        if isinstance(e, PrefixLimitExceeded | QuotaExceeded)
    )


def drawn_of(events: Sequence[Event]) -> tuple[result.Drawn, ...]:
    """What the seed drew, in the order of the steps."""
    told = (e for e in events if isinstance(e, Drew))
    return tuple(result.Drawn(step=e.number, key=e.key, drawn=e.drawn, of=e.of) for e in told)
