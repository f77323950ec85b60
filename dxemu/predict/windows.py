"""A predicted time as a sum of named terms. Nothing is rounded up: each addend has a name and a source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.units import Seconds

SMALL_S = 0.02
SMALL_PART = 0.02


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a window: `low_s` for its lower bound, `high_s` for its upper (negative: it shortens).

    `source` is where the numbers come from.
    """

    name: str
    low_s: float
    high_s: float
    source: str

    def in_words(self) -> str:
        """`hold 90 s`, `minus 0 - 30 s since the last keepalive`, `plus up to 1 s of ExaBGP's whole-second timer`."""
        if math.isinf(self.high_s):
            return self.name
        if self.low_s == self.high_s:
            return f"{self.name} {_text(self.low_s)}" if self.low_s >= 0 else f"minus {_text(-self.low_s)} {self.name}"
        if self.high_s <= 0:
            return f"minus {_span(*sorted((abs(self.high_s), abs(self.low_s))))} {self.name}"
        if self.low_s < 0:
            return f"plus or minus {_text(max(-self.low_s, self.high_s))} of {self.name}"
        if self.low_s == 0:
            return f"plus up to {_text(self.high_s)} of {self.name}"
        return f"plus {_span(self.low_s, self.high_s)} of {self.name}"


@dataclass(frozen=True, slots=True)
class Window:
    """The sum of `terms`: a duration between `low_s` and `high_s` seconds. Without terms it is exactly 0."""

    terms: tuple[Term, ...] = ()

    @property
    def low_s(self) -> float:
        """The shortest that it can be; infinite if it never ends."""
        return round(sum(t.low_s for t in self.terms), 9) + 0.0  # and never -0

    @property
    def high_s(self) -> float:
        """The longest that it can be; infinite if it may never end."""
        return round(sum(t.high_s for t in self.terms), 9)

    def plus(self, *terms: Term) -> Window:
        """This window with further terms. Those that are exactly 0 are left out: they say nothing."""
        return Window(self.terms + tuple(t for t in terms if t.low_s or t.high_s))

    def contains(self, seconds: float, tolerance_s: float = 0.0) -> bool:
        """Whether a measured duration, known to within `tolerance_s`, can lie in the window."""
        return self.low_s - tolerance_s <= seconds <= self.high_s + tolerance_s

    def in_words(self) -> str:
        """Why the window is as it is, in one line. Terms too small to matter are summed up as `milliseconds`."""
        small = [t for t in self.terms if max(abs(t.low_s), abs(t.high_s)) <= min(SMALL_S, SMALL_PART * self.high_s)]
        words = ", ".join(t.in_words() for t in self.terms if t not in small)
        if small:
            words += ", plus milliseconds in routers and cables"
        return words.removeprefix("plus ") if words else "nothing changes"


def sooner_of(one: Window, other: Window) -> Window:
    """Whatever is over first."""
    first, second = sorted((one, other), key=lambda window: (window.high_s, window.low_s))
    if second.low_s >= first.low_s:
        return first
    return first.plus(Term("or sooner", second.low_s - first.low_s, 0, "whichever is over first"))


def any_of(windows: Sequence[Window]) -> Window:
    """One of them, and nobody knows which: the longest, which may be as short as the shortest."""
    longest = max(windows, key=lambda window: (window.high_s, window.low_s))
    shortest = min(window.low_s for window in windows)
    if shortest >= longest.low_s:
        return longest
    never = next((term for term in longest.terms if math.isinf(term.low_s)), None)
    if never is not None:
        return Window((Term(f"{never.name}, or sooner", shortest, math.inf, never.source),))
    return longest.plus(Term("or sooner", shortest - longest.low_s, 0, "not known before"))


def _text(seconds: float) -> str:
    return str(Seconds(round(seconds, 6)))


def _span(low_s: float, high_s: float) -> str:
    """`0 - 30 s`, or with both units if they differ."""
    low, high = _text(low_s), _text(high_s)
    if low_s == 0 or low.split()[1] == high.split()[1]:
        low = low.split()[0]
    return f"{low} - {high}"
