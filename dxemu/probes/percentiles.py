"""How values are spread, in bounded memory however many there are."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from itertools import accumulate
from math import ceil

from dxemu.probes.base import nearest_rank

MOST_EXACT = 1 << 17
"""So many values are kept as they are; of more, shares are told to `DIGITS` digits."""
DIGITS = 3


class Percentiles:
    """Which value a share of all does not exceed. How many there are, and the largest, is always exact."""

    def __init__(self) -> None:
        self.count = 0
        self.largest = 0.0
        self._ordered: list[float] = []
        self._rounded: Counter[float] = Counter()

    def add(self, value: float) -> None:
        """One more, not negative."""
        self.count += 1
        self.largest = max(self.largest, value)
        if self._rounded:
            self._rounded[_rounded(value)] += 1
            return
        insort(self._ordered, value)
        if self.count > MOST_EXACT:
            self._rounded.update(map(_rounded, self._ordered))
            self._ordered.clear()

    def share(self, share: float) -> float | None:
        """The value that this `share` of all do not exceed; None if there is none at all."""
        if not self.count:
            return None
        if not self._rounded:
            return nearest_rank(self._ordered, share)
        ordered = sorted(self._rounded)
        rank = max(1, ceil(self.count * share))
        reached = accumulate(self._rounded[value] for value in ordered)
        return next(value for value, so_many in zip(ordered, reached, strict=True) if so_many >= rank)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}")
