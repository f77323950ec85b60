"""What queueing disciplines and policers share of traffic control's messages (linux/rtnetlink.h, linux/pkt_sched.h).

pyroute2 0.9.7 knows no rates above 32 bits, and computes rate tables that the kernel ignores: these messages are bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.session import NLM_F_DUMP, Netlink

RTM_NEWQDISC, RTM_DELQDISC, RTM_GETQDISC = 36, 37, 38
TC_H_ROOT = 0xFFFFFFFF
TCA_KIND, TCA_OPTIONS, TCA_STATS2 = 1, 2, 7
TICK_NS = 64
"""The unit of times in these messages: net/pkt_sched.h, PSCHED_SHIFT."""

MAX_RATE32_BYTES = 0xFFFFFFFF
_TCMSG = struct.Struct("=BxxxiIII")
_RATESPEC = struct.Struct("=BBHhHI")
_LINKLAYER_ETHERNET = 1
_ANY_CELL_LOG = 1
_TCA_STATS_BASIC, _TCA_STATS_QUEUE = 1, 3
_BASIC = struct.Struct("=QI")
_QUEUE = struct.Struct("=IIIII")
_NS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What came to a policer or left a queue in `packets` and `bytes` as the kernel counts them; packets `dropped`.

    `waiting` are the packets that are in it, and in those below it.
    """

    packets: int
    bytes: int
    dropped: int
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Qdisc:
    """A queueing discipline of an interface: the kernel's `kind`, whose child it is, its `options` as bytes."""

    kind: str
    parent: int
    options: bytes
    counters: Counters


def request(index: int, parent: int, handle: int, info: int = 0) -> bytes:
    """Struct tcmsg: what every message of traffic control begins with."""
    return _TCMSG.pack(0, index, handle, parent, info)


def attributes_of(payload: bytes) -> tuple[int, int, dict[int, bytes]]:
    """Of an answer: the interface's number, the parent, the attributes."""
    _, index, _, parent, _ = _TCMSG.unpack_from(payload)
    return index, parent, attributes(payload[_TCMSG.size :])


def text(value: str) -> bytes:
    """As the kernel wants a name."""
    return value.encode() + b"\0"


def ratespec(rate_bps: int, overhead: int = 0) -> bytes:
    """Struct tc_ratespec. `overhead`: bytes that count for each packet beside those the kernel sees."""
    rate = min(rate_bps // 8, MAX_RATE32_BYTES)
    return _RATESPEC.pack(_ANY_CELL_LOG, _LINKLAYER_ETHERNET, overhead, 0, 0, rate)


def rate_of(spec: bytes, rate64: bytes | None) -> int:
    """The rate in bits per second: the 64-bit one if it is there."""
    if rate64 is not None:
        return int(struct.unpack("=Q", rate64)[0]) * 8
    return int(_RATESPEC.unpack_from(spec)[5]) * 8


def u64(kind: int, value: int) -> bytes:
    """An attribute of 64 bits."""
    return attribute(kind, struct.pack("=Q", value))


def ticks(size: int, rate_bps: int) -> int:
    """How long `size` bytes take at a rate, in the kernel's ticks."""
    return round(size * 8 * _NS / rate_bps / TICK_NS)


def size_of(count: int, rate_bps: int) -> int:
    """How many bytes go in a number of ticks, to the nearest byte."""
    return round(count * TICK_NS * rate_bps / 8 / _NS)


def counters_of(stats: bytes) -> Counters:
    """From TCA_STATS2 or TCA_ACT_STATS."""
    found = attributes(stats)
    count, packets = _BASIC.unpack_from(found[_TCA_STATS_BASIC])
    waiting, _, dropped, _, _ = _QUEUE.unpack_from(found[_TCA_STATS_QUEUE])
    return Counters(packets=packets, bytes=count, dropped=dropped, waiting=waiting)


async def read_qdiscs(netlink: Netlink, interface: str) -> Mapping[int, Qdisc]:
    """The queueing disciplines of an interface by their handles. Raises LabError if there is no such interface."""
    index = await netlink.index(interface)
    found = {}
    question = Raw(payload=request(index, 0, 0))
    for answer in await netlink.request("read queueing disciplines", question, RTM_GETQDISC, NLM_F_DUMP):
        _, number, handle, parent, _ = _TCMSG.unpack_from(answer.payload)
        if number == index:
            about = attributes(answer.payload[_TCMSG.size :])
            found[handle] = Qdisc(
                kind=about[TCA_KIND].rstrip(b"\0").decode(),
                parent=parent,
                options=about.get(TCA_OPTIONS, b""),
                counters=counters_of(about[TCA_STATS2]),
            )
    return found


async def delete_qdisc(netlink: Netlink, interface: str, parent: int, handle: int = 0) -> None:
    """Take one off, with those below it; what they hold is lost. Raises NetlinkError if there is none."""
    payload = request(await netlink.index(interface), parent, handle)
    await netlink.request(f"delete a queue of {interface}", Raw(payload=payload), RTM_DELQDISC)
