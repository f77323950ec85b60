"""What every interface has: up or down, MTU, carrier."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.netlink.message import Raw, attribute
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
IFF_UP = 0x1
IFF_RUNNING = 0x40
IFF_LOWER_UP = 0x10000
IFINFOMSG = struct.Struct("=BxxxiII")
"""struct ifinfomsg: family, number, flags, which of them change (linux/rtnetlink.h)."""
_IFLA_EXT_MASK, _SKIP_STATS = 29, 8


@dataclass(frozen=True, slots=True)
class LinkState:
    """An interface as the kernel sees it.

    `carrier` (IFF_LOWER_UP): it is up and the other end of its cable is, too. True at the moment when it is asked.
    `running` (IFF_RUNNING): the kernel's link watch has seen that and lets packets through. It is a worker that takes
    its turn up to two seconds later (net/core/link_watch.c): for events, and never to check what was just done.
    """

    name: str
    kind: str
    up: bool
    carrier: bool
    running: bool
    mtu: int
    mac: str


def state_of(message: Any) -> LinkState:  # Any: pyroute2 is untyped
    """From an RTM_NEWLINK message."""
    info = message.get_attr("IFLA_LINKINFO")
    return LinkState(
        name=message.get_attr("IFLA_IFNAME"),
        kind=(info.get_attr("IFLA_INFO_KIND") if info else None) or "",
        up=bool(message["flags"] & IFF_UP),
        carrier=bool(message["flags"] & IFF_LOWER_UP),
        running=bool(message["flags"] & IFF_RUNNING),
        mtu=message.get_attr("IFLA_MTU"),
        mac=message.get_attr("IFLA_ADDRESS") or "",
    )


async def read(netlink: Netlink, name: str) -> LinkState:
    """Raises LabError if there is no such interface."""
    message = await read_message(netlink, name)
    return state_of(message)


async def read_message(netlink: Netlink, name: str) -> Any:  # Any: pyroute2 is untyped
    """The kernel's whole RTM_NEWLINK message."""
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    (answer,) = await netlink.request(f"read {name}", request, RTM_GETLINK)
    return answer


async def has_carrier(netlink: Netlink, name: str) -> bool:
    """What `read` says of its carrier, in a tenth of the time: nothing else is asked, or decoded. Raises LabError."""
    return bool(await _flags(netlink, name) & IFF_LOWER_UP)


async def is_up(netlink: Netlink, name: str) -> bool:
    """Whether it is switched on, whatever its cable does. Raises LabError."""
    return bool(await _flags(netlink, name) & IFF_UP)


async def _flags(netlink: Netlink, name: str) -> int:
    payload = IFINFOMSG.pack(0, await netlink.index(name), 0, 0)
    payload += attribute(_IFLA_EXT_MASK, struct.pack("=I", _SKIP_STATS))
    (answer,) = await netlink.request(f"read {name}", Raw(payload=payload), RTM_GETLINK)
    return int(IFINFOMSG.unpack_from(answer.payload)[2])


async def received(netlink: Netlink, name: str) -> tuple[int, int]:
    """Frames that it has received, and their bytes with the Ethernet headers. Raises LabError."""
    counters = (await read_message(netlink, name)).get_attr("IFLA_STATS64")
    return int(counters["rx_packets"]), int(counters["rx_bytes"])


async def set_up(netlink: Netlink, name: str, *, up: bool) -> None:
    """Switch it on or off, as an administrator does."""
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    request["flags"] = IFF_UP if up else 0
    request["change"] = IFF_UP
    await netlink.request(f"switch {name} {'on' if up else 'off'}", request, RTM_NEWLINK)


async def create(
    netlink: Netlink, name: str, kind: str, data: dict[str, Any] | bytes | None = None, **attributes: Any
) -> None:
    """Make an interface of a `kind` (RTM_NEWLINK) with IFLA_`attributes` and IFLA_INFO_DATA `data`."""
    info: list[tuple[str, Any]] = [("IFLA_INFO_KIND", kind)]  # Any: text, bytes or pyroute2's nesting
    if data:
        info.append(("IFLA_INFO_DATA", data if isinstance(data, bytes) else {"attrs": list(data.items())}))
    request = ifinfmsg()
    request["attrs"] = [
        ("IFLA_IFNAME", name),
        *((f"IFLA_{key.upper()}", value) for key, value in attributes.items()),
        ("IFLA_LINKINFO", {"attrs": info}),
    ]
    await netlink.request(f"make {kind} {name}", request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)


async def change(netlink: Netlink, name: str, kind: str, data: dict[str, Any]) -> None:
    """Give an interface of a `kind` other IFLA_INFO_DATA."""
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    info = [("IFLA_INFO_KIND", kind), ("IFLA_INFO_DATA", {"attrs": list(data.items())})]
    request["attrs"] = [("IFLA_LINKINFO", {"attrs": info})]
    await netlink.request(f"change {name}", request, RTM_NEWLINK)


async def set_master(netlink: Netlink, name: str, master: str | None) -> None:
    """Put a port into a bridge, bond or VRF; None takes it out."""
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    request["attrs"] = [("IFLA_MASTER", await netlink.index(master) if master else 0)]
    await netlink.request(f"put {name} into {master or 'nothing'}", request, RTM_NEWLINK)


async def vrf_of(netlink: Netlink, name: str) -> str | None:
    """The VRF that an interface is in, if it is in one."""
    message = await read_message(netlink, name)
    info = message.get_attr("IFLA_LINKINFO")
    if info is None or info.get_attr("IFLA_INFO_SLAVE_KIND") != "vrf":
        return None
    return await netlink.name(message.get_attr("IFLA_MASTER"))


async def members(netlink: Netlink, master: str) -> tuple[str, ...]:
    """The ports of a bridge, bond or VRF, in order of number."""
    index = await netlink.index(master)
    answers = await netlink.request(f"read the ports of {master}", ifinfmsg(), RTM_GETLINK, NLM_F_DUMP)
    return tuple(a.get_attr("IFLA_IFNAME") for a in answers if a.get_attr("IFLA_MASTER") == index)


async def vlans_over(netlink: Netlink, port: str) -> tuple[str, ...]:
    """The VLAN interfaces over `port` that are switched on. Raises LabError if there is no such port."""
    index = await netlink.index(port)
    request = ifinfmsg()
    request["attrs"] = [("IFLA_LINKINFO", {"attrs": [("IFLA_INFO_KIND", "vlan")]})]
    answers = await netlink.request(f"read VLANs over {port}", request, RTM_GETLINK, NLM_F_DUMP)
    return tuple(state_of(one).name for one in answers if one.get_attr("IFLA_LINK") == index and state_of(one).up)


async def set_mtu(netlink: Netlink, name: str, mtu: int) -> None:
    """Bytes of the largest packet, without the Ethernet header."""
    await _set(netlink, name, ("IFLA_MTU", mtu), f"mtu {mtu} on {name}")


async def _set(netlink: Netlink, name: str, attribute: tuple[str, str | int], what: str) -> None:
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    request["attrs"] = [attribute]
    await netlink.request(what, request, RTM_NEWLINK)


async def delete(netlink: Netlink, name: str) -> None:
    """Delete it."""
    request = ifinfmsg()
    request["index"] = await netlink.index(name)
    await netlink.request(f"delete {name}", request, RTM_DELLINK)
    netlink.forget(name)
