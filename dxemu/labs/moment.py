"""What the routers of a lab believe at a moment, also of one that has died: its folder has what a run's has."""

from __future__ import annotations

from pathlib import Path

from dxemu.explain.replay import state_of_run
from dxemu.explain.state import State
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder
from dxemu.topology.words import quoted


def state_of_lab(place: LabFolder, at: str | None) -> State:
    """At the moment `at`, such as `12s`; None: now. Raises NotExplained as `state_of_run` does."""
    now = float(ask_at(place, "time")["t"]) if place.lives() else 0.0
    name = Path(str(place.about().get("topology", place.name))).stem
    return state_of_run(place.folder, at, called=f"the lab {quoted(place.name)}", topology_name=name, now=now)
