"""Figures in words: of the probes, one row each direction; of each event, what it cost by three measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.availability import intervals
from dxemu.measure.convergence import SUSTAINED_S, by_event, held_s
from dxemu.measure.result import Convergence, Outage, Result
from dxemu.words import count, direction, duration, measured

AFTER = {"fault": "", "heal": ", its heal", "action": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFigures:
    """One direction of a probe over the whole run. `seconds` are those with loss, and those without any packet."""

    probe: str
    direction: str
    sent: str
    lost: str
    periods: str
    longest_delay: str
    disorder: str
    seconds: str


def figures(result: Result) -> Sequence[ProbeFigures]:
    """Of every direction of every probe that measures outages."""
    found = []
    for p in result.probes:
        seen = intervals(result, p.probe, p.direction)
        silent = seen.severely_violated
        found.append(
            ProbeFigures(
                probe=p.probe,
                direction=direction(p.direction),
                sent=f"{count(p.sent, 'packet')}, one every {duration(p.interval_ms)}",
                lost=f"{p.lost:,} ({p.lost / p.sent:.2%})" if p.sent else "0",
                periods=str(p.bursts),
                longest_delay=duration(p.longest_delay_ms),
                disorder=f"{p.duplicates} twice, {p.reordered} out of order",
                seconds=f"{seen.violated} of {seen.count} with loss, {silent} of them with nothing through",
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One event and direction by three measures, and why they differ, if they do."""

    event: str
    probe: str
    connectivity: str
    derived: str
    control_plane: str
    moved: str
    differs: str


def measures(result: Result) -> list[Measures]:
    """Of every event that cost a packet or moved a path."""
    return [
        Measures(
            event=c.event + AFTER[c.after],
            probe=f"{c.probe} {direction(c.direction)}",
            connectivity=_gap(c),
            derived=duration(c.loss_derived_ms),
            control_plane=_time(c.control_plane_to_data_plane_ms, bool(c.packets_lost)),
            moved="no other way" if c.moved_ms is None else f"after {duration(c.moved_ms)}",
            differs=c.differs,
        )
        for c in result.convergences
    ]


def _gap(c: Convergence) -> str:
    if not c.packets_lost:
        return "none"
    return "no end" if c.loss_of_connectivity_ms is None else measured(c.loss_of_connectivity_ms, c.uncertainty_ms)


def _time(ms: float | None, lost: bool) -> str:
    if not lost:
        return "none"
    return "never" if ms is None else duration(ms)


def events(result: Result) -> Iterator[tuple[str, str, str, str]]:
    """First and full convergence of each event, and failover or reversion."""
    for e in by_event(result.convergences):
        moved = "none" if e.moved_ms is None else duration(e.moved_ms)
        lost = bool(e.packets_lost)
        held = held_s(e, result)
        short = "" if held is None or held >= SUSTAINED_S else f", held for {duration(held * 1e3)} only"
        yield e.event + AFTER[e.after], _time(e.first_ms, lost), _time(e.full_ms, lost) + short, moved


def inter_loss_period_lengths(
    outages: Sequence[Outage], interval_ms: dict[tuple[str, str], float]
) -> list[tuple[Outage, str]]:
    """Each loss period with its loss distance from the last lost packet of the one before (RFC 3357, 6.4).

    That of the first one is 0.
    """
    before: dict[tuple[str, str], float] = {}
    found = []
    for outage in outages:
        key = outage.probe, outage.direction
        words = "0"
        if key in before and interval_ms.get(key):
            words = f"{round((outage.start_s - before[key]) * 1e3 / interval_ms[key]) + 1:,}"
        if outage.end_s is not None:
            before[key] = outage.end_s
        found.append((outage, words))
    return found
