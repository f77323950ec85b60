"""A tunnel goes down, or comes up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.plan.model import Plan
from dxemu.story.awaited.base import UpOrDown


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelAwaited(UpOrDown):
    """By its IKE."""

    of: ClassVar[str] = "tunnel"
    words: ClassVar[str] = "one of its ends says that its IKE and ESP are gone, or both that they are there"
    example: ClassVar[str] = "{tunnel: vpn_tunnel_1, is: down}"
    sign: ClassVar[str] = "tunnel"

    def ends(self, plan: Plan) -> Sequence[tuple[str, str]]:
        """Where it begins and ends."""
        tunnel = plan.tunnel_named(self.name)
        return () if tunnel is None else [(self.name, end.node) for end in tunnel.ends]
