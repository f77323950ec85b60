"""A run as Chrome's trace events in JSON, which Perfetto opens: the lanes of the time line, in microseconds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from dxemu.events.base import Event
from dxemu.measure.result import Result
from dxemu.report.html.lanes import Lane, Moment, Span, grouped, lanes
from dxemu.report.terminal import safe
from dxemu.words import direction, duration

_US = 1e6


def text_of(result: Result, events: Sequence[Event]) -> str:
    """One process for each group of lanes, one thread for each lane."""
    found = [*lanes(result, events), *_probes(result)]
    lines = ",\n".join(json.dumps(event) for event in _events(found))
    return f'{{"displayTimeUnit": "ms", "traceEvents": [\n{lines}\n]}}\n'


def _probes(result: Result) -> Iterator[Lane]:
    for probe in result.probes:
        mine = [o for o in result.outages if (o.probe, o.direction) == (probe.probe, probe.direction)]
        spans = [
            Span(
                o.start_s,
                result.virtual_s if o.end_s is None else o.end_s,
                f"{o.packets_lost} lost" + ("" if o.duration_ms is None else f" in {duration(o.duration_ms)}"),
                "lost",
            )
            for o in mine
        ]
        yield Lane("Probes", f"{probe.probe} {direction(probe.direction)}", tuple(spans))


def _events(found: Sequence[Lane]) -> Iterator[dict[str, object]]:
    for process, (group, mine) in enumerate(grouped(found).items(), start=1):
        yield _name("process_name", process, 0, group)
        for thread, lane in enumerate(mine, start=1):
            yield _name("thread_name", process, thread, lane.name)
            for span in lane.spans:
                yield _span(span, process, thread)
            for moment in lane.moments:
                yield _moment(moment, process, thread)


def _name(what: str, process: int, thread: int, name: str) -> dict[str, object]:
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "args": {"name": safe(name)}}


def _span(span: Span, process: int, thread: int) -> dict[str, object]:
    at, lasts = round(span.start_s * _US, 3), round((span.end_s - span.start_s) * _US, 3)
    return {
        "ph": "X",
        "name": safe(span.words),
        "cat": span.kind,
        "ts": at,
        "dur": lasts,
        "pid": process,
        "tid": thread,
    }


def _moment(moment: Moment, process: int, thread: int) -> dict[str, object]:
    return {
        "ph": "i",
        "s": "t",
        "name": safe(moment.words),
        "ts": round(moment.at_s * _US, 3),
        "pid": process,
        "tid": thread,
    }
