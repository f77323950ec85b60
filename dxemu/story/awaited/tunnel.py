"""A tunnel goes down, or comes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.story.awaited.base import Awaited, WatchedLab


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelAwaited(Awaited):
    """By its IKE: down as soon as one of its ends says so, up once both do."""

    of: ClassVar[str] = "tunnel"
    words: ClassVar[str] = "one of its ends says that its IKE and ESP are gone, or both that they are there"
    example: ClassVar[str] = "{tunnel: vpn_tunnel_1, is: down}"

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=("up", "down"))

    @property
    def needs_a_cause(self) -> bool:
        """Whether it is down."""
        return self.is_ == "down"

    def holds(self, lab: WatchedLab) -> bool:
        """By what each end said last."""
        tunnel = lab.plan.tunnel_named(self.name)
        ends = () if tunnel is None else tunnel.ends
        up = bool(ends) and all(lab.is_up("tunnel", self.name, end.node) for end in ends)
        return up is (self.is_ == "up")
