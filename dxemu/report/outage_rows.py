"""The rows of the outage table: what each fault cost, beside what it should have cost, and where the time went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dxemu.events.timeline import DIRECTIONS
from dxemu.measure.result import (
    ActionResult,
    Bounds,
    Convergence,
    FaultResult,
    Outage,
    Predicted,
    QuotaReached,
    Recovery,
    Result,
)
from dxemu.predict.windows import SMALL_PART, SMALL_S
from dxemu.report.by_design import never_had_a_way
from dxemu.report.stage_notes import blur, per_direction, stage_words
from dxemu.story.outage_verdict import action_against_prediction, against_prediction, inside
from dxemu.words import bounds, count, direction, duration, measured

MS = 1e3
ONE_MS = 1.0
ENDED_WITHIN_S = 5.0
"""An outage that ends so soon after an action, and began before it, was ended by it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of cells, and below it notes of a label and a text.

    `right` is False if a prediction was wrong, None if there was none.
    """

    cells: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()
    right: bool | None = None


def rows(result: Result, probe: str) -> list[Row]:
    """The faults in the order in which they happened, then actions, then the loss that none of them explains."""
    mine = [o for o in result.outages if o.probe == probe]
    found = []
    for fault in result.faults:
        found.append(
            _fault_row(result, probe, fault, [o for o in mine if (o.fault, o.after) == (fault.fault, "fault")])
        )
        if fault.healed_at_s is not None:
            healed = [o for o in mine if (o.fault, o.after) == (fault.fault, "heal")]
            found.append(_heal_row(result, probe, fault, healed))
    for action in result.actions:
        caused = [o for o in mine if o.action == action.action]
        reached = _quotas_after(result, action)
        if caused or reached or any(p.fault == action.action and p.probe in ("", probe) for p in result.predicted):
            found.append(_action_row(result, probe, action, caused, reached))
    unexplained = [o for o in mine if o.fault is None and o.action is None]
    for action in result.actions:
        ended = [o for o in unexplained if _ended_by(action, o)]
        unexplained = [o for o in unexplained if o not in ended]
        if ended:
            cells = tuple(_cell([o for o in ended if o.direction == d], result.virtual_s) for d in DIRECTIONS)
            found.append(Row((f"until {action.action}", *cells, "", _said(result, [], predicted=False))))
    nowhere = [o for o in unexplained if never_had_a_way(result, o)]
    unexplained = [o for o in unexplained if o not in nowhere]
    if nowhere:
        cells = tuple(_loss([o for o in nowhere if o.direction == d]) for d in DIRECTIONS)
        found.append(Row(("from the start", *cells, "", "no way, with nothing broken")))
    if unexplained:
        cells = tuple(_loss([o for o in unexplained if o.direction == d]) for d in DIRECTIONS)
        found.append(Row(("no fault explains", *cells, "", "UNEXPLAINED loss"), right=False))
    return found


def _ended_by(action: ActionResult, outage: Outage) -> bool:
    """Whether packets were lost until somebody did this, as before a hosted virtual interface is accepted."""
    if outage.end_s is None or outage.start_s >= action.done_at_s:
        return False
    return 0 <= outage.end_s - action.done_at_s <= ENDED_WITHIN_S


def _fault_row(result: Result, probe: str, fault: FaultResult, outages: Sequence[Outage]) -> Row:
    predicted = [p for p in result.predicted if p.fault == fault.fault and p.probe in ("", probe)]
    unseen_ms = max((p.interval_ms for p in result.probes if p.probe == probe), default=0.0)
    wrong = [
        d
        for d in DIRECTIONS
        if any(p.direction == d for p in predicted)
        and against_prediction(
            fault,
            [o for o in outages if o.direction == d],
            [p for p in predicted if p.direction == d],
            result.virtual_s,
            unseen_ms,
        )
    ]
    stages = [s for s in result.stages if s.fault == fault.fault and s.probe in (probe, None)]
    went = per_direction(
        (s.direction, stage_words(s, blur(outages, s))) for s in stages if blur(outages, s) is not None
    )
    why = per_direction((p.direction, p.why) for p in predicted)
    return Row(
        (
            fault.fault,
            *(_cell([o for o in outages if o.direction == d], result.virtual_s) for d in DIRECTIONS),
            _predicted([(p, p.outage_ms) for p in predicted]),
            _said(result, wrong, bool(predicted)),
        ),
        tuple(("where it went", w) for w in went)
        + tuple(("why this window", w) for w in why)
        + tuple(("measures differ", w) for w in _differing(result, probe, fault.fault)),
        right=not wrong if predicted else None,
    )


def _differing(result: Result, probe: str, fault: str) -> list[str]:
    """Why measures of a fault's outage that should agree do not; that packets were on their way surprises nobody."""
    mine = [c for c in result.convergences if (c.event, c.after, c.probe) == (fault, "fault", probe) and c.differs]
    return per_direction((c.direction, c.differs) for c in mine if c.loss_periods > 1 or not _began_before(c))


def _began_before(c: Convergence) -> bool:
    gap, through = c.loss_of_connectivity_ms, c.control_plane_to_data_plane_ms
    return gap is not None and through is not None and through < gap


def _quotas_after(result: Result, action: ActionResult) -> list[QuotaReached]:
    """The quotas that took effect between this action and the next."""
    until = min((a.done_at_s for a in result.actions if a.done_at_s > action.done_at_s), default=float("inf"))
    return [q for q in result.quotas if action.done_at_s <= q.t_s < until]


