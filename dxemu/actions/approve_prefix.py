"""AWS has verified who owns a prefix, and approves it for a public virtual interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.aws.public_vif import refusal
from dxemu.errors import FaultNotApplied
from dxemu.parameters import network_field, target_field
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePrefix(Action):
    """AWS accepts `prefix` from now on; without it, everything that was refused and that a customer can own.

    What was announced before that stays refused until the BGP session is cleared.
    Source: github.com/0-draft/cross-connect, docs/04, on the Direct Connect User Guide; read 2026-11-23.
    """

    words: ClassVar[str] = "AWS approves what is announced there; what was announced before stays refused until a clear"

    virtual_interface: str | None = target_field()
    prefix: IPNetwork | None = network_field()

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
