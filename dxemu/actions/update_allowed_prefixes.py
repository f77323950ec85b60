"""The allowed prefixes of a Direct Connect gateway's association change while everything runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab, following, in_few_words, with_originated
from dxemu.aws.direct_connect_gateway import within
from dxemu.aws.quotas import ALLOWED_PREFIXES
from dxemu.errors import FaultNotApplied
from dxemu.parameters import count_field, networks_field, target_field
from dxemu.plan.model import Gateway, GatewayKind, Plan
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

    def planned(self, plan: Plan) -> Plan:
        """The edge announces what the customer hears of the gateway then."""
        for speaker in _speakers(plan, self.target):
            before = plan.speaker(speaker).originates
            wanted = self.wanted(plan, speaker, before)
            if refusal(plan, self.target, speaker, wanted) is None:
                plan = with_originated(plan, speaker, wanted, frozenset(before) - frozenset(wanted))
        return replace(plan, gateways=tuple(map(self._listed, plan.gateways)))

    def _listed(self, gateway: Gateway) -> Gateway:
        """A transit gateway's list is what it is now."""
        if gateway.node != self.target or gateway.kind is not GatewayKind.TRANSIT_GATEWAY:
            return gateway
        added, removed = self._prefixes
        attachments = (
            replace(one, allowed_prefixes=_changed(one.allowed_prefixes, added, removed)) for one in gateway.attachments
        )
        return replace(gateway, attachments=tuple(attachments))

    def mistake(self, plan: Plan) -> str:
        """The customer hears the same as before, or AWS refuses it as it would in a design."""
        clash = self._clash(plan)
        if clash or self.planned(plan) != plan:
            return clash
        speakers = _speakers(plan, self.target)
        return self._nothing(plan.speaker(speakers[0]).originates if speakers else ())

    def _nothing(self, heard: Sequence[IPNetwork]) -> str:
        return f"the customer goes on hearing {_in_words(heard)}: nothing of '{self.target}' comes or goes with it"

    def _clash(self, plan: Plan) -> str:
        """What AWS says to a transit gateway's prefix that overlaps with one of another transit gateway."""
        added, _ = self._prefixes
        made = plan.gateway_at(self.target)
        if made is None or made.kind is not GatewayKind.TRANSIT_GATEWAY:
            return ""
        for other, owner in _of_others(plan, self.target, _speakers(plan, self.target)).items():
            for prefix in added:
                if within(prefix, other) or within(other, prefix):
                    return f"{prefix} overlaps with {other}, an allowed prefix of '{owner}': AWS refuses it"
        return ""

    @property
    def _prefixes(self) -> tuple[tuple[IPNetwork, ...], frozenset[IPNetwork]]:
        """Those that are added, and those that are removed."""
        return following(self.add, self.count), frozenset(following(self.remove, self.count))

    def wanted(self, plan: Plan, speaker: str, before: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """What a speaker of the edge announces from now on where it has announced `before`.

        A transit gateway's prefixes literally, and another one's stay; of a virtual private gateway the VPC's networks
        that are inside what is added or removed: its list is a filter.
        """
        added, removed = self._prefixes
        made = plan.gateway_at(self.target)
        if made is not None and made.kind is not GatewayKind.TRANSIT_GATEWAY:
            gone = frozenset(cidr for cidr in made.prefixes if any(within(cidr, prefix) for prefix in removed))
            return _changed(before, [c for c in made.prefixes if any(within(c, prefix) for prefix in added)], gone)
        return _changed(before, added, removed - _of_others(plan, self.target, [speaker]).keys())

    async def do(self, lab: OperatedLab) -> str:
        """Change what the edge announces, and read its table back."""
        if clash := self._clash(lab.plan):
            raise FaultNotApplied(clash)
        said, same = [], True
        before: tuple[IPNetwork, ...] = ()
        for speaker in _speakers(lab.plan, self.target):
            before = lab.originated(speaker)
            wanted = self.wanted(lab.plan, speaker, before)
            same = same and set(wanted) == set(before)
            refused = refusal(lab.plan, self.target, speaker, wanted)
            if refused is None:
                announced = await lab.originate(speaker, wanted)
            else:
                said.append(refused)
                announced, wanted = lab.originated(speaker), tuple(before)
            if set(announced) != set(wanted):
                raise FaultNotApplied(f"{speaker} should announce {wanted}, its table says {announced}")
            said.append(f"{speaker} announces {_in_words(announced)}")
        if same:
            raise FaultNotApplied(self._nothing(before))
        return "; ".join(dict.fromkeys(said))


def _changed(
    before: Sequence[IPNetwork], added: Sequence[IPNetwork], removed: AbstractSet[IPNetwork]
) -> tuple[IPNetwork, ...]:
    return tuple(dict.fromkeys((*(prefix for prefix in before if prefix not in removed), *added)))


def _speakers(plan: Plan, gateway: str) -> list[str]:
    made = plan.gateway_at(gateway)
    return [] if made is None else [attachment.speaker for attachment in made.attachments]


def _of_others(plan: Plan, gateway: str, speakers: Collection[str]) -> dict[IPNetwork, str]:
    """The allowed prefixes of other transit gateways behind the same speakers, each with its gateway."""
    return {
        prefix: other.node
        for other in plan.gateways
        for attachment in other.attachments
        if other.node != gateway and attachment.speaker in speakers
        for prefix in attachment.allowed_prefixes
    }


def refusal(plan: Plan, gateway: str, speaker: str, wanted: Sequence[IPNetwork]) -> str | None:
    """What AWS says to more allowed prefixes than a transit gateway may have, IPv4 and IPv6 together."""
    made = plan.gateway_at(gateway)
    if made is None or made.kind is not GatewayKind.TRANSIT_GATEWAY:
        return None
    of_others = _of_others(plan, gateway, [speaker])
    return ALLOWED_PREFIXES.check(len([prefix for prefix in wanted if prefix not in of_others]), "prefixes")


def _in_words(prefixes: Sequence[IPNetwork]) -> str:
    return ", ".join(map(str, prefixes)) if 0 < len(prefixes) <= FEW else in_few_words(prefixes)
