"""What `dxemu explain path --run` says of a finished run, put beside what its kernels said at that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

from dxemu.explain.hops import hops
from dxemu.explain.model import Direction
from dxemu.explain.path import explain_path
from dxemu.explain.replay import state_of_run
from dxemu.explain.state import State
from dxemu.probes.base import Probe

QUIET_S = 0.05
"""A moment counts if nothing is told for so long before and after it: routing has settled."""
MOMENTS = 6
TELLS_ROUTING = ("bgp", "best", "route", "carrier", "vrrp", "lacp", "tunnel", "path", "fault_injected", "fault_healed")


def quiet_moments(events: Sequence[dict[str, Any]]) -> list[float]:
    """Moments in the middle of pauses of routing, the first ones and the last one."""
    told = sorted({float(e["t"]) for e in events if e["event"] in TELLS_ROUTING and e["t"] >= 0})
    found = [(before + after) / 2 for before, after in pairwise(told) if after - before > 2 * QUIET_S]
    return [*found[: MOMENTS - 1], *found[MOMENTS - 1 :][-1:]]


def seen_at(events: Sequence[dict[str, Any]], probe: str, direction: str, moment: float) -> tuple[list[str], bool]:
    """The path that the kernels' tables gave last, as node and cable names in turn, and whether it was complete."""
    asked = [
        e
        for e in events
        if e["event"] == "path" and (e["probe"], e["direction"]) == (probe, direction) and e["t"] <= moment
    ]
    return asked[-1]["hops"], asked[-1]["complete"]


def hops_of(way: Direction) -> list[str]:
    """An explained direction in the words of a `path` event."""
    said: list[str] = []
    for hop in way.hops:
        said.append(hop.node)
        if hop.crossing is None:
            continue
        if hop.crossing.tunnel:
            said.append(hop.crossing.tunnel)
            continue
        for number, cable in enumerate(hop.crossing.cables):
            said += [cable, *hop.crossing.through[number : number + 1]]
    return said


def shared_ways(state: State, way: Direction) -> Iterator[tuple[list[str], bool]]:
    """The ways of all flows, where several routes are used together."""
    address = ip_address(way.address)
    for one in state.tables.ways(way.hops[0].node, address):
        found, _ = hops(state, one, address)
        yield hops_of(replace(way, hops=found)), one.arrives


def differences(folder: Path, events: Sequence[dict[str, Any]], probes: Sequence[Probe]) -> Iterator[str]:
    """Where the explanation of a run differs from what its kernels said, at every quiet moment."""
    moments = quiet_moments(events)
    assert moments, "a run has a quiet moment"
    for moment in moments:
        state = state_of_run(folder, f"{moment:.6f} s")
        for probe in probes:
            if probe.ends is None:
                continue
            near, far = probe.ends
            found = explain_path(state, near, far, ipv6=probe.version == 6)
            for way, direction in zip(found.directions, ("to_aws", "from_aws"), strict=True):
                kernel = seen_at(events, probe.name, direction, moment)
                explained = [(hops_of(way), way.arrives), *(shared_ways(state, way) if way.shared else ())]
                if not way.translated and kernel not in explained:
                    yield f"{probe.name} {direction} at {moment:.3f} s: kernel {kernel}, explained {hops_of(way)}"
