"""What probes other than outage probes found: a label, and what is said beside it. The words are each kind's own."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.measure.probes import in_result
from dxemu.measure.result import Result


def probe_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Label and words of each line, the kind of the file's first probe first; a label is not said twice in a row."""
    last, kinds = "", {kind.key: kind for kind in in_result()}
    for key, found in result.found.by_key.items():
        for label, words in kinds[key].lines(found, result.clock):
            yield label if label != last else "", words
            last = label
