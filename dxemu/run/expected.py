"""How much wall time a run should take on a usual machine, said before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.run.prepare import Rehearsal
from dxemu.words import duration

RUN_S, VIRTUAL_SECOND_S, PACKET_S = 2.0, 0.03, 60e-6
"""Of any run, of a second that passes in its lab, and of a packet of a probe."""
WORTH_SAYING_S = 1.0
MS = 1e3


def expected_s(rehearsal: Rehearsal) -> float:
    """Of the whole run."""
    end_s = float(rehearsal.end)
    rates = (getattr(probe, "rate", None) for probe in rehearsal.scenario.probes)
    packets = sum(2 * float(rate) for rate in rates if rate is not None) * end_s
    return RUN_S + VIRTUAL_SECOND_S * end_s + PACKET_S * packets + sum(s for _, s in _of_probes(rehearsal))


def in_words(rehearsal: Rehearsal) -> Iterator[str]:
    """A line for each probe that takes long by itself: `bulk (throughput) will take about 12 s of wall time`."""
    for probe, wall_s in _of_probes(rehearsal):
        if wall_s >= WORTH_SAYING_S:
            yield f"{probe} will take about {duration(wall_s * MS)} of wall time on a usual machine"


def _of_probes(rehearsal: Rehearsal) -> Iterator[tuple[str, float]]:
    """What each probe costs beside its packets at a rate, on the fastest connection that the design has."""
    rates = [float(cable.bandwidth) for cable in rehearsal.plan.cables if cable.connection is not None]
    for probe in rehearsal.scenario.probes:
        yield f"{probe.name} ({probe.kind})", probe.wall_s(max(rates, default=0.0))