def _action_row(
    result: Result, probe: str, action: ActionResult, outages: Sequence[Outage], reached: Sequence[QuotaReached]
) -> Row:
    stages = [s for s in result.stages if s.fault == action.action and s.probe in (probe, None)]
    went = per_direction((s.direction, stage_words(s, blur(outages, s))) for s in stages if outages)
    why: dict[str, list[str]] = {}
    for quota in reached:
        why.setdefault(quota.reason, []).append(f"{quota.session or quota.node} at {quota.t_s:.3f} s")
    predicted = [p for p in result.predicted if p.fault == action.action and p.probe in ("", probe)]
    wrong = [
        d for d in DIRECTIONS if _wrong(result, probe, action, outages, [p for p in predicted if p.direction == d])
    ]
    reasons = per_direction((p.direction, p.why) for p in predicted if p.outage_ms[1] != 0)
    return Row(
        (
            action.action,
            *(_cell([o for o in outages if o.direction == d], result.virtual_s) for d in DIRECTIONS),
            _predicted([(p, p.outage_ms) for p in predicted]),
            _said(result, wrong, predicted=bool(predicted)),
        ),
        tuple(("where it went", w) for w in went)
        + tuple(("why this window", w) for w in reasons)
        + tuple(("what AWS did", f"{reason} ({', '.join(where)})") for reason, where in why.items()),
        right=not wrong if predicted else None,
    )


def _wrong(
    result: Result, probe: str, action: ActionResult, outages: Sequence[Outage], predicted: Sequence[Predicted]
) -> list[str]:
    """What contradicts the prediction of something that was done on purpose, in one direction."""
    unseen_ms = max((p.interval_ms for p in result.probes if p.probe == probe), default=0.0)
    mine = [o for o in outages if predicted and o.direction == predicted[0].direction]
    return action_against_prediction(action, mine, predicted, result.virtual_s, unseen_ms)


def _heal_row(result: Result, probe: str, fault: FaultResult, outages: Sequence[Outage]) -> Row:
    predicted = [
        p
        for p in result.predicted
        if p.fault == fault.fault and p.probe in ("", probe) and p.failback_outage_ms is not None
    ]
    allowed = {p.direction: p.failback_outage_ms or (0.0, 0.0) for p in predicted}
    wrong = [d for d in allowed if any(o.direction == d and not inside(o, allowed[d]) for o in outages)]
    expected = {name: back_ms for p in predicted for name, back_ms in p.sessions_back}
    usual = next((p.session_back_ms for p in predicted), None)  # of a result that an earlier dxemu wrote
    recovered = [r for r in result.recoveries if r.fault == fault.fault]
    notes = [(f"{r.session} back", _back(r, expected.get(r.session, usual))) for r in recovered]
    limits = [(p, p.failback_outage_ms) for p in predicted if p.failback_outage_ms is not None]
    return Row(
        (
            "  and its heal",
            *(_cell([o for o in outages if o.direction == d], result.virtual_s) for d in DIRECTIONS),
            _predicted(limits),
            _said(result, wrong, bool(predicted)),
        ),
        tuple(notes),
        right=not wrong if predicted else None,
    )


def _back(recovery: Recovery, expected: Bounds | None) -> str:
    """`6.50 s after the heal, predicted 0 - 4.00 s, OUTSIDE prediction`."""
    back = recovery.back_ms
    words = "still down at the end" if back is None else f"{duration(back)} after the heal"
    if expected is None:
        return words
    high = expected[1]
    late = high is not None and (back is None or back > high)
    return f"{words}, predicted {bounds(*expected)}" + (", OUTSIDE prediction" if late else "")


def _cell(outages: Sequence[Outage], end_s: float) -> str:
    if not outages:
        return "none"
    still = next((o for o in outages if o.duration_ms is None), None)
    if still is not None:
        return f"still out after {duration((end_s - still.start_s) * 1e3)}"
    longest = max(outages, key=lambda o: o.duration_ms or 0.0)
    words = measured(longest.duration_ms or 0.0, longest.uncertainty_ms)
    return words if len(outages) == 1 else f"{words}, longest of {len(outages)}"


def _loss(outages: Sequence[Outage]) -> str:
    if not outages:
        return "none"
    lost = count(sum(o.packets_lost for o in outages), "packet")
    where = (
        f"at {outages[0].start_s:.3f} s"
        if len(outages) == 1
        else f"in {len(outages)} bursts from {outages[0].start_s:.3f} s"
    )
    return f"{lost} {where}"


def _predicted(predicted: Sequence[tuple[Predicted, Bounds]]) -> str:
    """The window of both directions; each its own where they differ by more than a few milliseconds."""
    windows = [window for _, window in predicted]
    if not windows:
        return ""
    low, high = windows[0]
    if all(_near(w[0], low) and _near(w[1], high) for w in windows):
        return bounds(_widest(min, [w[0] for w in windows]), _widest(max, [w[1] for w in windows]))
    return ", ".join(f"{bounds(*w)} {direction(p.direction)}" for p, w in predicted)


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(ONE_MS, min(SMALL_S * MS, SMALL_PART * max(one, other)))


def _widest(choose: Callable[[list[float]], float], limits: Sequence[float | None]) -> float | None:
    known = [limit for limit in limits if limit is not None]
    return choose(known) if known else None


def _said(result: Result, wrong: Sequence[str], predicted: bool) -> str:
    if result.verdict == "invalid":
        return "not valid"
    if not predicted:
        return "not predicted"
    if not wrong:
        return "inside"
    return "OUTSIDE prediction" + (f" {direction(wrong[0])}" if len(wrong) == 1 else "")
