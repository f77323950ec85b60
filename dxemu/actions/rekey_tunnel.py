"""New keys for an IPsec tunnel, as both ends make them by themselves before a lifetime is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
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
        event = await lab.journal.wait_for(
            f"the rekeying of {self.target}",
            lambda e: e["event"] == "tunnel" and e["tunnel"] == self.target and e["state"] == "rekeyed",
            WITHIN_S,
        )
        return f"{event['node']} has new keys"
