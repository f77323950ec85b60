"""What a fault does to the design: the words between a fault and the windows that `plan.predict` computes."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Cables that stop carrying packets from `at` to `until` (None: for good).

    `carrier_lost_at` are the nodes whose port loses carrier: they know at once. Everybody else whose
    session crosses one of `cables` finds out by BFD or by the hold timer. Empty means a silent fault.
    """

    fault: str
    at: Seconds
    until: Seconds | None
    cables: tuple[str, ...]
    carrier_lost_at: tuple[str, ...] = ()
