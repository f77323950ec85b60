"""What a fault does to the design: the words between a fault and the windows that `plan.predict` computes."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.units import Seconds


def vlan_of(virtual_interface: str) -> str:
    """The name among an impact's cables that stands for one virtual interface's VLAN."""
    return f"vif:{virtual_interface}"


def is_vlan(name: str) -> bool:
    """Whether a name among cables stands for a virtual interface's VLAN."""
    return name.startswith("vif:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Cables that stop carrying packets from `at` to `until` (None: for good).

    A virtual interface alone is written as `vlan_of` says, among the cables.

    `carrier_lost_at` are the nodes whose port loses carrier: they know at once. Everybody else whose
    session crosses one of `cables` finds out by BFD or by the hold timer. Empty means a silent fault.
    """

    fault: str
    at: Seconds
    until: Seconds | None
    cables: tuple[str, ...]
    carrier_lost_at: tuple[str, ...] = ()
