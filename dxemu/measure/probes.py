"""What the probes that are no outage probes found: throughput, fetches, captures, path MTUs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dxemu.events.timeline import Event
from dxemu.events.values import number, text
from dxemu.measure.result import Captured, Fetch, PathMtu, Throughput


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All of it."""

    throughputs: tuple[Throughput, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    captures: tuple[Captured, ...] = ()
    path_mtus: tuple[PathMtu, ...] = ()


def found(events: Sequence[Event], order: Sequence[str] = ()) -> Found:
    """What a timeline says, by probe in this `order` of names."""
    place = {name: number for number, name in enumerate(order)}
    ordered = sorted(events, key=lambda e: place.get(str(e.get("probe")), -1))
    return Found(
        throughputs=throughputs(ordered),
        fetches=fetches(ordered),
        captures=captures(ordered),
        path_mtus=path_mtus(ordered),
    )


def throughputs(events: Sequence[Event]) -> tuple[Throughput, ...]:
    """In the order of their events."""
    return tuple(
        Throughput(
            probe=text(e, "probe"),
            direction=text(e, "direction"),
            streams=int(number(e, "streams")),
            started_s=number(e, "started_s"),
            seconds=number(e, "seconds"),
            omitted_s=number(e, "omitted_s"),
            bits_per_second=number(e, "bits_per_second"),
            offered_bps=_number(e, "offered_bps"),
            lost_percent=_number(e, "lost_percent"),
            problem=text(e, "problem"),
        )
        for e in events
        if e["event"] == "throughput"
    )


def fetches(events: Sequence[Event]) -> tuple[Fetch, ...]:
    """By probe, in the order in which they began; those that went alike one after the other are one."""
    all_of_them = [e for e in events if e["event"] == "fetched"]
    found: dict[str, list[Fetch]] = {text(e, "probe"): [] for e in all_of_them}
    for e in sorted(all_of_them, key=lambda e: number(e, "started_s")):
        mine, one = found[text(e, "probe")], _fetch(e)
        last = mine[-1] if mine else None
        if last is not None and _outcome(last) == _outcome(one):
            longest = max(last.longest_ms, one.longest_ms)
            mine[-1] = replace(last, last_s=one.last_s, count=last.count + 1, longest_ms=longest)
        else:
            mine.append(one)
    return tuple(one for mine in found.values() for one in mine)


def captures(events: Sequence[Event]) -> tuple[Captured, ...]:
    """By probe, the most frequent first."""
    found = [
        Captured(
            probe=text(e, "probe"),
            cable=text(e, "cable"),
            label=text(e, "label"),
            to_aws=int(number(e, "to_aws")),
            from_aws=int(number(e, "from_aws")),
        )
        for e in events
        if e["event"] == "captured"
    ]
    place = {probe: number for number, probe in enumerate(dict.fromkeys(c.probe for c in found))}
    return tuple(sorted(found, key=lambda c: (place[c.probe], -c.to_aws - c.from_aws, c.label)))


def path_mtus(events: Sequence[Event]) -> tuple[PathMtu, ...]:
    """In the order of their events."""
    return tuple(
        PathMtu(
            probe=text(e, "probe"),
            direction=text(e, "direction"),
            t_s=number(e, "started_s"),
            mtu=int(number(e, "mtu")),
            told=None if e.get("told") is None else e["told"] is True,
            told_by=text(e, "told_by"),
        )
        for e in events
        if e["event"] == "path_mtu"
    )


def _fetch(e: Event) -> Fetch:
    status = _number(e, "status")
    return Fetch(
        probe=text(e, "probe"),
        service=text(e, "service"),
        first_s=number(e, "started_s"),
        last_s=number(e, "started_s"),
        count=1,
        answered=not text(e, "problem"),
        status=None if status is None else int(status),
        bytes=int(number(e, "bytes")),
        seen_as=text(e, "seen_as"),
        problem=text(e, "problem"),
        longest_ms=round(number(e, "took_s") * 1e3, 6),
    )


def _outcome(fetch: Fetch) -> tuple[object, ...]:
    return fetch.answered, fetch.status, fetch.bytes, fetch.seen_as, fetch.problem


def _number(e: Event, key: str) -> float | None:
    return None if e.get(key) is None else number(e, key)
