"""AWS has verified who owns a prefix, and approves it for a public virtual interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import Lasting, OperatedLab, announced_otherwise, announcements_patch, nested, plan_of
from dxemu.aws.direct_connect_gateway import within
from dxemu.aws.public_vif import refusal
from dxemu.control.converge import announcements
from dxemu.errors import FaultNotApplied, WithoutEffect
from dxemu.parameters import network_field, target_field
from dxemu.plan.model import Plan
from dxemu.topology.model_routing import RouterAnnouncement
from dxemu.units import IPNetwork

if TYPE_CHECKING:
    from dxemu.topology.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePrefix(Lasting):
    """AWS accepts `prefix` from now on; without it, everything that was refused and that a customer can own.

    What was announced before that stays refused until the BGP session is cleared.
    Source: github.com/0-draft/cross-connect, docs/04, on the Direct Connect User Guide; read 2026-11-23.
    """

    words: ClassVar[str] = "AWS approves what is announced there; what was announced before stays refused until a clear"

    on_clear: ClassVar[bool] = True
    virtual_interface: str | None = target_field()
    prefix: IPNetwork | None = network_field()

    def patch(self, design: Document) -> Mapping[str, object]:
        """AWS's list has it, too; the customer's router goes on announcing what it does, and nothing more."""
        vif = design.file().virtual_interfaces[self.target]
        if vif.type != "public":
            raise WithoutEffect(f"AWS approves no prefixes on '{self.target}': it is {vif.type}")
        plan = plan_of(design)
        wanted = _refused(plan, self.target) if self.prefix is None else (self.prefix,)
        reasons = [reason for prefix in wanted if (reason := refusal(prefix)) is not None]
        more = [p for p in wanted if not any(within(p, approved) for approved in vif.route_filter_prefixes)]
        if reasons or not more:
            why = reasons[0] if reasons else "nothing of it is refused"
            raise WithoutEffect(f"there is nothing to approve on '{self.target}': {why}")
        own = {prefix for speaker in plan.speakers for prefix in speaker.originates}
        mine = vif.customer.announce
        announced = [prefix for prefix in vif.route_filter_prefixes if prefix in own] if mine is None else mine
        after: dict[str, object] = {"route_filter_prefixes": [str(p) for p in (*vif.route_filter_prefixes, *more)]}
        if mine is None and announced:  # else it would follow what AWS takes
            after["customer"] = {"announce": [str(prefix) for prefix in announced]}
        patch = nested(("virtual_interfaces", self.target), after)
        otherwise = announced_otherwise(design.file())
        later = {
            str(p): RouterAnnouncement.WITHHOLD.value
            for p in more
            if not any(within(one, p) for one in announced) and p not in otherwise
        }
        router = plan.sessions_on(self.target)[0].ends[0].speaker
        return {**patch, **announcements_patch(design.file(), {router: later} if later else {})}

    async def do(self, lab: OperatedLab) -> str:
        """Approve, and say what is still refused."""
        vif = self.target
        refused = lab.refused_on(vif)
        prefixes = [prefix for prefix in refused if refusal(prefix) is None]
        if self.prefix is not None:
            prefixes = [self.prefix]
        reasons = [reason for prefix in prefixes if (reason := refusal(prefix)) is not None]
        if reasons or not prefixes:
            raise FaultNotApplied(
                f"there is nothing to approve on {vif}: {reasons[0] if reasons else 'nothing is refused'}"
            )
        accepted = lab.approve(vif, prefixes)
        waiting = [str(prefix) for prefix in prefixes if prefix in lab.refused_on(vif)]
        said = f"AWS accepts {', '.join(str(prefix) for prefix in accepted)}"
        return f"{said}; until a clear {', '.join(waiting)} stays refused" if waiting else said


def _refused(plan: Plan, virtual_interface: str) -> tuple[IPNetwork, ...]:
    """What the customer announces there that AWS does not take and may approve."""
    found: dict[IPNetwork, None] = {}
    told = announcements(plan)
    for session in plan.sessions_on(virtual_interface):
        for announcement in told.get((session.name, session.ends[0].speaker), ()):
            prefix = announcement.prefix
            accepted = session.route_filter_prefixes or ()
            if refusal(prefix) is None and not any(within(prefix, one) for one in accepted):
                found[prefix] = None
    return tuple(found)
