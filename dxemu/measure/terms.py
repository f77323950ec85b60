"""The terms that a measured outage is the sum of: noticed, withdrawn, installed, first packet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Outage, Result, Stage

NOTICE, WITHDRAW, INSTALL, FIRST_PACKET, NOBODY = "notice", "withdraw", "install", "first packet", "nobody noticed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTerm:
    """One addend of what passed from a fault to the first packet that got through again."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCost:
    """What one fault, or something that was done on purpose, cost one direction of a probe.

    `outage` is the longest outage of those that it caused, None if there was none. `terms` sum up to the time from the
    fault to the first packet that got through; empty while none did.
    """

    fault: str
    probe: str
    direction: str
    outage: Outage | None
    stage: Stage | None
    terms: tuple[MeasuredTerm, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What another run calls the same."""
        return self.fault, self.probe, self.direction


def costs(result: Result) -> Iterator[FaultCost]:
    """Of each fault, and of each action that cost something, for each direction of each probe."""
    steps = [(fault.fault, "fault") for fault in result.faults] + [(act.action, "action") for act in result.actions]
    for name, kind in steps:
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
                stage=stage,
                terms=tuple(terms(stage)) if caused and stage is not None else (),
            )


def longest(outages: Sequence[Outage]) -> Outage | None:
    """The longest; one that never ended is longer than all."""
    return max(outages, key=lambda o: float("inf") if o.duration_ms is None else o.duration_ms, default=None)


def terms(stage: Stage) -> Iterator[MeasuredTerm]:
    """Each one as long as it was beyond those before it; none if no packet got through, those of 0 left out."""
    end = stage.first_packet_ms
    if end is None:
        return
    if stage.detect_ms is None:
        yield MeasuredTerm(name=NOBODY, ms=end)
        return
    done = 0.0
    moments = ((NOTICE, stage.detect_ms), (WITHDRAW, stage.withdraw_ms), (INSTALL, stage.install_ms))
    for name, at in (*moments, (FIRST_PACKET, end)):
        until = done if at is None else max(done, min(at, end))
        if until > done:
            yield MeasuredTerm(name=name, ms=round(until - done, 6))
        done = until


def _stage(stages: Sequence[Stage], fault: str, probe: str, direction: str) -> Stage | None:
    found = [s for s in stages if (s.fault, s.direction) == (fault, direction) and s.probe in (probe, None)]
    return next((s for s in found if s.probe == probe), found[0] if found else None)
