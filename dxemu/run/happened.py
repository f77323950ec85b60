"""A scenario as it happened: where steps waited for events, only the run shows when, and what was to be predicted.

What a step should cost follows from the design and the faults of its moment, not from what was measured after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dxemu.events.base import Event
from dxemu.events.steps import ActionDone, ChangeDone, FaultHealed, FaultInjected
from dxemu.run.designs import Designs
from dxemu.run.prepare import Rehearsal, impacts_of, predicted
from dxemu.story.agenda import FaultStep
from dxemu.units import Seconds

PLACES = 6
"""Of a second, to which the moment of a step is known."""


def as_it_happened(rehearsal: Rehearsal, events: Sequence[Event]) -> Rehearsal:
    """With the steps that were done, at the times at which they were, and what these should have cost."""
    scenario = rehearsal.scenario
    if not scenario.cues:
        return rehearsal
    cued = {cue.place for cue in scenario.cues}
    began = {e.step: e.happened_at_s for e in events if isinstance(e, FaultInjected | ActionDone | ChangeDone)}
    healed = {e.fault: e.healed_at_s for e in events if isinstance(e, FaultHealed)}
    steps = (_fault(step, began, healed) if step.place in cued else step for step in scenario.steps if step.id in began)
    actions = (
        replace(step, at=_moment(began[step.id])) if step.place in cued else step
        for step in scenario.actions
        if step.id in began
    )
    changes = [
        (replace(step, at=_moment(began[step.step])) if step.place in cued else step, plan)
        for step, plan in zip(scenario.changes, rehearsal.plans, strict=True)
        if step.step in began
    ]
    changes.sort(key=lambda pair: pair[0].at)
    places = {step.id: step.place for step in scenario.actions}
    lasting = [
        (replace(step, at=_moment(began[step.id])) if places[step.id] in cued else step, plan)
        for step, plan in zip(scenario.lasting, rehearsal.acted, strict=True)
        if step.id in began
    ]
    plans = tuple(plan for _, plan in changes)
    done = replace(
        scenario,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        actions=tuple(sorted(actions, key=lambda step: step.at)),
        changes=tuple(step for step, _ in changes),
        lasting=tuple(step for step, _ in lasting),
    )
    acted = tuple(plan for _, plan in lasting)
    designs = Designs.of(done, rehearsal.plan, plans, acted)
    predictions = predicted(done, designs, impacts_of(done, designs))
    return replace(rehearsal, scenario=done, predictions=predictions, plans=plans, acted=acted)


def _fault(step: FaultStep, began: Mapping[str, float], healed: Mapping[str, float]) -> FaultStep:
    at = _moment(began[step.id])
    lasted = Seconds(round(_moment(healed[step.id]) - at, PLACES)) if step.id in healed else None
    return replace(step, at=at, duration=lasted)


def _moment(t: float) -> Seconds:
    return Seconds(round(t, PLACES))
