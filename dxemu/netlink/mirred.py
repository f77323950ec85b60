"""What comes in by an interface leaves by another one, untouched: tc's ingress qdisc and mirred action.

It takes frames before bridges and bonds do, so it passes LACPDUs, too, which a bridge drops (IEEE 802.1D table 7-10).
"""

from __future__ import annotations

import socket
import struct

from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.police import RTM_GETTFILTER, RTM_NEWTFILTER, make_ingress
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink

_HANDLE = 0xFFFF0000
_ETH_P_ALL = 3
_PRIORITY = 10
_TCA_MATCHALL_ACT = 2
_TCA_ACT_KIND, _TCA_ACT_OPTIONS = 1, 2
_TCA_MIRRED_PARMS = 2
_STOLEN, _OUT_BY = 4, 1
"""TC_ACT_STOLEN (linux/pkt_cls.h), TCA_EGRESS_REDIR (linux/tc_act/tc_mirred.h)."""
_PARMS = struct.Struct("=IIiiiiI")


async def apply(netlink: Netlink, interface: str, to: str) -> None:
    """From now on all that comes in by `interface` leaves by `to`, of the same namespace. Raises NetlinkError."""
    await make_ingress(netlink, interface)
    parms = _PARMS.pack(0, 0, _STOLEN, 0, 0, _OUT_BY, await netlink.index(to))
    options = [attribute(_TCA_MIRRED_PARMS, parms)]
    action = [attribute(_TCA_ACT_KIND, tc.text("mirred")), attribute(_TCA_ACT_OPTIONS, options)]
    first = attribute(_TCA_MATCHALL_ACT, [attribute(1, action)])
    payload = tc.request(await netlink.index(interface), _HANDLE, 1, _PRIORITY << 16 | socket.htons(_ETH_P_ALL))
    payload += attribute(tc.TCA_KIND, tc.text("matchall")) + attribute(tc.TCA_OPTIONS, [first])
    flags = NLM_F_CREATE | NLM_F_EXCL
    await netlink.request(f"pass on what comes by {interface}", Raw(payload=payload), RTM_NEWTFILTER, flags)


async def read(netlink: Netlink, interface: str) -> int | None:
    """The number of the interface by which all leaves that comes in by this one; None: it does not."""
    question = Raw(payload=tc.request(await netlink.index(interface), _HANDLE, 0))
    for answer in await netlink.request(f"read filters of {interface}", question, RTM_GETTFILTER, NLM_F_DUMP):
        found = tc.attributes_of(answer.payload)[2]
        if found[tc.TCA_KIND] != tc.text("matchall") or tc.TCA_OPTIONS not in found:
            continue
        actions = attributes(attributes(found[tc.TCA_OPTIONS])[_TCA_MATCHALL_ACT])
        for action in map(attributes, actions.values()):
            if action[_TCA_ACT_KIND] == tc.text("mirred"):
                return int(_PARMS.unpack_from(attributes(action[_TCA_ACT_OPTIONS])[_TCA_MIRRED_PARMS])[-1])
    return None
