"""Figures of the probes, one row each direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.measure.result import Result
from dxemu.words import count, direction, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFigures:
    """One direction of a probe over the whole run, in words."""

    probe: str
    direction: str
    sent: str
    lost: str
    periods: str
    longest_delay: str
    disorder: str


def figures(result: Result) -> Sequence[ProbeFigures]:
    """Of every direction of every probe that measures outages."""
    return [
        ProbeFigures(
            probe=p.probe,
            direction=direction(p.direction),
            sent=f"{count(p.sent, 'packet')}, one every {duration(p.interval_ms)}",
            lost=f"{p.lost:,} ({p.lost / p.sent:.2%})" if p.sent else "0",
            periods=str(p.bursts),
            longest_delay=duration(p.longest_delay_ms),
            disorder=f"{p.duplicates} twice, {p.reordered} out of order",
        )
        for p in result.probes
    ]
