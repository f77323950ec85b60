"""A result as Markdown, for the summary of a CI job (GitHub's flavour, which GitLab reads too)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dxemu.measure.result import Result
from dxemu.report.by_design import reasons
from dxemu.report.html.bars import bars
from dxemu.report.html.words import sentence, sla_line
from dxemu.report.packet_types import packet_types
from dxemu.report.run import VERDICTS, header_line
from dxemu.report.terminal import safe

_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#+!|~<>&@:])")
MOST_ROWS = 100


def text_of(result: Result) -> str:
    """The verdict, one sentence, the outages and what was expected."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Result) -> Iterator[str]:
    word, _ = VERDICTS[result.verdict]
    yield f"## {word}: {escaped(result.scenario)}"
    yield ""
    yield escaped(sentence(result))
    for heading, words in reasons(result):
        yield ""
        yield f"**{escaped(heading)}**: {escaped(words)}"
    if sla := sla_line(result):
        yield ""
        yield escaped(sla)
    found = bars(result)
    if found:
        yield ""
        yield from _table(
            ("Outage", "Probe", "Measured", "Predicted", ""),
            [(b.fault, f"{b.probe} {b.direction}", b.measured, b.predicted, b.verdict) for b in found],
        )
    if result.expectations:
        yield ""
        yield from _table(
            ("", "Expected", "Measured", "Line"),
            [(e.verdict.upper(), e.text, e.measured, f"{e.file}:{e.line}") for e in result.expectations],
        )
    for probe, kind in packet_types(result):
        yield ""
        yield f"Packets of {escaped(probe)}: {escaped(kind)}"
    yield ""
    run = (result.topology, result.kernel, result.kernel_release, result.clock, result.seed, result.guest_mode)
    yield f"<sub>{escaped(header_line(*run))}</sub>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows[:MOST_ROWS]:
        yield f"| {' | '.join(escaped(cell) for cell in row)} |"
    if len(rows) > MOST_ROWS:
        yield ""
        yield f"and {len(rows) - MOST_ROWS} more"


def escaped(words: str) -> str:
    """Words that mean only themselves: no markup, no HTML, no mention of anybody, one line."""
    return _MEANS_SOMETHING.sub(r"\\\1", safe(words, keep="")).replace("\\<", "&lt;").replace("\\&", "&amp;")
