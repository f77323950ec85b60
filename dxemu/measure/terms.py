"""The terms that a measured outage is the sum of: noticed, withdrawn, installed, first packet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Outage, Result, Stage

UNDER_WAY = "under way"
"""What was lost before the fault's own moment, in sending time: packets that were on their way when it struck."""
NOTICE, WITHDRAW, INSTALL, FIRST_PACKET, NOBODY = "notice", "withdraw", "install", "first packet", "nobody noticed"
ON_THE_WAY = "on the way"
"""What is taken off the sum: the first packet that got through was sent before the last of its routers had moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTerm:
    """One addend of what passed from a fault to the first packet that got through again."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCost:
    """What one fault, or something that was done on purpose, cost one direction of a probe.

    `outage` is the longest of the `periods` outages that it caused, None if there was none. `terms` sum up to it, or,
    where loss began later than the fault, to the time from the fault to the first packet that got through. They are
    empty while none did, and where the longest outage was not the last one, of which alone it is known where it went.
    """

    fault: str
    probe: str
    direction: str
    outage: Outage | None
    periods: int
    stage: Stage | None
    terms: tuple[MeasuredTerm, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What another run calls the same."""
        return self.fault, self.probe, self.direction


def costs(result: Result) -> Iterator[FaultCost]:
    """Of each fault, and of each action that cost something, for each direction of each probe."""
    steps = [(fault.fault, "fault", fault.injected_at_s) for fault in result.faults]
    steps += [(act.action, "action", act.done_at_s) for act in result.actions]
    for name, kind, at in steps:
        for probe in result.probes:
            mine = [o for o in result.outages if (o.probe, o.direction) == (probe.probe, probe.direction)]
            caused = [o for o in mine if (o.action if kind == "action" else o.after == "fault" and o.fault) == name]
            if kind == "action" and not caused:
                continue
            stage = _stage(result.stages, name, probe.probe, probe.direction)
            yield FaultCost(
                fault=name,
                probe=probe.probe,
                direction=probe.direction,
                outage=longest(caused),
                periods=len(caused),
                stage=stage,
                terms=() if stage is None else tuple(_of_outage(longest(caused), stage, at)),
            )


def _of_outage(outage: Outage | None, stage: Stage, at: float) -> Iterator[MeasuredTerm]:
    """Those of the stage, if they are of this outage; before them what was lost although it had left earlier."""
    if outage is None or outage.end_s is None or stage.first_packet_ms is None:
        return
    if abs((outage.end_s - at) * 1e3 - stage.first_packet_ms) > outage.uncertainty_ms:
        return
    early_ms = (at - outage.start_s) * 1e3
    if early_ms > outage.uncertainty_ms:
        yield MeasuredTerm(name=UNDER_WAY, ms=round(early_ms, 6))
    yield from terms(stage)


def longest(outages: Sequence[Outage]) -> Outage | None:
    """The longest; one that never ended is longer than all."""
    return max(outages, key=lambda o: float("inf") if o.duration_ms is None else o.duration_ms, default=None)


def terms(stage: Stage) -> Iterator[MeasuredTerm]:
    """Each one as long as it was beyond those before it; none if no packet got through, those of 0 left out.

    They are what the stage says, and sum up to its first packet: where that was on its way already when a router
    moved, the last term is negative.
    """
    end = stage.first_packet_ms
    if end is None:
        return
    if stage.detect_ms is None:
        yield MeasuredTerm(name=NOBODY, ms=end)
        return
    done = 0.0
    moments = ((NOTICE, stage.detect_ms), (WITHDRAW, stage.withdraw_ms), (INSTALL, stage.install_ms))
    for name, at in moments:
        if at is not None and at > done:
            yield MeasuredTerm(name=name, ms=round(at - done, 6))
            done = at
    if end != done:
        yield MeasuredTerm(name=FIRST_PACKET if end > done else ON_THE_WAY, ms=round(end - done, 6))


def _stage(stages: Sequence[Stage], fault: str, probe: str, direction: str) -> Stage | None:
    found = [s for s in stages if (s.fault, s.direction) == (fault, direction) and s.probe in (probe, None)]
    return next((s for s in found if s.probe == probe), found[0] if found else None)
