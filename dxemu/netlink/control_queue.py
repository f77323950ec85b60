"""BGP and BFD that leave by an interface later than all else: a queue of their own beside that of the rest.

    prio   by what nftables wrote on the packet: its second band is for BGP and BFD, all else goes through the first
    netem  below the second band: the delay

For interfaces without a queue of their own, as a VLAN's.
"""

from __future__ import annotations

import struct

from dxemu.netlink import netem
from dxemu.netlink import nft_message as nft
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute
from dxemu.netlink.nftables import Hook
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_EXCL, Netlink

_PRIO, _DELAY = 0x60000, 0x70000
_FIRST, _SECOND = 0, 2
"""What prio's map has for all that is not marked; the second band's number in a mark (net/sched/sch_prio.c)."""
_PRIO_OPTIONS = struct.Struct("=i16B")
_CHAIN = "control"
_META_PRIORITY = 2
_TCP, _UDP = 6, 17
_CONTROL = ((_TCP, 0, 179), (_TCP, 2, 179), (_UDP, 2, 3784))
"""IP protocol, where the port is, and which: RFC 4271 section 8.2.1, RFC 5881 section 4."""
_MOST = 10_000


def _rules() -> list[nft.Rule]:
    """Mark what the node itself sends of BGP and BFD; only interfaces with such a queue look at the mark."""
    mark = nft.nested([("NFTA_DATA_VALUE", struct.pack("=I", _PRIO | _SECOND))])
    load: nft.Attributes = [("NFTA_IMMEDIATE_DREG", nft.REGISTER), ("NFTA_IMMEDIATE_DATA", mark)]
    put: nft.Attributes = [("NFTA_META_KEY", _META_PRIORITY), ("NFTA_META_SREG", nft.REGISTER)]
    return [
        [
            nft.meta(nft.META_L4PROTO),
            nft.compare(nft.EQUAL, bytes([protocol])),
            nft.payload(nft.TRANSPORT_HEADER, offset, 2),
            nft.compare(nft.EQUAL, struct.pack("!H", port)),
            nft.expression("immediate", load),
            nft.expression("meta", put),
        ]
        for protocol, offset, port in _CONTROL
    ]


async def apply(netlink: Netlink, netfilter: Netlink, interface: str, delay_s: float) -> None:
    """From now on they leave so much later. Raises NetlinkError, also if the interface has a queue already.

    `netfilter` is of protocol NETLINK_NETFILTER.
    """
    payload = tc.request(await netlink.index(interface), tc.TC_H_ROOT, _PRIO)
    payload += attribute(tc.TCA_KIND, tc.text("prio"))
    payload += attribute(tc.TCA_OPTIONS, _PRIO_OPTIONS.pack(_SECOND, *[_FIRST] * 16))
    flags = NLM_F_CREATE | NLM_F_EXCL
    await netlink.request(f"queue for control on {interface}", Raw(payload=payload), tc.RTM_NEWQDISC, flags)
    late = netem.Netem(rate_bps=0, delay_s=delay_s, loss_percent=0.0, limit=_MOST)
    await netem.apply(netlink, interface, late, parent=_PRIO | _SECOND, handle=_DELAY)
    chain = nft.FilterChain(name=_CHAIN, kind="filter", hook=(Hook.OUTPUT, 0), rules=_rules())
    await nft.make_table(netfilter, f"control of {interface}", [chain], nft.INET_FAMILY)


async def read(netlink: Netlink, interface: str) -> tuple[float, int]:
    """By how much they are late, as the kernel says, in seconds, and how many were; zeros if there is no such queue."""
    if _DELAY not in await tc.read_qdiscs(netlink, interface):
        return 0.0, 0
    late = await netem.read(netlink, interface, handle=_DELAY)
    return late.delay_s, late.packets


async def delete(netlink: Netlink, netfilter: Netlink, interface: str) -> None:
    """They leave with all else again; what waits is lost. Raises NetlinkError if there is no such queue."""
    await nft.delete_table(netfilter, f"control of {interface}", nft.INET_FAMILY)
    await tc.delete_qdisc(netlink, interface, tc.TC_H_ROOT, _PRIO)
