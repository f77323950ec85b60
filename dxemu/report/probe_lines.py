"""What probes other than outage probes found: a label, and what is said beside it. The words are each kind's own."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.measure.probes import in_result
from dxemu.measure.result import Result


def probe_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Label and words of each line; a label is not said twice in a row."""
    last = ""
    for kind in in_result():
        for label, words in kind.lines(result.found.by_key.get(kind.key, ()), result.clock):
            yield label if label != last else "", words
            last = label
