"""The allowed prefixes of a Direct Connect gateway's association change while everything runs."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import Action
from dxemu.errors import FaultNotApplied

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


class UpdateAllowedPrefixes(Action):
    """One prefix is added to or removed from what customers hear of the gateway; BGP is not reset.

    AWS needs 1 to 6 minutes for it by users' reports and publishes nothing; here it happens at once.
    Source: Direct Connect User Guide, "Allowed prefixes interactions"; read 2026-11-23.
    """

    targets: ClassVar[Mapping[str, str]] = {"gateway": "association", "add": "prefix?", "remove": "prefix?"}

    async def do(self, lab: Lab) -> str:
        """Change what the edge announces, and read its table back."""
        added = {ip_network(self.parameters[key]) for key in ("add",) if key in self.parameters}
        removed = {ip_network(self.parameters[key]) for key in ("remove",) if key in self.parameters}
        speakers = [
            attachment.speaker
            for gateway in lab.plan.gateways
            if gateway.node == self.parameters["gateway"]
            for attachment in gateway.attachments
        ]
        said = []
        for speaker in speakers:
            before = lab.plan.speaker(speaker).originates
            wanted = (*(prefix for prefix in before if prefix not in removed), *(added - set(before)))
            announced = await lab.originate(speaker, wanted)
            if set(announced) != set(wanted):
                raise FaultNotApplied(f"{speaker} should announce {wanted}, its table says {announced}")
            said.append(f"{speaker} announces {', '.join(str(prefix) for prefix in announced) or 'nothing'}")
        return "; ".join(said)
