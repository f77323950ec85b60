"""The two ends of a VPN tunnel no longer agree on how keys for ESP are renewed: they refuse each other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, KeysKept, node_of, sessions_of
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyRefused(Fault):
    """AWS's end is given another Diffie-Hellman group for phase 2: who asks for new keys hears NO_PROPOSAL_CHOSEN.

    The keys that are there go on, BGP and dead peer detection see nothing, and strongSwan asks again every 6 to 15 s.
    When the keys' lifetime ends the tunnel is down while IKE stays up, and nobody connects until the fault is healed.
    """

    words: ClassVar[str] = "new keys for ESP are refused; the tunnel ends with the lifetime of those it has"
    imitates: ClassVar[str] = (
        "a Diffie-Hellman group of phase 2 (PFS) that one end has not: IKEv2 needs none for the first keys, so that the"
        " tunnel comes up and falls at its first renewal"
    )
    leaves_out: ClassVar[str] = (
        "new keys of IKE itself; keys half of whose life is over: the tunnel authenticates again when the fault"
        " strikes, without a gap, and the shorter end's `phase2_lifetime` counts from there"
    )
    takes: ClassVar[str] = "IKE daemon"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.refused_keys",)

    tunnel: str | None = target_field()

    def mistake(self, plan: Plan) -> str:
        """A tunnel that never comes up has no keys."""
        never = any(one.mismatch is not None for one in sessions_of(plan, "tunnel", self.target))
        return f"'{self.target}' never comes up as it is designed" if never else ""

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Nothing, until the lifetime of the keys ends."""
        return (KeysKept(plan.tunnel(self.target).name),)

    async def inject(self, lab: BreakableLab) -> str:
        """Give it the group, and ask for new keys; charon's own words are given."""
        said = await lab.control.refuse_keys(self.target, refused=True)
        return f"{node_of(lab.plan, 'tunnel', self.target)} takes no new keys: {said}"

    async def heal(self, lab: BreakableLab) -> str:
        """Give it back the group that it had, and ask for new keys, or have the tunnel connect."""
        said = await lab.control.refuse_keys(self.target, refused=False)
        return f"{node_of(lab.plan, 'tunnel', self.target)} takes new keys: {said}"
