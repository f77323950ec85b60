"""What cannot happen, or would change nothing, in the designs that a scenario goes through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from dxemu.errors import Problem
from dxemu.plan.model import Plan
from dxemu.story.model import Scenario

PARAGRAPHS = {
    "DX-S020": """\
Somebody does something on purpose so that something changes. This changes nothing in the design of
that moment: the router announces the prefix already, or does not announce what is to be withdrawn,
neither as its own nor passed on from another router.""",
    "DX-S022": """\
A step waits for an event that cannot come: nothing is broken or done before that could take a
session or a tunnel down, or the session has no BGP, or never comes up because its ends do not fit.""",
    "DX-S024": """\
The fault needs something that the design of that moment does not have: BFD or BGP that runs, a LAG
of which the connection is a member, a VPN with BGP. `dxemu plan` shows what a design has.""",
}


def without_effect(scenario: Scenario, mistakes: Collection[tuple[str, str]]) -> Iterator[Problem]:
    """DX-S020: actions that change nothing when they are done. `mistakes` are names with reasons."""
    for step in scenario.actions:
        for name, why in mistakes:
            if name == step.id:
                yield Problem(step.mark, "DX-S020", why, "Take it out, or name what would change.")


def never_come(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """DX-S022: events that no step can wait for in this design."""
    for cue in scenario.cues:
        for event in (cue.awaited, cue.stop_when):
            if event is not None and (why := event.never(plan)):
                yield Problem(cue.mark, "DX-S022", why, "Wait for something else.")


def impossible(scenario: Scenario, plan_at: Callable[[float], Plan]) -> Iterator[Problem]:
    """DX-S024: faults that cannot happen in the design of their moment. `plan_at` says which that is, by seconds."""
    for step in scenario.steps:
        why = step.fault.mistake(plan_at(float(step.at)))
        if why:
            problem = f"{step.kind} cannot happen: {why}"
            yield Problem(step.mark, "DX-S024", problem, "Name another target, or design what it needs.")
