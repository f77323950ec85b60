"""What throughput probes, fetches, captures and path MTU probes found: a label, and what is said beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.events.frames import PROTOCOLS
from dxemu.events.timeline import DIRECTIONS
from dxemu.measure.result import Captured, Fetch, Result, Throughput
from dxemu.story.probe_verdict import path_mtu_in_words
from dxemu.units import Seconds
from dxemu.words import bit_rate, count, direction, duration

MS = 1e3


def probe_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Label and words of each line; a label is not said twice in a row."""
    last = ""
    for label, words in _all(result):
        yield label if label != last else "", words
        last = label


def _all(result: Result) -> Iterator[tuple[str, str]]:
    for throughput in result.throughputs:
        yield f"Throughput of {throughput.probe}", throughput_in_words(throughput, result.clock)
    for fetch in result.fetches:
        yield f"Fetches of {fetch.probe}", _fetch(fetch)
    for probe in dict.fromkeys(c.probe for c in result.captures):
        mine = [c for c in result.captures if c.probe == probe]
        for way in DIRECTIONS:
            yield f"Frames of {probe}", f"{direction(way)} on {mine[0].cable}: {_frames(mine, way)}"
    for found in result.path_mtus:
        when = f"{direction(found.direction)} at {Seconds(round(found.t_s, 3))}"
        yield f"Path MTU of {found.probe}", f"{when}: {path_mtu_in_words(found)}"


def throughput_in_words(throughput: Throughput, clock: str) -> str:
    """`to AWS 9.53 Gbps (1 stream, TCP, 3 s; the first 300 ms do not count)`.

    Where the clock is real the machine is the limit, and that is said.
    """
    t = throughput
    if t.problem:
        return f"{direction(t.direction)} not measured: {t.problem}"
    lost = "" if t.lost_percent is None else f", {t.lost_percent:.3g} % lost"
    load = "TCP" if t.offered_bps is None else f"UDP, {bit_rate(t.offered_bps)} offered"
    omitted = f"; the first {duration(t.omitted_s * MS)} do not count" if t.omitted_s else ""
    machine = "" if clock == "virtual" else "; real clock: this machine may be the limit"
    about = f"{count(t.streams, 'stream')}, {load}, {Seconds(t.seconds)}{omitted}{machine}"
    return f"{direction(t.direction)} {bit_rate(t.bits_per_second)}{lost} ({about})"


def _fetch(fetch: Fetch) -> str:
    when = f"{fetch.first_s:.3f} s"
    if fetch.count > 1:
        when = f"{fetch.first_s:.3f} - {fetch.last_s:.3f} s"
    if not fetch.answered:
        return f"{when}: {fetch.count} of {fetch.service} failed: {fetch.problem}"
    about = f"status {fetch.status}, {count(fetch.bytes, 'byte')}, seen as {fetch.seen_as}"
    return f"{when}: {fetch.count} answered by {fetch.service} ({about}, {duration(fetch.longest_ms)} at most)"


def _frames(captured: Sequence[Captured], way: str) -> str:
    counted = {c.label: c.to_aws if way == "to_aws" else c.from_aws for c in captured}
    protocols = [f"{number} {label}" for label, number in counted.items() if number and label in PROTOCOLS]
    others = [f"{number} {label}" for label, number in counted.items() if number and label not in PROTOCOLS]
    return (", ".join(protocols) or "none") + (f" (of these {', '.join(others)})" if others else "")
