"""The allowed prefixes of a Direct Connect gateway's association change while everything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab, in_few_words, prefixes_of
from dxemu.aws.quotas import ALLOWED_PREFIXES
from dxemu.errors import FaultNotApplied
from dxemu.plan.model import GatewayKind, Plan
from dxemu.units import IPNetwork

FEW = 8


class UpdateAllowedPrefixes(Action):
    """Prefixes are added to or removed from what customers hear of the gateway; BGP is not reset.

    `count` networks of that size one after the other. More than a transit gateway may have are refused, as a whole.
    AWS needs 1 to 6 minutes for it by users' reports and publishes nothing; here it happens at once.
    Source: Direct Connect User Guide, "Allowed prefixes interactions"; read 2026-11-23.
    """

    targets: ClassVar[Mapping[str, str]] = {
        "gateway": "association",
        "add": "prefixes?",
        "remove": "prefixes?",
        "count": "count?",
    }

    async def do(self, lab: OperatedLab) -> str:
        """Change what the edge announces, and read its table back."""
        added, removed = prefixes_of(self.parameters, "add"), set(prefixes_of(self.parameters, "remove"))
        said = []
        for speaker in _speakers(lab.plan, self.parameters["gateway"]):
            before = lab.originated(speaker)
            wanted = (
                *(prefix for prefix in before if prefix not in removed),
                *(prefix for prefix in added if prefix not in before),
            )
            refused = refusal(lab.plan, self.parameters["gateway"], speaker, wanted)
            if refused is None:
                announced = await lab.originate(speaker, wanted)
            else:
                said.append(refused)
                announced, wanted = lab.originated(speaker), before
            if set(announced) != set(wanted):
                raise FaultNotApplied(f"{speaker} should announce {wanted}, its table says {announced}")
            said.append(f"{speaker} announces {_listed(announced)}")
        return "; ".join(dict.fromkeys(said))


def _speakers(plan: Plan, gateway: str) -> list[str]:
    return [a.speaker for g in plan.gateways if g.node == gateway for a in g.attachments]


def refusal(plan: Plan, gateway: str, speaker: str, wanted: Sequence[IPNetwork]) -> str | None:
    """What AWS says to more allowed prefixes than a transit gateway may have, IPv4 and IPv6 together."""
    if all(g.kind is not GatewayKind.TRANSIT_GATEWAY for g in plan.gateways if g.node == gateway):
        return None
    of_others = {
        prefix
        for other in plan.gateways
        for attachment in other.attachments
        if other.node != gateway and attachment.speaker == speaker
        for prefix in attachment.allowed_prefixes
    }
    return ALLOWED_PREFIXES.check(len([prefix for prefix in wanted if prefix not in of_others]), "prefixes")


def _listed(prefixes: Sequence[IPNetwork]) -> str:
    return ", ".join(map(str, prefixes)) if 0 < len(prefixes) <= FEW else in_few_words(prefixes)
