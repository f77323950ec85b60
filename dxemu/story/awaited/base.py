"""What every event is that can be waited for, and what a lab is to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dxemu.plan.model import Plan
from dxemu.story.line import Line


class WatchedLab(Protocol):
    """A running lab as who waits for an event needs it."""

    @property
    def plan(self) -> Plan:
        """What it is now."""

    @property
    def paths(self) -> Mapping[tuple[str, str], tuple[Sequence[str], bool]]:
        """Hops, and whether they lead to the end, by probe and direction."""

    def is_up(self, sign: str, name: str, node: str) -> bool:
        """Whether a session (`bgp`) or a tunnel (`tunnel`) is up at that end, by its last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited(Line):
    """One kind: it has come as soon as `holds`. What is so already need not be waited for."""

    @property
    def needs_a_cause(self) -> bool:
        """Whether it cannot come unless something is broken, or done, before."""
        return False

    def never(self, plan: Plan) -> str:
        """Why it can never come in a lab of this plan, in words; "" if it can."""
        del plan
        return ""

    @abstractmethod
    def holds(self, lab: WatchedLab) -> bool:
        """Whether it is so now, as the kernels and daemons have told."""
