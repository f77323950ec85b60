"""A scenario from its file to a rehearsal: read, checked, planned and predicted. Nothing is started for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxemu.changes.effects import longest_interruption
from dxemu.control.wires import vlan_of
from dxemu.errors import InputErrors, Problem
from dxemu.plan.diff import diff
from dxemu.plan.followed import not_followed
from dxemu.plan.make import make_plan
from dxemu.plan.memory import memory_mb
from dxemu.plan.model import Plan
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.predict.changed import predict_turns
from dxemu.predict.impact import Impact, impact_of
from dxemu.predict.overlapping import settled
from dxemu.predict.predict import Pair, Prediction, natural_end, predict
from dxemu.run.designs import Designs
from dxemu.story.agenda import FaultStep
from dxemu.story.any_of import others
from dxemu.story.changes import ChangeStep, LastingStep, not_carried_out
from dxemu.story.load import load, never_ends
from dxemu.story.model import Scenario
from dxemu.story.possible import impossible, never_come, without_effect
from dxemu.story.variant import PLAIN, Variant, filled
from dxemu.topology import yaml
from dxemu.units import Seconds

AFTERMATH_S = 5.0
"""A scenario without `end` goes on for so long after the last thing that was predicted: RFC 6412, 3.7.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A scenario that is ready to run: read, checked, planned and predicted. Nothing was started for it.

    `plans` are those of the scenario's `changes`, `acted` those of its `lasting` acts. `leave_broken`: its lab is not
    made whole again once it is over. `esp_keys`: the keys of its tunnels are left in its folder.
    """

    scenario: Scenario
    plan: Plan
    predictions: tuple[Prediction, ...]
    end: Seconds
    plans: tuple[Plan, ...] = ()
    acted: tuple[Plan, ...] = ()
    leave_broken: bool = False
    esp_keys: bool = False

    @property
    def memory_mb(self) -> int:
        """What the guest needs for the largest of its designs (`dxemu.plan.memory`)."""
        return max(memory_mb(plan) for plan in (self.plan, *self.plans, *self.acted))


def prepare(
    path: Path, topology: Path | None = None, versions: Versions = DEBIAN_12, variant: Variant = PLAIN
) -> Rehearsal:
    """Read and check everything, and predict it for daemons of these `versions`. Raises InputErrors.

    What the seed of the variant does not draw (`dxemu.story.any_of`) is checked, too.
    """
    problems: dict[Problem, None] = {}
    found = None
    try:
        found = prepare_drawn(path, topology, versions, variant)
    except InputErrors as errors:
        problems |= dict.fromkeys(errors.problems)
    if found is None or found.scenario.draws:
        problems |= dict.fromkeys(_of_others(path, topology, versions, variant))
    if found is None or problems:
        raise InputErrors(list(problems))
    return found


def _of_others(path: Path, topology: Path | None, versions: Versions, variant: Variant) -> Iterator[Problem]:
    """What is wrong with a scenario where it draws otherwise; nothing, if the file itself cannot be read."""
    for other in others_of(path, variant):
        try:
            prepare_drawn(path, topology, versions, other)
        except InputErrors as errors:
            yield from errors.problems


def others_of(path: Path, variant: Variant) -> list[Variant]:
    """The variants that draw otherwise, together each value of each list; none, if the file cannot be read."""
    try:
        return list(others(filled(yaml.read(path), variant), variant))
    except InputErrors:
        return []


def prepare_drawn(
    path: Path, topology: Path | None = None, versions: Versions = DEBIAN_12, variant: Variant = PLAIN
) -> Rehearsal:
    """As `prepare`, of what is drawn and nothing else."""
    scenario = load(path, topology=topology, variant=variant)
    plan = make_plan(scenario.topology, versions)
    plans = tuple(make_plan(step.topology, versions) for step in scenario.changes)
    acted = tuple(make_plan(step.topology, versions) for step in scenario.lasting)
    designs = Designs.of(scenario, plan, plans, acted)
    mistakes = [
        *without_effect(scenario, designs.mistakes),
        *never_come(scenario, plan),
        *impossible(scenario, lambda t_s: designs.at(t_s).plan),
    ]
    if mistakes:
        raise InputErrors(mistakes)
    impacts = impacts_of(scenario, designs)
    predictions = predicted(scenario, designs, impacts)
    end = scenario.end
    if end is None:
        changes = (float(step.at) + float(longest_interruption(step.effects)) for step in scenario.changes)
        turns = dict(zip(designs.ids, designs.begins, strict=True))
        probes = (float(probe.over_at) for probe in scenario.probes)
        last = max(natural_end(predictions, impacts, turns), *probes, *turns.values(), *changes, 0.0)
        if math.isinf(last):
            raise InputErrors([never_ends(scenario, "an outage that no path and no repair ends")])
        end = Seconds(math.ceil(last + AFTERMATH_S))
    return Rehearsal(scenario=scenario, plan=plan, predictions=predictions, end=end, plans=plans, acted=acted)


def refuse_changes(rehearsal: Rehearsal) -> Rehearsal:
    """The rehearsal, if a lab can carry all of it out. Raises InputErrors: DX-C006."""
    before, problems = rehearsal.plan, []
    scenario = rehearsal.scenario
    changes = zip(scenario.changes, rehearsal.plans, strict=True)
    turns: list[tuple[ChangeStep | LastingStep, Plan]] = [
        *changes,
        *zip(scenario.lasting, rehearsal.acted, strict=True),
    ]
    for step, plan in sorted(turns, key=lambda turn: turn[0].at):
        cannot = [one.words for one in not_followed(diff(before, plan))]
        if cannot and isinstance(step, ChangeStep) and not step.back:  # what is taken back is told where it is made
            problems.append(not_carried_out(step, cannot))
        before = plan
    if problems:
        raise InputErrors(problems)
    return rehearsal


def impacts_of(scenario: Scenario, designs: Designs) -> list[Impact]:
    """What each fault hits of the design of its moment, and what AWS interrupts."""
    return [*(_impact(designs, step) for step in scenario.steps), *_interruptions(scenario)]


def _impact(designs: Designs, step: FaultStep) -> Impact:
    plan = designs.at(float(step.at)).plan
    return impact_of(plan, step.id, step.at, step.until, step.fault.effects(plan))


def predicted(scenario: Scenario, designs: Designs, impacts: Sequence[Impact]) -> tuple[Prediction, ...]:
    """Each fault in the design that holds when it strikes, and its heal in that of its moment; then the changes."""
    pairs = _pairs(scenario)
    found: list[Prediction] = []
    for impact in impacts:
        world = designs.at(float(impact.at))
        found += predict(world.plan, impacts, pairs, world, healed_in=designs.at, only=impact)
    turns = predict_turns(tuple(designs.turns(impacts)), pairs)
    known = {impact.fault for impact in impacts}
    return (*settled(found, impacts), *(one for one in turns if one.fault not in known))


def _interruptions(scenario: Scenario) -> Iterator[Impact]:
    """What AWS interrupts for a change: its devices carry nothing on those virtual interfaces, and nobody is told."""
    for step in scenario.changes:
        longest = longest_interruption(step.effects)
        if longest:
            vifs = dict.fromkeys(vif for effect in step.effects for vif in effect.interrupted)
            until = Seconds(round(step.at + longest, 9))
            yield Impact(fault=step.step, at=step.at, until=until, cables=tuple(map(vlan_of, vifs)))


def _pairs(scenario: Scenario) -> list[Pair]:
    """The ends of every probe that measures outages."""
    return [
        Pair(p.name, *p.ends, p.version, p.packet_size, p.packet_gap_s)
        for p in scenario.probes
        if p.measures_outages and p.ends is not None
    ]
