"""What `audit --write-scenarios` writes. No command."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

from dxemu.audit.elements import Outcome, probe_pairs
from dxemu.audit.scenario import scenario_text
from dxemu.files import border, write_whole
from dxemu.host import invoker
from dxemu.plan.model import Plan

_OTHERWISE = "name another folder with --write-scenarios"


def write_scenarios(outcomes: Sequence[Outcome], plan: Plan, topology: Path, folder: Path) -> list[Path]:
    """A scenario for everything that costs an outage when it fails alone, the worst first. Raises FileError."""
    pairs = probe_pairs(plan)
    costly = [outcome for outcome in outcomes if outcome.outage.high_s > 0]
    costly.sort(key=lambda outcome: (-outcome.outage.high_s, -outcome.outage.low_s))
    with border(folder, otherwise=_OTHERWISE):
        invoker.make_folders(folder)
        place = os.path.relpath(topology.resolve(), folder.resolve())
        written = []
        for outcome in costly:
            file = folder / f"{_name(outcome)}.yaml"
            write_whole(file, scenario_text(place, plan, outcome, pairs))
            invoker.give(file)
            written.append(file)
    return written


def _name(outcome: Outcome) -> str:
    """`until_repair_cable_silent_primary`: what is fatal is easy to see among them."""
    failure = outcome.failures[0]
    words = ("until_repair" if math.isinf(outcome.outage.high_s) else "", failure.mode.fault, failure.name)
    return re.sub(r"[^\w-]+", "_", "_".join(word for word in words if word))
