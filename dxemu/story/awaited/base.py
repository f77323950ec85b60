"""What every event is that can be waited for, and what a lab is to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from dxemu.parameters import Need, Takes, parameter, parameters_of
from dxemu.plan.model import Plan
from dxemu.registry import kind_of
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

    @property
    def text(self) -> str:
        """As it is written: `session primary is down`."""
        known = ((p.key, getattr(self, p.attribute)) for p in parameters_of(type(self)))
        words = (kind_of(type(self)), self.name, *(f"{key} {value}" for key, value in known if value is not None))
        return " ".join(words)

    @abstractmethod
    def holds(self, lab: WatchedLab) -> bool:
        """Whether it is so now, as the kernels and daemons have told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOrDown(Awaited):
    """Of what has two ends: down as soon as one of them says so, up once both do. `sign` is what they say it by."""

    sign: ClassVar[str]

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=("up", "down"))

    @abstractmethod
    def nodes(self, plan: Plan) -> Sequence[str]:
        """The nodes at its ends; none if the plan does not have it."""

    @property
    def needs_a_cause(self) -> bool:
        """Whether it is down."""
        return self.is_ == "down"

    def holds(self, lab: WatchedLab) -> bool:
        """By what each end said last."""
        nodes = self.nodes(lab.plan)
        up = bool(nodes) and all(lab.is_up(self.sign, self.name, node) for node in nodes)
        return up is (self.is_ == "up")
