"""An expectation: whether a greeting arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject
from dxemu_example.greet import Greeting


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetedExpected(Subject):
    """All arrived, or none did."""

    of: ClassVar[str] = "greet probe"
    words: ClassVar[str] = "its packet arrived, or not"
    example: ClassVar[str] = "{greeted: hello, arrives: true}"

    arrives: bool | None = parameter(Takes.TRUTH, need=Need.SAYS)

    def judge(self, measured: Measured) -> Judged:
        """Of every one."""
        found = measured.found.of(Greeting, self.name)
        if not found:
            return False, "nobody greeted"
        return all(g.arrived is self.arrives for g in found), "arrived" if found[-1].arrived else "lost"
