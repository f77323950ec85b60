"""A scenario that lets one element fail in a lab, or several at once, and holds the audit against what is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dxemu.audit.elements import Outcome
from dxemu.plan.model import Plan, Role
from dxemu.predict.predict import Pair
from dxemu.topology import yaml
from dxemu.words import until_repair

AT_S = 5.0
AFTER_S = 3.0
"""How long a run goes on after the last thing that is predicted."""

RATES = ((0.0, 200), (0.1, 1000), (5.0, 200), (math.inf, 20))
"""Packets a second, by the longest outage that is predicted: enough to see the shortest, few where they are many."""

FETCHES = 5


def scenario_text(topology: str, plan: Plan, outcome: Outcome, pairs: Sequence[Pair]) -> str:
    """The scenario file; `topology` is what it calls its topology, `pairs` are who talks to whom."""
    rate = next(rate for longest, rate in RATES if outcome.outage.high_s <= longest)
    services = {node.name for node in plan.nodes if node.role is Role.SERVICE}
    probes: dict[str, object] = {}
    expect: list[dict[str, object]] = []
    for pair in pairs:
        if pair.far in services:
            probes[pair.probe] = {"fetch": {"from": pair.near, "service": pair.far, "rate": f"{FETCHES}/s"}}
        else:
            ends = {"from": pair.near, "to": pair.far, "rate": f"{rate}/s", "ip_version": pair.version}
            probes[pair.probe] = {"udp": ends}
            expect.append({"outage": pair.probe, "within_prediction": True})
    said = until_repair(outcome.outage.low_s, outcome.outage.high_s)
    return yaml.dump(
        {
            "story": f"{' and '.join(failure.text for failure in outcome.failures)}. The audit says: {said}.",
            "topology": topology,
            "probes": probes,
            "steps": [
                {"at": f"{AT_S:g} s", "fault": {failure.mode.fault: dict(failure.parameters)}}
                for failure in outcome.failures
            ],
            **({"expect": expect} if expect else {}),
            "end": f"{end_s(plan, outcome)} s",
        }
    )


def end_s(plan: Plan, outcome: Outcome) -> int:
    """When the run is over: after all that is predicted, or after the last timer that might have helped."""
    finite = [p.outage.high_s for p in outcome.predictions] + [p.detect.high_s for p in outcome.predictions]
    longest = max((s for s in finite if not math.isinf(s)), default=0.0)
    if math.isinf(outcome.outage.high_s):
        timers = [float(session.hold_time) for session in plan.sessions]
        timers += [float(tunnel.dpd_at(end.node).timeout) for tunnel in plan.tunnels for end in tunnel.ends]
        longest = max(longest, *timers, 0.0)
    return math.ceil(AT_S + longest + AFTER_S)
