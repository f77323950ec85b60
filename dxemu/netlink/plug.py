"""A queue that can be plugged: what comes waits until it is released, and then all of it leaves in its order.

The kernel does not tell whether it is plugged; that packets wait in it is in its counters.
"""

from __future__ import annotations

import struct
from enum import IntEnum

from dxemu.errors import LabError
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute
from dxemu.netlink.session import NLM_F_CREATE, Netlink

_OPTIONS = struct.Struct("=iI")
KIND = "plug"


class Valve(IntEnum):
    """What can be asked of it (linux/pkt_sched.h: TCQ_PLUG_*)."""

    HOLD = 0
    RELEASE = 2
    SIZE = 3


async def apply(netlink: Netlink, interface: str, valve: Valve, size: int, *, parent: int, handle: int) -> None:
    """Make it, holding everything, or turn its valve. It has room for `size` bytes. Raises NetlinkError."""
    payload = tc.request(await netlink.index(interface), parent, handle)
    payload += attribute(tc.TCA_KIND, tc.text(KIND)) + attribute(tc.TCA_OPTIONS, _OPTIONS.pack(int(valve), size))
    await netlink.request(f"plug on {interface}", Raw(payload=payload), tc.RTM_NEWQDISC, NLM_F_CREATE)


async def read(netlink: Netlink, interface: str, *, handle: int) -> tc.Counters:
    """What it has counted. Raises LabError if there is none."""
    found = (await tc.read_qdiscs(netlink, interface)).get(handle)
    if found is None or found.kind != KIND:
        raise LabError(f"{netlink.namespace.name} has no plug on {interface}")
    return found.counters
