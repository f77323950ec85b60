"""A shaper: what leaves by an interface beyond a rate waits in a queue (tc's token bucket filter).

For interfaces without a queue of their own, as a VLAN's: the frames then go on to the port's netem one by one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from dxemu.errors import LabError
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.session import NLM_F_CREATE, Netlink

ROOT_HANDLE = 0x20000
_TCA_TBF_PARMS, _TCA_TBF_RATE64, _TCA_TBF_BURST = 1, 4, 6
_PARMS = struct.Struct("=12s12sIII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Rate in bits per second of frames with their Ethernet header.

    `bucket` bytes may leave at once; it holds at least the longest frame. `queue` bytes wait at most, the rest is lost.
    """

    rate_bps: int
    bucket: int
    queue: int


async def apply(
    netlink: Netlink, interface: str, shape: Shape, *, parent: int = tc.TC_H_ROOT, handle: int = ROOT_HANDLE
) -> None:
    """Set it, or change it. Raises NetlinkError, also if the interface has another queueing discipline there."""
    burst = tc.ticks(shape.bucket, shape.rate_bps)
    options = [
        attribute(_TCA_TBF_PARMS, _PARMS.pack(tc.ratespec(shape.rate_bps), b"", shape.queue, burst, 0)),
        tc.u64(_TCA_TBF_RATE64, shape.rate_bps // 8),
        attribute(_TCA_TBF_BURST, struct.pack("=I", shape.bucket)),
    ]
    payload = tc.request(await netlink.index(interface), parent, handle)
    payload += attribute(tc.TCA_KIND, tc.text("tbf")) + attribute(tc.TCA_OPTIONS, options)
    await netlink.request(f"shaper on {interface}", Raw(payload=payload), tc.RTM_NEWQDISC, NLM_F_CREATE)


async def read(netlink: Netlink, interface: str, *, handle: int = ROOT_HANDLE) -> tuple[Shape, tc.Counters]:
    """What the kernel says, and what it has counted. Raises LabError if there is no shaper on it."""
    found = (await tc.read_qdiscs(netlink, interface)).get(handle)
    if found is None or found.kind != "tbf":
        raise LabError(f"{netlink.namespace.name} has no shaper on {interface}")
    options = attributes(found.options)
    spec, _, queue, burst, _ = _PARMS.unpack_from(options[_TCA_TBF_PARMS])
    rate = tc.rate_of(spec, options.get(_TCA_TBF_RATE64))
    return Shape(rate_bps=rate, bucket=tc.size_of(burst, rate), queue=queue), found.counters


async def delete(netlink: Netlink, interface: str) -> None:
    """Take it off; what waits is lost. Raises NetlinkError if there is none."""
    await tc.delete_qdisc(netlink, interface, tc.TC_H_ROOT)
