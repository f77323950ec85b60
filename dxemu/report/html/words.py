"""What stands at the top of the page: one sentence, and what it means for an availability that was promised."""

from __future__ import annotations

from collections.abc import Sequence

from dxemu.measure.availability import AWS_COUNTS_FROM_S, Availability, availability
from dxemu.measure.result import Outage, Result, Stage
from dxemu.measure.terms import costs
from dxemu.report.by_design import never_had_a_way
from dxemu.report.stage_notes import NOTICED_BY
from dxemu.story.outage_verdict import lasted_ms
from dxemu.words import direction, duration

MINUTE_S, HOUR_S = 60.0, 3600.0


def sentence(result: Result) -> str:
    """The worst outage, how long, after what, and who had to notice."""
    if result.verdict == "invalid":
        return f"The run is not valid: {result.invalid_because or 'it cannot be measured'}."
    if not result.probes:
        return "No probe measured outages."
    worst = max(result.outages, key=lambda o: lasted_ms(o, result.virtual_s), default=None)
    if worst is None:
        steps = [*(fault.fault for fault in result.faults), *(action.action for action in result.actions)]
        return "Nothing was lost" + (f": {_listed(steps)} cost no packet." if steps else ".")
    if never_had_a_way(result, worst):
        return f"{worst.probe} had no way {direction(worst.direction)} from the start, with nothing broken."
    many = len({probe.probe for probe in result.probes}) > 1
    if worst.end_s is None:
        lasted = duration(lasted_ms(worst, result.virtual_s))
        words = f"{worst.probe} was cut off and stayed so until the end, for {lasted}"
    else:
        words = f"{worst.probe} was cut off for {duration(worst.duration_ms or 0.0)}"
    words += f" {direction(worst.direction)}{_after(result, worst)}"
    words += ", the worst of all probes" if many else ""
    return f"{words}{_noticed(result, worst)}."


def _after(result: Result, outage: Outage) -> str:
    if outage.action is not None:
        return f" after {outage.action}"
    if outage.fault is None:
        return ", and no fault explains it"
    on = next((f" on {fault.target}" for fault in result.faults if fault.fault == outage.fault), "")
    return f" after {outage.fault}{on}" if outage.after == "fault" else f" when {outage.fault}{on} was healed"


def _noticed(result: Result, worst: Outage) -> str:
    """Who had to notice, where that took most of the time."""
    if worst.fault is None or worst.after != "fault":
        return ""
    mine = (cost for cost in costs(result) if (cost.fault, cost.probe) == (worst.fault, worst.probe))
    stage = next((cost.stage for cost in mine if cost.direction == worst.direction), None)
    return "" if stage is None else f"; {_who(stage)}"


def _who(stage: Stage) -> str:
    if stage.detect_ms is None:
        return "nobody noticed" if stage.first_packet_ms is not None else "nobody had noticed when the run ended"
    if stage.first_packet_ms is not None and stage.detect_ms < stage.first_packet_ms / 2:
        return f"{_name(stage)} noticed after {duration(stage.detect_ms)}"
    return f"{_name(stage)} had to notice"


def _name(stage: Stage) -> str:
    return NOTICED_BY.get(stage.detected_by, stage.detected_by)


def worst_availability(result: Result) -> Availability | None:
    """That of the probe that was out longest; None if nothing was out, or if the run was not valid."""
    if result.verdict == "invalid":
        return None
    found = max(availability(result), key=lambda one: one.out_s, default=None)
    return None if found is None or not found.out_s else found


def sla_line(result: Result) -> str:
    """What the worst probe's outages are of what 99.99 % allow in a year, and what AWS would count."""
    found = worst_availability(result)
    if found is None:
        return ""
    budget = found.budgets()[-1]
    out = f"all outages of {found.probe}, {long(found.out_s)}, are"
    used = f"{out} {budget.used_percent:.2g} % of it"
    if budget.used_percent > 100:  # noqa: PLR2004 - per cent
        used = f"{out} {budget.used_percent / 100:.2g} times as much"
    return f"{budget.target:g} % allow {long(budget.allowed_s)} a year: {used}. {counted(found)}"


def counted(found: Availability) -> str:
    """What AWS's own SLA says to it."""
    rule = f"AWS's SLA counts from {AWS_COUNTS_FROM_S:g} s without any traffic"
    if found.counted_s:
        return f"{rule} and would count {long(found.counted_s)} of it" + (", so far." if found.open else ".")
    return f"{rule} and would count none of it" + (", so far." if found.open else ".")


def long(seconds: float) -> str:
    """`52.6 min`, `8.76 h`, and shorter ones as everywhere."""
    if seconds >= HOUR_S:
        return f"{seconds / HOUR_S:.3g} h"
    return f"{seconds / MINUTE_S:.3g} min" if seconds >= MINUTE_S * 2 else duration(seconds * 1e3)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
