"""A link aggregation group: an 802.3ad bond, and what LACP has agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any

from dxemu.errors import LabError
from dxemu.netlink import link
from dxemu.netlink import message as m
from dxemu.netlink.session import Netlink

_MODE_802_3AD = 4
_MODE_XOR = 2
_LINKINFO, _INFO_KIND, _INFO_DATA, _AD_LACP_ACTIVE = 18, 1, 2, 29
"""IFLA_LINKINFO and what is in it, and IFLA_BOND_AD_LACP_ACTIVE, since 5.15: linux/if_link.h."""
MIIMON_MS = 100
"""How often a bond looks at its members' carrier."""
_NO_PARTNER = "00:00:00:00:00:00"
_SLAVE_STATE, _ACTIVE = 1, 0
"""IFLA_BOND_SLAVE_STATE and its value for a member that is sent by."""
_ACTOR_STATE = 7
_PARTNER_STATE = 8
"""IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE and its partner's, a byte and two: linux/if_link.h."""


class LacpRate(IntEnum):
    """How often the partner is asked to send: every 30 s, or every second (802.1AX long and short timeout)."""

    SLOW = 0
    FAST = 1


class XmitHashPolicy(IntEnum):
    """What decides which member a packet takes."""

    LAYER2 = 0
    LAYER3_4 = 1
    LAYER2_3 = 2


class PortState(IntFlag):
    """The state bits of an LACPDU (802.1AX, Actor_State)."""

    ACTIVITY = 0x01
    SHORT_TIMEOUT = 0x02
    AGGREGATION = 0x04
    SYNCHRONIZATION = 0x08
    COLLECTING = 0x10
    DISTRIBUTING = 0x20
    DEFAULTED = 0x40
    EXPIRED = 0x80


FORWARDING = PortState.SYNCHRONIZATION | PortState.COLLECTING | PortState.DISTRIBUTING


@dataclass(frozen=True, slots=True, kw_only=True)
class BondDevice:
    """`miimon_ms` is how often carrier is looked at. With fewer than `min_links` members the bond has no carrier.

    A member that lost its carrier stays in for `down_delay_ms`, in whole looks. `lacp_active`: it speaks LACP by
    itself, or only when it is spoken to; None: it does not, and is a static bundle that sends by every member.
    """

    name: str
    members: tuple[str, ...]
    mac: str | None = None
    mtu: int | None = None
    lacp_rate: LacpRate = LacpRate.FAST
    miimon_ms: int = MIIMON_MS
    down_delay_ms: int = 0
    lacp_active: bool | None = True
    min_links: int = 1
    xmit_hash_policy: XmitHashPolicy = XmitHashPolicy.LAYER3_4


@dataclass(frozen=True, slots=True, kw_only=True)
class BondMember:
    """One port of the bond."""

    name: str
    carrier: bool
    aggregator_id: int
    actor_state: PortState
    partner_state: PortState


@dataclass(frozen=True, slots=True, kw_only=True)
class BondState:
    """What LACP has agreed on. `partner_mac` is empty while nobody answers."""

    name: str
    carrier: bool
    aggregator_id: int
    partner_mac: str
    members: tuple[BondMember, ...]

    @property
    def ready(self) -> bool:
        """Whether a partner answers on every member.

        A Linux bond without a partner forwards too, so carrier does not say this.
        """
        return bool(self.partner_mac and self.members) and all(map(self.agreed_on, self.members))

    def agreed_on(self, member: BondMember) -> bool:
        """Whether both ends send by a member."""
        return (
            member.aggregator_id == self.aggregator_id
            and member.actor_state & FORWARDING == FORWARDING
            and member.partner_state & FORWARDING == FORWARDING
        )


