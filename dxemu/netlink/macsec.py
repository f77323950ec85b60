"""MACsec (IEEE 802.1AE): an encrypted interface over an Ethernet port, with static keys.

Layouts: linux/if_link.h and linux/if_macsec.h; pyroute2 has none.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from dxemu.netlink import link
from dxemu.netlink import message as m
from dxemu.netlink.session import Netlink

_IFLA_MACSEC_PORT = 2
_IFLA_MACSEC_CIPHER_SUITE = 4
_IFLA_MACSEC_ENCRYPT = 7
_IFINDEX, _RXSC_CONFIG, _SA_CONFIG = 1, 2, 3
_RXSC_SCI, _RXSC_ACTIVE = 1, 2
_SA_AN, _SA_ACTIVE, _SA_PN, _SA_KEY, _SA_KEYID = 1, 2, 3, 4, 5
_ADD_RXSC, _ADD_TXSA, _ADD_RXSA = 1, 4, 7
_VERSION = 1
_GENL = struct.Struct("=BBxx")
_NLCTRL = 16
_CTRL_CMD_GETFAMILY = 3
_CTRL_ATTR_FAMILY_ID, _CTRL_ATTR_FAMILY_NAME = 1, 2
_PORT = b"\0\1"
_YES = b"\1"
_KEYID_BYTES = 16


class Cipher(IntEnum):
    """Cipher suites (802.1AE table 14-1) that need no extended packet numbers."""

    GCM_AES_128 = 0x0080C20001000001
    GCM_AES_256 = 0x0080C20001000002


@dataclass(frozen=True, slots=True)
class Macsec:
    """What leaves by `name` is encrypted and leaves by `parent`."""

    name: str
    parent: str
    cipher: Cipher = Cipher.GCM_AES_256


@dataclass(frozen=True, slots=True)
class SecureAssociation:
    """A key of 16 or 32 bytes, as the cipher asks, with its number of 0 to 3 (802.1AE: secure association)."""

    number: int
    key: bytes = field(repr=False)


async def apply(netlink: Netlink, macsec: Macsec) -> None:
    """Make it, down and without keys: nothing passes yet."""
    data = m.attribute(_IFLA_MACSEC_PORT, _PORT)
    data += m.attribute(_IFLA_MACSEC_CIPHER_SUITE, struct.pack("=Q", macsec.cipher))
    data += m.attribute(_IFLA_MACSEC_ENCRYPT, _YES)
    await link.create(netlink, macsec.name, "macsec", data, link=await netlink.index(macsec.parent))


async def read(netlink: Netlink, name: str) -> Macsec:
    """Raises LabError if there is no such interface."""
    message = await link.read_message(netlink, name)
    data = m.attributes(m.bytes_of(message, "IFLA_LINKINFO", "IFLA_INFO_DATA"))
    cipher = Cipher(struct.unpack("=Q", data[_IFLA_MACSEC_CIPHER_SUITE])[0])
    return Macsec(name, await netlink.name(int(message.get_attr("IFLA_LINK"))), cipher)


async def delete(netlink: Netlink, name: str) -> None:
    """Remove it with its keys."""
    await link.delete(netlink, name)


def _association(association: SecureAssociation) -> bytes:
    return m.attribute(
        _SA_CONFIG,
        [
            m.attribute(_SA_AN, bytes([association.number])),
            m.attribute(_SA_PN, struct.pack("=I", 1)),
            m.attribute(_SA_KEYID, bytes([association.number]).ljust(_KEYID_BYTES, b"\0")),
            m.attribute(_SA_KEY, association.key),
            m.attribute(_SA_ACTIVE, _YES),
        ],
    )


async def apply_keys(
    generic: Netlink, index: int, peer_mac: str, send: SecureAssociation, receive: SecureAssociation
) -> None:
    """Give the interface number `index` its keys: what it sends with, and what it expects from `peer_mac`.

    `generic` is of protocol NETLINK_GENERIC. Raises NetlinkError, for example if a key has the wrong length.
    """
    question = _GENL.pack(_CTRL_CMD_GETFAMILY, _VERSION) + m.attribute(_CTRL_ATTR_FAMILY_NAME, b"macsec\0")
    (family,) = await generic.request("find MACsec", m.Raw(payload=question), _NLCTRL)
    kind = struct.unpack("=H", m.attributes(family.payload[_GENL.size :])[_CTRL_ATTR_FAMILY_ID])[0]
    interface = m.attribute(_IFINDEX, struct.pack("=I", index))
    sci = m.attribute(_RXSC_SCI, bytes.fromhex(peer_mac.replace(":", "")) + _PORT)
    channel = m.attribute(_RXSC_CONFIG, [sci, m.attribute(_RXSC_ACTIVE, _YES)])
    for command, body in (
        (_ADD_TXSA, interface + _association(send)),
        (_ADD_RXSC, interface + channel),
        (_ADD_RXSA, interface + m.attribute(_RXSC_CONFIG, [sci]) + _association(receive)),
    ):
        message = m.Raw(payload=_GENL.pack(command, _VERSION) + body)
        await generic.request(f"MACsec keys with {peer_mac}", message, kind)
