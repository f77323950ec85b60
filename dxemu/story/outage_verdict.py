"""Judging the outages of one direction against limits and predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dxemu.measure.result import Bounds, Fault, Outage, Predicted
from dxemu.story.model import Argument
from dxemu.words import bounds, count, duration, measured

Arguments = Mapping[str, Argument]
Judged = tuple[bool, str]


def judge_outage(
    arguments: Arguments,
    outages: Sequence[Outage],
    predicted: Sequence[Predicted],
    faults: Sequence[Fault],
    end_s: float,
    unseen_ms: float = 0.0,
) -> Judged:
    """The longest outage against `at_most` and `at_least`, and every outage against its prediction."""
    passed, words = True, _longest_in_words(outages, end_s)
    lasted = [_lasted_ms(o, end_s) for o in outages]
    if "at_most" in arguments:
        passed &= all(o.end_s is not None for o in outages)
        passed &= max(lasted, default=0.0) <= _ms(arguments["at_most"])
    if "at_least" in arguments:
        passed &= max(lasted, default=0.0) >= _ms(arguments["at_least"])
    if arguments.get("within_prediction") is True:
        wrong = [w for f in faults for w in against_prediction(f, outages, predicted, end_s, unseen_ms)]
        wrong += [f"{_outage_in_words(o, end_s)} {_unpredicted(o)}" for o in outages if o.fault is None]
        if wrong:
            return False, "; ".join(wrong)
        limits = dict.fromkeys(bounds(*p.outage_ms) for p in predicted if p.fault in {f.fault for f in faults})
        words += f", predicted {' and '.join(limits)}" if limits else ""
    return passed, words


def against_prediction(
    fault: Fault, outages: Sequence[Outage], predicted: Sequence[Predicted], end_s: float, unseen_ms: float = 0.0
) -> list[str]:
    """What contradicts the prediction for one fault in one direction, in words; nothing if all is as predicted.

    An outage shorter than `unseen_ms`, the time between two packets, may have met none.
    """
    mine = next((p for p in predicted if p.fault == fault.fault), None)
    if mine is None:
        return [f"nothing was predicted for {fault.fault}"]
    begun = [o for o in outages if o.fault == fault.fault and o.after == "fault"]
    wrong = [
        f"{_outage_in_words(o, end_s)}, predicted {bounds(*mine.outage_ms)}"
        for o in begun
        if not inside(o, mine.outage_ms)
    ]
    low = mine.outage_ms[0]
    if not begun and (low is None or low > unseen_ms):
        wrong.append(f"nothing was lost, predicted {bounds(*mine.outage_ms)}")
    healed = [o for o in outages if o.fault == fault.fault and o.after == "heal"]
    allowed = mine.failback_outage_ms or (0.0, 0.0)
    return wrong + [
        f"{_outage_in_words(o, end_s)} after the heal, predicted {bounds(*allowed)}"
        for o in healed
        if not inside(o, allowed)
    ]


def inside(outage: Outage, window: Bounds) -> bool:
    """Whether an outage can lie in a predicted window, given its uncertainty. Exactly 0 allows no loss at all."""
    low, high = window
    if outage.duration_ms is None:
        return high is None
    if low is None or high == 0:
        return False
    at_most = outage.duration_ms - outage.uncertainty_ms
    return low <= outage.duration_ms + outage.uncertainty_ms and (high is None or at_most <= high)


def _unpredicted(outage: Outage) -> str:
    return "that no fault explains" if outage.action is None else f"after {outage.action}, which predicts none"


def judge_lost(arguments: Arguments, outages: Sequence[Outage]) -> Judged:
    """The number of lost packets, of all of them or of those after a heal or a fault, against `at_most`."""
    after = arguments.get("after")
    lost = sum(o.packets_lost for o in outages if after is None or o.after == after)
    at_most = int(float(str(arguments.get("at_most", 0)).split()[0]))
    return lost <= at_most, f"{count(lost, 'packet')} lost" + (f" after the {after}" if after else "")


def _longest_in_words(outages: Sequence[Outage], end_s: float) -> str:
    if not outages:
        return "no outage"
    words = _outage_in_words(max(outages, key=lambda o: _lasted_ms(o, end_s)), end_s)
    return words if len(outages) == 1 else f"{words} (the longest of {len(outages)})"


def _outage_in_words(outage: Outage, end_s: float) -> str:
    if outage.duration_ms is None:
        return f"still out at the end, after {duration(_lasted_ms(outage, end_s))}"
    return measured(outage.duration_ms, outage.uncertainty_ms)


def _lasted_ms(outage: Outage, end_s: float) -> float:
    return outage.duration_ms if outage.duration_ms is not None else (end_s - outage.start_s) * 1e3


def _ms(limit: Argument) -> float:
    return float(limit) * 1e3 if isinstance(limit, int | float) else math.nan
