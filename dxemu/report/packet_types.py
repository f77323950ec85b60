"""What kind of packets each probe sent, in words: RFC 7680 (2.8.1) wants it beside what was measured with them."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.measure.result import Result
from dxemu.words import direction


def packet_types(result: Result) -> Iterator[tuple[str, str]]:
    """Probe and words; a line for each direction where they differ. None of a run that did not record it."""
    for probe in dict.fromkeys(p.probe for p in result.probes):
        said = {p.direction: str(p.packets) for p in result.probes if p.probe == probe and p.packets is not None}
        if len(set(said.values())) == 1:
            yield probe, next(iter(said.values()))
        else:
            yield from ((f"{probe} {direction(way)}", words) for way, words in said.items())
