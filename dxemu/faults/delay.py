"""A cable takes longer, always the same or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Jitter, Quality
from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.units import Seconds

LONGEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(CableFault):
    """Every packet comes `by` later. With `jitter` it varies around that, and packets still arrive in their order.

    A packet whose delay is drawn shorter than that of one before it waits for it, as in a queue; `reorder` is another
    fault.
    """

    words: ClassVar[str] = "its packets take longer, each the same or with jitter, in their order"
    imitates: ClassVar[str] = (
        "a carrier that protects its circuit over a longer way; a queue that others fill, by jitter"
    )
    leaves_out: ClassVar[str] = "the loss while a carrier switches over: `cable_silent` for some milliseconds"

    by: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, least=0, most=LONGEST_S, words="5 ms", example="5 ms")
    jitter: Seconds | None = parameter(Takes.DURATION, least=0, most=LONGEST_S, example="1 ms")
    distribution: str = parameter(Takes.WORD, default="normal", choices=("normal", "uniform", "pareto"))

    def contradictions(self) -> Iterator[Contradiction]:
        """A jitter by which packets would arrive before they were sent, and one of nothing."""
        if self.jitter is None and self.distribution != "normal":
            yield Contradiction(
                key="distribution",
                problem="nothing varies without `jitter`",
                remedy="Give `jitter` too, such as 1 ms, or leave it out.",
            )
        if self.jitter is not None and self.jitter > self.by:
            problem = f"a jitter of {self.jitter} is more than the delay of {self.by}"
            yield Contradiction(key="jitter", problem=problem, remedy=f"Use at most {self.by}, or a longer delay.")

    def quality(self) -> Quality:
        """A delay, with its jitter."""
        if not self.jitter:
            return Quality(delay_s=float(self.by))
        return Quality(
            delay_s=float(self.by), jitter=Jitter(jitter_s=float(self.jitter), distribution=self.distribution)
        )
