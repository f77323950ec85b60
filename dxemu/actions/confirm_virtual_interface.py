"""The other account accepts a hosted virtual interface: from `confirming` it becomes usable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.errors import FaultNotApplied


class ConfirmVirtualInterface(Action):
    """AWS configures its end of the VLAN.

    Source: Direct Connect API, ConfirmPrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
    """

    targets: ClassVar[Mapping[str, str]] = {"virtual_interface": "virtual_interface"}

    async def do(self, lab: OperatedLab) -> str:
        """Switch AWS's end of the VLAN on; its kernel is asked."""
        if not await lab.confirm(self.target):
            raise FaultNotApplied(f"AWS's end of {self.target} should be up, the kernel says it is down")
        return f"AWS's end of {self.target} is up"
