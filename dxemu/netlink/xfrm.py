"""IPsec in the kernel: ESP states (keys) and policies (what must use them).

Layouts: linux/xfrm.h; pyroute2 has none.
"""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network

from dxemu.netlink import message as m
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink, NetlinkError

XFRM_MSG_NEWSA, XFRM_MSG_GETSA = 0x10, 0x12
XFRM_MSG_NEWPOLICY, XFRM_MSG_GETPOLICY = 0x13, 0x15

_XFRMA_ALG_CRYPT = 2
_XFRMA_TMPL = 5
_XFRMA_ALG_AEAD = 18
_XFRMA_ALG_AUTH_TRUNC = 20
_XFRMA_IF_ID = 31
_ANY_ALGORITHM = 0xFFFFFFFF
_REPLAY_WINDOW = 32
_BITS = 8

_SELECTOR = struct.Struct("=16s16sHHHHHBBB3xiI")
_ID = struct.Struct("=16s4sB3x")
_UNLIMITED = b"\xff" * 32 + b"\0" * 32
"""struct xfrm_lifetime_cfg: four limits without end, four times of 0."""
_CURRENT = struct.Struct("=QQQQ")
_SA_TAIL = struct.Struct("=IIIIIHBBB7x")
"""Statistics, sequence number, reqid, family, mode, replay window, flags."""
_POLICY_TAIL = struct.Struct("=IIBBBB4x")
_TEMPLATE = struct.Struct("=16s4sB3xH2x16sIBBBxIII")
_SA_ID = struct.Struct("=16s4sHBx")
_POLICY_ID_TAIL = struct.Struct("=IB3x")
_ALGORITHM = struct.Struct("=64sI")
_ALGORITHM_WITH_ICV = struct.Struct("=64sII")

_SA_ID_OFFSET = _SELECTOR.size
_SA_SOURCE_OFFSET = _SA_ID_OFFSET + _ID.size
_SA_CURRENT_OFFSET = _SA_SOURCE_OFFSET + 16 + len(_UNLIMITED)
_SA_TAIL_OFFSET = _SA_CURRENT_OFFSET + _CURRENT.size
_SA_BYTES = _SA_TAIL_OFFSET + _SA_TAIL.size
_POLICY_BYTES = _SELECTOR.size + len(_UNLIMITED) + _CURRENT.size + _POLICY_TAIL.size


class EspMode(IntEnum):
    """Transport protects what a packet carries, tunnel the whole packet (RFC 4303 section 3.1)."""

    TRANSPORT = 0
    TUNNEL = 1


class PolicyDirection(IntEnum):
    """Which packets a policy looks at."""

    IN = 0
    OUT = 1
    FORWARD = 2


@dataclass(frozen=True, slots=True)
class AesGcm:
    """AES-GCM with a 16-byte tag (RFC 4106). `key` is 16, 24 or 32 bytes and 4 bytes of salt."""

    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AesCbcSha256:
    """AES-CBC (RFC 3602), `key` of 16, 24 or 32 bytes, with HMAC-SHA-256-128 (RFC 4868), `auth_key` of 32."""

    key: bytes = field(repr=False)
    auth_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EspState:
    """One direction of ESP between two addresses. `if_id` is the number of its xfrm interface, 0 for none."""

    source: IPv4Address
    destination: IPv4Address
    spi: int
    cipher: AesGcm | AesCbcSha256
    mode: EspMode = EspMode.TUNNEL
    reqid: int = 1
    if_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EspStateRead:
    """What the kernel says of a state: its own names of the algorithms, and the packets that it protected or opened."""

    source: IPv4Address
    destination: IPv4Address
    spi: int
    algorithms: tuple[str, ...]
    mode: EspMode
    if_id: int
    packets: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EspKeys:
    """What opens the packets of one state. `algorithms` and `keys`: of encryption, and of authentication if apart."""

    source: IPv4Address
    destination: IPv4Address
    spi: int
    algorithms: tuple[str, ...]
    keys: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EspPolicy:
    """Packets from `source` to `destination` must use ESP. The tunnel's ends are needed in tunnel mode."""

    source: IPv4Network
    destination: IPv4Network
    direction: PolicyDirection
    tunnel_source: IPv4Address
    tunnel_destination: IPv4Address
    mode: EspMode = EspMode.TUNNEL
    reqid: int = 1
    if_id: int = 0