async def apply(netlink: Netlink, bond: BondDevice) -> None:
    """Make it, down, with its members, which are switched off and on for it."""
    data = {
        "IFLA_BOND_MODE": _MODE_XOR if bond.lacp_active is None else _MODE_802_3AD,
        "IFLA_BOND_MIIMON": bond.miimon_ms,
        "IFLA_BOND_DOWNDELAY": -(-bond.down_delay_ms // bond.miimon_ms) * bond.miimon_ms,
        "IFLA_BOND_XMIT_HASH_POLICY": int(bond.xmit_hash_policy),
        "IFLA_BOND_MIN_LINKS": bond.min_links,
    }
    if bond.lacp_active is not None:
        data["IFLA_BOND_AD_LACP_RATE"] = int(bond.lacp_rate)
    given = {"mtu": bond.mtu, "address": bond.mac}
    await link.create(
        netlink, bond.name, "bond", data, **{name: value for name, value in given.items() if value is not None}
    )
    if bond.lacp_active is False:
        await _be_passive(netlink, bond.name)
    for member in bond.members:
        await add_member(netlink, bond.name, member)


async def _be_passive(netlink: Netlink, name: str) -> None:
    """Have a bond that is down answer LACP only. Raises LabError if the kernel does not know how."""
    info = m.attribute(_INFO_KIND, b"bond\0") + m.attribute(_INFO_DATA, [m.attribute(_AD_LACP_ACTIVE, b"\0")])
    payload = link.IFINFOMSG.pack(0, await netlink.index(name), 0, 0) + m.attribute(_LINKINFO, [info])
    await netlink.request(f"make {name} passive", m.Raw(payload=payload), link.RTM_NEWLINK)
    message = await link.read_message(netlink, name)
    data = m.attributes(m.bytes_of(message, "IFLA_LINKINFO", "IFLA_INFO_DATA"))
    if data.get(_AD_LACP_ACTIVE, b"\1")[0]:
        raise LabError(f"{name} should be passive in LACP, the kernel says that it is active")


async def set_min_links(netlink: Netlink, bond: str, number: int) -> None:
    """With fewer members the bond has no carrier from now on."""
    await link.change(netlink, bond, "bond", {"IFLA_BOND_MIN_LINKS": number})


async def read_min_links(netlink: Netlink, bond: str) -> int:
    """What the kernel says."""
    info = (await link.read_message(netlink, bond)).get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA")
    return int(info.get_attr("IFLA_BOND_MIN_LINKS"))


async def add_member(netlink: Netlink, bond: str, member: str) -> None:
    """Put an interface in. The bond gives it its MTU and MAC, and switches it on."""
    await link.set_up(netlink, member, up=False)
    await link.set_master(netlink, member, bond)


def sends_by(message: Any) -> bool | None:  # Any: pyroute2 is untyped
    """Whether the bond sends by the member that an RTM_NEWLINK message is about; None if it is no bond's member."""
    info = message.get_attr("IFLA_LINKINFO")
    if info is None or info.get_attr("IFLA_INFO_SLAVE_KIND") != "bond":
        return None
    raw = m.attributes(m.bytes_of(message, "IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA"))
    return raw.get(_SLAVE_STATE, b"\0")[0] == _ACTIVE


def _member(message: Any) -> BondMember:  # Any: pyroute2 is untyped
    state = link.state_of(message)
    data = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_SLAVE_DATA")
    raw = m.attributes(m.bytes_of(message, "IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA"))
    return BondMember(
        name=state.name,
        carrier=state.carrier,
        aggregator_id=int(data.get_attr("IFLA_BOND_SLAVE_AD_AGGREGATOR_ID") or 0),
        actor_state=PortState(raw.get(_ACTOR_STATE, b"\0")[0]),
        partner_state=PortState(int.from_bytes(raw.get(_PARTNER_STATE, b"\0")[:2], "little")),
    )


async def read(netlink: Netlink, name: str) -> BondState:
    """Raises LabError if there is no such interface."""
    message = await link.read_message(netlink, name)
    info = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA").get_attr("IFLA_BOND_AD_INFO")
    partner = str(info.get_attr("IFLA_BOND_AD_INFO_PARTNER_MAC")) if info else _NO_PARTNER
    return BondState(
        name=name,
        carrier=link.state_of(message).carrier,
        aggregator_id=int(info.get_attr("IFLA_BOND_AD_INFO_AGGREGATOR")) if info else 0,
        partner_mac="" if partner == _NO_PARTNER else partner,
        members=tuple(
            [_member(await link.read_message(netlink, member)) for member in await link.members(netlink, name)]
        ),
    )


async def delete(netlink: Netlink, name: str) -> None:
    """Remove it; its members stay."""
    await link.delete(netlink, name)
