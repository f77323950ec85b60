"""The allowed prefixes of a Direct Connect gateway's association change while everything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab, following, in_few_words
from dxemu.aws.quotas import ALLOWED_PREFIXES
from dxemu.errors import FaultNotApplied
from dxemu.parameters import count_field, networks_field, target_field
from dxemu.plan.model import GatewayKind, Plan
from dxemu.units import IPNetwork

FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAllowedPrefixes(Action):
    """Prefixes are added to or removed from what customers hear of the gateway; BGP is not reset.

    `count` networks of that size one after the other. More than a transit gateway may have are refused, as a whole.
    AWS needs 1 to 6 minutes for it by users' reports and publishes nothing; here it happens at once.
    Source: Direct Connect User Guide, "Allowed prefixes interactions"; read 2026-11-23.
    """

    words: ClassVar[str] = "what AWS announces for this gateway changes, without a reset of BGP"

    gateway: str | None = target_field("association")
    add: tuple[IPNetwork, ...] = networks_field()
    remove: tuple[IPNetwork, ...] = networks_field()
    count: int = count_field(words="so many networks from each on")

    async def do(self, lab: OperatedLab) -> str:
        """Change what the edge announces, and read its table back."""
        added, removed = following(self.add, self.count), set(following(self.remove, self.count))
        said = []
        for speaker in _speakers(lab.plan, self.target):
            before = lab.originated(speaker)
            wanted = (
                *(prefix for prefix in before if prefix not in removed),
                *(prefix for prefix in added if prefix not in before),
            )
            refused = refusal(lab.plan, self.target, speaker, wanted)
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
    made = plan.gateway_at(gateway)
    return [] if made is None else [attachment.speaker for attachment in made.attachments]


def refusal(plan: Plan, gateway: str, speaker: str, wanted: Sequence[IPNetwork]) -> str | None:
    """What AWS says to more allowed prefixes than a transit gateway may have, IPv4 and IPv6 together."""
    made = plan.gateway_at(gateway)
    if made is None or made.kind is not GatewayKind.TRANSIT_GATEWAY:
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