def _address(address: IPv4Address) -> bytes:
    return address.packed.ljust(16, b"\0")


def _selector(source: IPv4Network, destination: IPv4Network) -> bytes:
    addresses = _address(destination.network_address), _address(source.network_address)
    return _SELECTOR.pack(*addresses, 0, 0, 0, 0, socket.AF_INET, destination.prefixlen, source.prefixlen, 0, 0, 0)


def _spi(spi: int) -> bytes:
    return spi.to_bytes(4, "big")


def _key(kind: int, name: str, key: bytes, icv_bits: int | None = None) -> bytes:
    head = (name.encode(), len(key) * _BITS)
    layout = _ALGORITHM.pack(*head) if icv_bits is None else _ALGORITHM_WITH_ICV.pack(*head, icv_bits)
    return m.attribute(kind, layout + key)


def _cipher(cipher: AesGcm | AesCbcSha256) -> bytes:
    if isinstance(cipher, AesGcm):
        return _key(_XFRMA_ALG_AEAD, "rfc4106(gcm(aes))", cipher.key, 128)
    auth = _key(_XFRMA_ALG_AUTH_TRUNC, "hmac(sha256)", cipher.auth_key, 128)
    return auth + _key(_XFRMA_ALG_CRYPT, "cbc(aes)", cipher.key)


def _if_id(number: int) -> bytes:
    return m.attribute(_XFRMA_IF_ID, struct.pack("=I", number)) if number else b""


def _state_name(destination: IPv4Address, spi: int) -> str:
    return f"ESP state 0x{spi:08x} to {destination}"


async def apply_state(netlink: Netlink, state: EspState) -> None:
    """Put a state in. `netlink` is of protocol NETLINK_XFRM. Raises NetlinkError, for example if the SPI is taken."""
    everything = IPv4Network("0.0.0.0/0")
    selector = bytes(_SELECTOR.size) if state.mode is EspMode.TRANSPORT else _selector(everything, everything)
    message = (
        selector
        + _ID.pack(_address(state.destination), _spi(state.spi), socket.IPPROTO_ESP)
        + _address(state.source)
        + _UNLIMITED
        + _CURRENT.pack(0, 0, 0, 0)
        + _SA_TAIL.pack(0, 0, 0, 0, state.reqid, socket.AF_INET, state.mode, _REPLAY_WINDOW, 0)
        + _cipher(state.cipher)
        + _if_id(state.if_id)
    )
    what = _state_name(state.destination, state.spi)
    await netlink.request(what, m.Raw(payload=message), XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL)


def _state_id(destination: IPv4Address, spi: int) -> bytes:
    return _SA_ID.pack(_address(destination), _spi(spi), socket.AF_INET, socket.IPPROTO_ESP)


async def read_state(netlink: Netlink, destination: IPv4Address, spi: int) -> EspStateRead:
    """Raises NetlinkError if there is no such state."""
    question = m.Raw(payload=_state_id(destination, spi))
    (answer,) = await netlink.request(_state_name(destination, spi), question, XFRM_MSG_GETSA)
    return _read_state(answer.payload)


