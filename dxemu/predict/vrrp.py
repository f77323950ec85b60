"""When a backup router takes a virtual address over: VRRP's arithmetic (RFC 5798)."""

from __future__ import annotations

from dxemu.plan.model import VrrpGroup
from dxemu.predict.windows import Term, Window
from dxemu.units import Seconds

PRIORITY_STEPS = 256
ADVERTISEMENTS = 3


def skew_time(group: VrrpGroup, node: str) -> Seconds:
    """What a backup waits longer than one with a higher priority, so that the best of them is first.

    Source: RFC 5798 section 6.1; keepalived 2.2.7 vrrp.h counts it in whole microseconds.
    """
    priority = dict(group.priorities)[node]
    return Seconds(round((PRIORITY_STEPS - priority) * group.advertisement_interval / PRIORITY_STEPS, 6))


def master_down(group: VrrpGroup, node: str) -> Window:
    """How long after the master's last sign of life `node` is master, if no router of higher priority is there.

    Counted from the master's death; its last advertisement was up to one interval before. Raises KeyError unless
    `node` is in the group.
    """
    interval = group.advertisement_interval
    skew, priority = skew_time(group, node), dict(group.priorities)[node]
    wait = ADVERTISEMENTS * float(interval)
    return Window().plus(
        Term(f"VRRP {ADVERTISEMENTS} x {interval} =", wait, wait, "RFC 5798 6.1: Master_Down_Interval"),
        Term(f"plus skew of priority {priority} =", skew, skew, "RFC 5798 6.1: Skew_Time"),
        Term("since the last advertisement", -float(interval), 0, "RFC 5798 6.4.3: one each Advertisement_Interval"),
    )
