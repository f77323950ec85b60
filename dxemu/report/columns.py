"""Text beside labels: wrapped to the terminal's width, and hanging under its first word."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

NARROWEST = 30


def hanging(label: str, words: str, indent: int, width: int) -> Iterator[str]:
    """`label` at the margin and `words` from column `indent` on, wrapped; a label that is too long has its own line."""
    lines = textwrap.wrap(words, max(width - indent, NARROWEST), break_long_words=False, break_on_hyphens=False) or [""]
    if len(label) >= indent:
        yield label.rstrip()
        label = ""
    yield f"{label:<{indent}}{lines[0]}".rstrip()
    for line in lines[1:]:
        yield f"{'':<{indent}}{line}".rstrip()


def widest(labels: Iterable[str], most: int) -> int:
    """The column behind the longest label of at most `most` characters, with a gap."""
    return max((len(label) for label in labels if len(label) <= most), default=0) + 3
