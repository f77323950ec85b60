"""Predictions as values: what is said of one fault, one direction and one probe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from dxemu.plan.model import Plan, Role, Side
from dxemu.predict.impact import Impact
from dxemu.predict.windows import Window

Direction = str
DIRECTIONS: tuple[Direction, ...] = ("to_aws", "from_aws")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedRecovery:
    """What healing should do.

    `outage` is the loss while traffic moves back, `session_back` the time until `session` is up again, `others_back`
    that of the other sessions that the fault touches, by name.
    """

    session: str
    outage: Window
    session_back: Window
    others_back: Mapping[str, Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One direction of one fault, for one probe (`probe` empty: there is none).

    `detected_by` is `carrier`, `bfd`, `hold_timer`, `lacp`, `vrrp`, `dpd` or `none`; `node` is who notices.

    `sessions` and `cables` are what the fault touches. An `outage` of exactly 0 means that this direction does not
    use them; an infinite one, that nothing is left. It begins with the fault, or later, when it `begins`. `recovery` is
    None when the fault is never healed.
    """

    fault: str
    probe: str
    direction: Direction
    detected_by: str
    node: str
    detect: Window
    outage: Window
    recovery: PredictedRecovery | None
    sessions: tuple[str, ...]
    cables: tuple[str, ...]
    begins: Window = field(default_factory=Window)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two ends of a probe: on the customer's side, and on AWS's.

    Its packets have `size` bytes (0: short ones); a flow sends one each `gap_s`.
    """

    probe: str
    near: str
    far: str
    version: int = 4
    size: int = 0
    gap_s: float = 0.0


def default_pair(plan: Plan) -> Pair | None:
    """The first host and the first instance, for a scenario without probes."""
    host = next((node.name for node in plan.nodes_of(Role.HOST, Side.CUSTOMER)), None)
    instance = next((node.name for node in plan.nodes_of(Role.INSTANCE, Side.AWS)), None)
    return None if host is None or instance is None else Pair("", host, instance)


def explain_in_words(prediction: Prediction) -> str:
    """Why the outage's window is as it is, in one line."""
    terms = prediction.outage.terms
    if not terms:
        return "this direction does not use what failed"
    return prediction.outage.in_words() if any(t.low_s or t.high_s for t in terms) else terms[0].name


def natural_end(
    predictions: Sequence[Prediction], impacts: Sequence[Impact], turns: Mapping[str, float] = MappingProxyType({})
) -> float:
    """The time since the run's start by which everything predicted has happened; infinite if something never does.

    `turns` are the moments of what is done on purpose, by what their outages are called after: what is cut off by that
    for good is meant to be.
    """
    done = [turns[p.fault] + p.outage.high_s for p in predictions if p.fault in turns]
    end = max((moment for moment in done if not math.isinf(moment)), default=0.0)
    for impact in (one for one in impacts if one.by_chance):
        end = max(end, math.inf if impact.until is None else float(impact.until))
    for p, impact in ((p, i) for p in predictions for i in impacts if p.fault == i.fault):
        detected = impact.at + p.detect.high_s if p.detected_by != "none" else float(impact.at)
        end = max(end, detected, impact.at + p.outage.high_s)
        if p.recovery is not None and impact.until is not None:
            back = p.recovery.session_back.high_s  # infinite: another fault keeps it down for good
            end = max(end, impact.until + max(0.0 if math.isinf(back) else back, p.recovery.outage.high_s))
    return end
