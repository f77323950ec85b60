"""Whether a service answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.fetch import Fetch
from dxemu.story.expectations.base import Judged, Measured, Subject, came, not_both
from dxemu.units import Seconds
from dxemu.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedExpected(Subject):
    """Whether every fetch was answered, or none, or the last one that began by a time; and whom the server saw."""

    of: ClassVar[str] = "fetch probe"
    words: ClassVar[str] = "every question is answered, or none, or the last one by a moment; and whom the service sees"
    example: ClassVar[str] = "{fetched: shop, always: true}"

    always: bool | None = parameter(Takes.TRUE, need=Need.SAYS)
    never: bool | None = parameter(Takes.TRUE, need=Need.SAYS)
    at: Seconds | str | None = parameter(Takes.MOMENT, need=Need.SAYS)
    seen_as: str | None = parameter(Takes.ADDRESS, need=Need.SAYS)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """Always and never."""
        del said
        yield from not_both(bool(self.always), bool(self.never))

    def judge(self, measured: Measured) -> Judged:
        """Of those that are meant, all have to be as expected."""
        all_of_them: Sequence[Fetch] = measured.found.of(Fetch, self.name)
        found = all_of_them
        if self.at == "start":
            found = found[:1]
        elif self.at is not None:
            until = math.inf if isinstance(self.at, str) else self.at
            found = [f for f in found if f.first_s <= until][-1:]
        if not found:
            return False, "nothing was fetched by then"
        words = _in_words(found)
        if self.never:
            return not any(f.answered for f in found), words
        if self._right(found):
            return True, words
        later = [f for f in all_of_them if isinstance(self.at, float) and f.first_s > self.at]
        at_s = next((f.first_s for f in later if self._right([f])), None)
        return False, words + (f"; {came(at_s, measured)}" if isinstance(self.at, float) else "")

    def _right(self, found: Sequence[Fetch]) -> bool:
        answered = [f for f in found if f.answered]
        enough = len(found) if self.always or self.at is not None else 1
        return len(answered) >= enough and all(self.seen_as in (None, f.seen_as) for f in answered)


def _in_words(found: Sequence[Fetch]) -> str:
    """`29 answered (200, 24 bytes, seen as 203.0.113.1), then 12 failed: no answer within 2 s`."""
    return ", then ".join(
        f"{f.count} answered ({f.status}, {count(f.bytes, 'byte')}, seen as {f.seen_as})"
        if f.answered
        else f"{f.count} failed: {f.problem}"
        for f in found
    )
