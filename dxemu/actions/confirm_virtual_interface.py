"""The other account accepts a hosted virtual interface: from `confirming` it becomes usable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import Lasting, OperatedLab, nested
from dxemu.errors import FaultNotApplied, WithoutEffect
from dxemu.parameters import target_field

if TYPE_CHECKING:
    from dxemu.topology.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmVirtualInterface(Lasting):
    """AWS configures its end of the VLAN.

    Source: Direct Connect API, ConfirmPrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
    """

    words: ClassVar[str] = "its owner accepts a hosted virtual interface"

    virtual_interface: str | None = target_field()

    def patch(self, design: Document) -> Mapping[str, object]:
        """Its sessions have both ends."""
        if design.file().virtual_interfaces[self.target].confirmed:
            raise WithoutEffect(f"'{self.target}' is accepted already: AWS's end is up")
        return nested(("virtual_interfaces", self.target, "confirmed"), True)

    async def do(self, lab: OperatedLab) -> str:
        """Switch AWS's end of the VLAN on; its kernel is asked."""
        if not await lab.confirm(self.target):
            raise FaultNotApplied(f"AWS's end of {self.target} should be up, the kernel says it is down")
        return f"AWS's end of {self.target} is up"
