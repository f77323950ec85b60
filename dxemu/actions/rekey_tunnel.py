"""New keys for an IPsec tunnel, as both ends make them by themselves before a lifetime is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.parameters import target_field

WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyTunnel(Action):
    """A new pair of ESP keys (CREATE_CHILD_SA, RFC 7296 section 1.3.3), started by the customer's end."""

    words: ClassVar[str] = "new keys for its ESP"

    tunnel: str | None = target_field()

    async def do(self, lab: OperatedLab) -> str:
        """Ask charon for it, and wait until it says that it is done."""
        await lab.rekey(self.target)
        event = await lab.journal.wait_for(f"the rekeying of {self.target}", self._is_done, WITHIN_S)
        assert isinstance(event, TunnelChanged)
        return f"{event.node} has new keys"

    def _is_done(self, event: Event) -> bool:
        return isinstance(event, TunnelChanged) and event.tunnel == self.target and event.state == "rekeyed"
