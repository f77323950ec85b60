"""A policer: what comes in by an interface beyond a rate is dropped at once (tc's ingress qdisc and police action)."""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass

from dxemu.errors import LabError
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink, NetlinkError

RTM_NEWQDISC, RTM_DELQDISC = 36, 37
RTM_NEWTFILTER, RTM_GETTFILTER = 44, 46
TC_H_INGRESS = 0xFFFFFFF1
ETHERNET_HEADER = 14
"""Bytes that the kernel has taken off before it polices: counted again, so that the rate is one of frames."""

_HANDLE = 0xFFFF0000
_ETH_P_ALL = 3
_PRIORITY = 10
_TCA_MATCHALL_ACT = 2
_TCA_ACT_KIND, _TCA_ACT_OPTIONS, _TCA_ACT_STATS = 1, 2, 4
_TCA_POLICE_TBF, _TCA_POLICE_RATE, _TCA_POLICE_RATE64 = 1, 2, 8
_TC_ACT_SHOT = 2
_ANY_SIZE = 0x7FFFFFFF
_POLICE = struct.Struct("=IiIII12s12siiI")
_RATE_TABLE = bytes(1024)
"""Has to be there and is not looked at: the kernel computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Police:
    """Rate in bits per second of frames with their Ethernet header; up to `burst` bytes at once pass beyond it."""

    rate_bps: int
    burst: int


async def apply(netlink: Netlink, interface: str, police: Police) -> None:
    """Set it, or set it anew: its bucket is full and its counters are 0 then. Raises NetlinkError."""
    index = await netlink.index(interface)
    if not await make_ingress(netlink, interface):
        await delete(netlink, interface)  # matchall cannot be changed in place
        await make_ingress(netlink, interface)
    info = _PRIORITY << 16 | socket.htons(_ETH_P_ALL)
    request = Raw(payload=tc.request(index, _HANDLE, 1, info) + _matchall(police))
    await netlink.request(f"policer on {interface}", request, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL)


async def make_ingress(netlink: Netlink, interface: str) -> bool:
    """What filters of incoming frames hang on. Gives whether it was not there already. Raises NetlinkError."""
    head = tc.request(await netlink.index(interface), TC_H_INGRESS, _HANDLE)
    request = Raw(payload=head + attribute(tc.TCA_KIND, tc.text("ingress")))
    try:
        await netlink.request(f"ingress on {interface}", request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL)
    except NetlinkError as error:
        if error.errno != errno.EEXIST:
            raise
        return False
    return True


def _matchall(police: Police) -> bytes:
    burst = tc.ticks(police.burst, police.rate_bps)
    rate = tc.ratespec(police.rate_bps, ETHERNET_HEADER)
    parameters = _POLICE.pack(0, _TC_ACT_SHOT, 0, burst, _ANY_SIZE, rate, b"", 0, 0, 0)
    options = [
        attribute(_TCA_POLICE_TBF, parameters),
        attribute(_TCA_POLICE_RATE, _RATE_TABLE),
        tc.u64(_TCA_POLICE_RATE64, police.rate_bps // 8),
    ]
    action = [attribute(_TCA_ACT_KIND, tc.text("police")), attribute(_TCA_ACT_OPTIONS, options)]
    first = attribute(_TCA_MATCHALL_ACT, [attribute(1, action)])
    return attribute(tc.TCA_KIND, tc.text("matchall")) + attribute(tc.TCA_OPTIONS, [first])


async def read(netlink: Netlink, interface: str) -> tuple[Police, tc.Counters]:
    """What the kernel says, and what it has counted. Raises LabError if there is no policer on it."""
    index = await netlink.index(interface)
    request = Raw(payload=tc.request(index, _HANDLE, 0))
    for answer in await netlink.request(f"read the policer on {interface}", request, RTM_GETTFILTER, NLM_F_DUMP):
        _, _, found = tc.attributes_of(answer.payload)
        actions = attributes(attributes(found.get(tc.TCA_OPTIONS, b"")).get(_TCA_MATCHALL_ACT, b""))
        for action in map(attributes, actions.values()):
            if action[_TCA_ACT_KIND] == tc.text("police"):
                return _police_of(attributes(action[_TCA_ACT_OPTIONS])), tc.counters_of(action[_TCA_ACT_STATS])
    raise LabError(f"{netlink.namespace.name} has no policer on {interface}")


def _police_of(options: dict[int, bytes]) -> Police:
    _, _, _, burst, _, spec, _, _, _, _ = _POLICE.unpack_from(options[_TCA_POLICE_TBF])
    rate = tc.rate_of(spec, options.get(_TCA_POLICE_RATE64))
    return Police(rate_bps=rate, burst=tc.size_of(burst, rate))


async def delete(netlink: Netlink, interface: str) -> None:
    """Take it off. Raises NetlinkError if there is none."""
    request = Raw(payload=tc.request(await netlink.index(interface), TC_H_INGRESS, _HANDLE))
    await netlink.request(f"delete the policer on {interface}", request, RTM_DELQDISC)
