"""The outages of one direction against predictions, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dxemu.words import bounds, duration, measured

if TYPE_CHECKING:  # see dxemu.story.expectations.base
    from dxemu.measure.result import ActionResult, Bounds, FaultResult, Outage, Predicted


def against_prediction(
    fault: FaultResult, outages: Sequence[Outage], predicted: Sequence[Predicted], end_s: float, unseen_ms: float = 0.0
) -> list[str]:
    """What contradicts the prediction for one fault in one direction, in words; nothing if all is as predicted.

    An outage shorter than `unseen_ms`, the time between two packets, may have met none. One in several pieces is as
    long as the longest of them.
    """
    mine = next((p for p in predicted if p.fault == fault.fault), None)
    if mine is None:
        return [not_predicted(fault)]
    begun = [o for o in outages if o.fault == fault.fault and o.after == "fault"]
    low, high = mine.outage_ms
    longest = max(begun, key=lambda o: lasted_ms(o, end_s), default=None)
    wrong = [
        f"{outage_in_words(o, end_s)}, predicted {bounds(low, high)}"
        for o in begun
        if not inside(o, (low if o is longest else 0.0, high))
    ]
    if not begun and (low is None or low > unseen_ms):
        wrong.append(f"nothing was lost, predicted {bounds(*mine.outage_ms)}")
    healed = [o for o in outages if o.fault == fault.fault and o.after == "heal"]
    allowed = mine.failback_outage_ms or (0.0, 0.0)
    return wrong + [
        f"{outage_in_words(o, end_s)} after the heal, predicted {bounds(*allowed)}"
        for o in healed
        if not inside(o, allowed)
    ]


def not_predicted(fault: FaultResult) -> str:
    """Of a fault without a prediction: nothing can be within it."""
    return f"nothing was predicted for {fault.fault}"


def action_against_prediction(
    action: ActionResult,
    outages: Sequence[Outage],
    predicted: Sequence[Predicted],
    end_s: float,
    unseen_ms: float = 0.0,
) -> list[str]:
    """The same for something that was done on purpose; nothing where nothing was predicted."""
    mine = next((p for p in predicted if p.fault == action.action), None)
    if mine is None:
        return []
    caused = [o for o in outages if o.action == action.action]
    wrong = [
        f"{outage_in_words(o, end_s)} after {action.action}, predicted {bounds(*mine.outage_ms)}"
        for o in caused
        if not inside(o, mine.outage_ms)
    ]
    low = mine.outage_ms[0]
    if not caused and (low is None or low > unseen_ms):
        wrong.append(f"nothing was lost after {action.action}, predicted {bounds(*mine.outage_ms)}")
    return wrong


def inside(outage: Outage, window: Bounds) -> bool:
    """Whether an outage can lie in a predicted window, given its uncertainty. Exactly 0 allows no loss at all."""
    low, high = window
    if outage.duration_ms is None:
        return high is None
    if low is None or high == 0:
        return False
    at_most = outage.duration_ms - outage.uncertainty_ms
    return low <= outage.duration_ms + outage.uncertainty_ms and (high is None or at_most <= high)


def longest_in_words(outages: Sequence[Outage], end_s: float) -> str:
    """The longest, and of how many it is that; `end_s` is the run's end."""
    if not outages:
        return "no outage"
    words = outage_in_words(max(outages, key=lambda o: lasted_ms(o, end_s)), end_s)
    return words if len(outages) == 1 else f"{words} (the longest of {len(outages)})"


def outage_in_words(outage: Outage, end_s: float) -> str:
    """How long it was, with its uncertainty."""
    if outage.duration_ms is None:
        return f"still out at the end, after {duration(lasted_ms(outage, end_s))}"
    words = measured(outage.duration_ms, outage.uncertainty_ms)
    return words if outage.flows == 1 else f"{words} ({outage.flows} flows)"


def lasted_ms(outage: Outage, end_s: float) -> float:
    """Its duration; one that is open lasts to the run's end."""
    return outage.duration_ms if outage.duration_ms is not None else (end_s - outage.start_s) * 1e3
