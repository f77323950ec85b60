"""The allowed prefixes of a Direct Connect gateway's association change while everything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import Lasting, OperatedLab, following, in_few_words, nested, plan_of
from dxemu.aws.direct_connect_gateway import announced_of_virtual_private_gateway, within
from dxemu.aws.quotas import ALLOWED_PREFIXES
from dxemu.errors import FaultNotApplied, WithoutEffect
from dxemu.parameters import count_field, networks_field, target_field
from dxemu.plan.model import Gateway, GatewayKind, Plan
from dxemu.units import IPNetwork

if TYPE_CHECKING:
    from dxemu.topology.document import Document
    from dxemu.topology.file_aws import AssociationEntry

FEW = 8
NOBODYS: IPNetwork = ip_network("192.0.2.0/32")
"""In a list that lets nothing of a VPC through: an empty one lets everything through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAllowedPrefixes(Lasting):
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

    def patch(self, design: Document) -> Mapping[str, object]:
        """The lists of its associations are others, and the edge announces what the customer hears of it then."""
        plan = plan_of(design)
        if clash := self._clash(plan):
            raise WithoutEffect(clash)
        speakers = _speakers(plan, self.target)
        heard = {speaker: plan.speaker(speaker).originates for speaker in speakers}
        if all(set(self.wanted(plan, speaker, before)) == set(before) for speaker, before in heard.items()):
            raise WithoutEffect(self._nothing(next(iter(heard.values()), ())))
        gateways = {
            name: {
                "associations": {self.target: {"allowed_prefixes": self._list(plan, dxgw.associations[self.target])}}
            }
            for name, dxgw in design.file().aws.direct_connect_gateways.items()
            if self.target in dxgw.associations
        }
        return nested(("aws", "direct_connect_gateways"), gateways)

    def _list(self, plan: Plan, association: AssociationEntry) -> list[str]:
        """A transit gateway's prefixes are announced; of a virtual private gateway they let CIDRs of its VPC pass."""
        added, removed = self._prefixes
        before = tuple(association.allowed_prefixes or ())
        after = _changed(before, added, removed)
        made = plan.gateway_at(self.target)
        if made is not None and made.kind is not GatewayKind.TRANSIT_GATEWAY:
            heard = announced_of_virtual_private_gateway(made.prefixes, before)
            wanted = self._of_a_filter(made, heard)
            if not before or set(announced_of_virtual_private_gateway(made.prefixes, after)) != set(wanted):
                after = wanted or (NOBODYS,)
        return [str(prefix) for prefix in after]

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
            return self._of_a_filter(made, before)
        return _changed(before, added, removed - _of_others(plan, self.target, [speaker]).keys())

    def _of_a_filter(self, made: Gateway, before: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """What passes a virtual private gateway's list where `before` did, with the CIDRs that come and go."""
        added, removed = self._prefixes
        gone = frozenset(cidr for cidr in made.prefixes if any(within(cidr, prefix) for prefix in removed))
        return _changed(before, [c for c in made.prefixes if any(within(c, prefix) for prefix in added)], gone)

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
