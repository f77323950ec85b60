"""The audit: every rule that the folder holds, asked about one design, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu import audit, plugins
from dxemu.audit.base import Found, Rule
from dxemu.audit.design import Design
from dxemu.audit.elements import Outcome
from dxemu.audit.level import Resiliency, resiliency
from dxemu.audit.pairs import PairOutcome, fatal_pairs
from dxemu.audit.spread import Spread, one_by_one
from dxemu.plan.model import Plan
from dxemu.topology.model import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All of it. `outcomes` are everything that can fail alone; `pairs` is None unless they were asked for."""

    topology: Topology
    outcomes: tuple[Outcome, ...]
    resiliency: Resiliency
    found: tuple[Found, ...]
    pairs: tuple[PairOutcome, ...] | None


def rules() -> Mapping[str, type[Rule]]:
    """Every rule by its code."""
    found = plugins.kinds(audit, Rule, "dxemu.audits")  # type: ignore[type-abstract]  # asked for as a base, never made
    by_code: dict[str, type[Rule]] = {}
    for rule in sorted(found.values(), key=lambda rule: rule.code):
        if rule.code in by_code:
            both = f"{by_code[rule.code].__module__} and {rule.__module__}"
            raise plugins.BrokenPlugin(
                f"{both} have one code, {rule.code}\n  Give the rule that is not dxemu's another one."
            )
        by_code[rule.code] = rule
    return by_code


def make_audit(topology: Topology, plan: Plan, *, pairs: bool = False, spread: Spread = one_by_one) -> Audit:
    """Ask every rule. With `pairs` everything that can fail at the same moment as something else, too.

    `spread` has the work on all failures, and on all pairs, done.
    """
    design = Design(topology, plan, spread)
    found = [
        Found(
            code=rule.code,
            title=rule.title,
            rule=rule.rule,
            source=rule.source,
            finding=finding,
            mark=topology.marks.at(*finding.path),
        )
        for rule in rules().values()
        for finding in rule().find(design)
    ]
    worst_first = sorted(found, key=lambda one: (tuple(-part for part in one.severity), one.code))
    return Audit(
        topology=topology,
        outcomes=design.outcomes,
        resiliency=resiliency(topology, design.outcomes),
        found=tuple(worst_first),
        pairs=fatal_pairs(design) if pairs else None,
    )