def _read_state(answer: bytes) -> EspStateRead:
    destination, spi, _ = _ID.unpack_from(answer, _SA_ID_OFFSET)
    size, packets, _, _ = _CURRENT.unpack_from(answer, _SA_CURRENT_OFFSET)
    mode = _SA_TAIL.unpack_from(answer, _SA_TAIL_OFFSET)[6]
    found = m.attributes(answer[_SA_BYTES:])
    algorithms = (
        found[kind][:64] for kind in (_XFRMA_ALG_AEAD, _XFRMA_ALG_CRYPT, _XFRMA_ALG_AUTH_TRUNC) if kind in found
    )
    return EspStateRead(
        source=IPv4Address(answer[_SA_SOURCE_OFFSET : _SA_SOURCE_OFFSET + 4]),
        destination=IPv4Address(destination[:4]),
        spi=int.from_bytes(spi, "big"),
        algorithms=tuple(name.rstrip(b"\0").decode() for name in algorithms),
        mode=EspMode(mode),
        if_id=int.from_bytes(found.get(_XFRMA_IF_ID, b""), "little"),
        packets=packets,
        bytes=size,
    )


async def read_keys(netlink: Netlink) -> list[EspKeys]:
    """Of all states of a namespace. Raises NetlinkError."""
    answers = await netlink.request("read ESP states", m.Raw(payload=b""), XFRM_MSG_GETSA, NLM_F_DUMP)
    return [_read_keys(answer.payload) for answer in answers]


def _read_keys(answer: bytes) -> EspKeys:
    state, found = _read_state(answer), m.attributes(answer[_SA_BYTES:])
    heads = {
        _XFRMA_ALG_AEAD: _ALGORITHM_WITH_ICV,
        _XFRMA_ALG_CRYPT: _ALGORITHM,
        _XFRMA_ALG_AUTH_TRUNC: _ALGORITHM_WITH_ICV,
    }
    keys = []
    for kind, head in heads.items():
        if kind in found:
            bits = head.unpack_from(found[kind])[1]
            keys.append(found[kind][head.size : head.size + bits // _BITS])
    return EspKeys(
        source=state.source,
        destination=state.destination,
        spi=state.spi,
        algorithms=state.algorithms,
        keys=tuple(keys),
    )


def _policy_name(policy: EspPolicy) -> str:
    return f"ESP policy {policy.direction.name.lower()} {policy.source} to {policy.destination}"


def _policy_id(policy: EspPolicy) -> bytes:
    selector = _selector(policy.source, policy.destination)
    return selector + _POLICY_ID_TAIL.pack(0, policy.direction) + _if_id(policy.if_id)


async def apply_policy(netlink: Netlink, policy: EspPolicy) -> None:
    """Put a policy in. `netlink` is of protocol NETLINK_XFRM. Raises NetlinkError, for example if it is there."""
    tunnel = policy.mode is EspMode.TUNNEL
    ends = [_address(end) if tunnel else bytes(16) for end in (policy.tunnel_destination, policy.tunnel_source)]
    template = _TEMPLATE.pack(
        ends[0], bytes(4), socket.IPPROTO_ESP, socket.AF_INET, ends[1], policy.reqid, policy.mode, 0, 0,
        _ANY_ALGORITHM, _ANY_ALGORITHM, _ANY_ALGORITHM,
    )  # fmt: skip
    message = (
        _selector(policy.source, policy.destination)
        + _UNLIMITED
        + _CURRENT.pack(0, 0, 0, 0)
        + _POLICY_TAIL.pack(0, 0, policy.direction, 0, 0, 0)
        + m.attribute(_XFRMA_TMPL, template)
        + _if_id(policy.if_id)
    )
    flags = NLM_F_CREATE | NLM_F_EXCL
    await netlink.request(_policy_name(policy), m.Raw(payload=message), XFRM_MSG_NEWPOLICY, flags)


async def has_policy(netlink: Netlink, policy: EspPolicy) -> bool:
    """Whether the kernel has a policy of that direction, networks and xfrm interface, with the same template."""
    try:
        question = m.Raw(payload=_policy_id(policy))
        (answer,) = await netlink.request(_policy_name(policy), question, XFRM_MSG_GETPOLICY)
    except NetlinkError as refused:
        if refused.errno == errno.ENOENT:
            return False
        raise
    template = _TEMPLATE.unpack_from(m.attributes(answer.payload[_POLICY_BYTES:])[_XFRMA_TMPL])
    return bool(template[2] == socket.IPPROTO_ESP and template[6] == policy.mode)
