"""What cannot happen, or would change nothing, in the designs that a scenario goes through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from dxemu.errors import Problem
from dxemu.parameters import lost_target
from dxemu.plan.model import Plan
from dxemu.story.agenda import FaultStep
from dxemu.story.changes import changes_nothing
from dxemu.story.model import Scenario
from dxemu.story.names import names_of
from dxemu.units import Seconds

PARAGRAPHS = {
    "DX-S022": """\
A step waits for an event that cannot come: nothing is broken or done before that could take a
session, a tunnel or a route away, or the session has no BGP or no BFD, or never comes up because
its ends do not fit, or the connection is no member of a LAG, or the node is no router.""",
    "DX-S024": """\
The fault, or what somebody does, needs something that the design of that moment does not have: BFD
or BGP that runs, a LAG of which the connection is a member, a VPN with BGP, or what it is about,
which a change has taken away or takes away while it lasts. `dxemu plan` shows what a design has.""",
}


def without_effect(scenario: Scenario, mistakes: Collection[tuple[str, str]]) -> Iterator[Problem]:
    """DX-S020: actions that change nothing when they are done. `mistakes` are names with reasons."""
    for step in scenario.actions:
        for name, why in mistakes:
            if name == step.id:
                yield changes_nothing(step.mark, why)


def never_come(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """DX-S022: events that no step can wait for in this design."""
    for cue in scenario.cues:
        for event in (cue.awaited, cue.stop_when):
            if event is not None and (why := event.never(plan)):
                yield Problem(cue.mark, "DX-S022", why, "Wait for something else.")


def impossible(scenario: Scenario, plan_at: Callable[[float], Plan]) -> Iterator[Problem]:
    """DX-S024: what cannot happen, or be done, in the design of its moment. `plan_at` gives that, by seconds."""
    designs = [(step.at, names_of(step.topology)) for step in scenario.changes]
    for done in scenario.actions:
        before = [names for at, names in designs if at <= done.at]
        if before and (lost := lost_target(done.action, before[-1])):
            problem = f"{done.kind} cannot be done: there is no {lost} at {done.at}"
            yield Problem(done.mark, "DX-S024", problem, "Do it while that is there.")
    for step in scenario.steps:
        if lost := _lost(step, designs):
            yield Problem(step.mark, "DX-S024", lost, "Let it happen, and heal it (`for`), while its target is there.")
            continue
        why = step.fault.mistake(plan_at(float(step.at)))
        if why:
            problem = f"{step.kind} cannot happen: {why}"
            yield Problem(step.mark, "DX-S024", problem, "Name another target, or design what it needs.")


def _lost(step: FaultStep, designs: Sequence[tuple[Seconds, Mapping[str, Collection[str]]]]) -> str:
    """Whether a change takes away what a fault strikes, before it does or before it is healed; which, in words."""
    before = [names for at, names in designs if at <= step.at]
    if before and (lost := lost_target(step.fault, before[-1])):
        return f"{step.kind} cannot happen: there is no {lost} at {step.at}"
    for at, names in designs:
        if step.until is not None and step.at < at < step.until and (lost := lost_target(step.fault, names)):
            return f"{step.kind} cannot last until {step.until}: {lost} is taken away at {at}"
    return ""
