"""Frames that arrive twice: some of those that come in by an interface come in once more, behind the first.

netem can duplicate, too, but not where another netem stands at the same interface (net/sched/sch_netem.c,
check_netem_in_tree). A program of a few instructions does it instead (BPF, at the ingress qdisc).
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct

from dxemu.errors import LabError
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.police import RTM_GETTFILTER, RTM_NEWTFILTER, TC_H_INGRESS, make_ingress
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink

RTM_DELTFILTER = 45
_INGRESS = 0xFFFF0000
_PRIORITY = 1
"""Before the policer's (`dxemu.netlink.police`): what arrives twice counts twice there."""
_ETH_P_ALL = 3
_TCA_BPF_FD, _TCA_BPF_NAME, _TCA_BPF_FLAGS, _ACT_DIRECT = 6, 7, 8, 1
_SYSTEM_CALL = {"x86_64": 321, "aarch64": 280}
_PROG_LOAD, _SCHED_CLS = 5, 3
_ATTRIBUTES = struct.Struct("=IIQQIIQII16s")
_INSTRUCTION = struct.Struct("=BBhi")
_COPY = 0x64782E64
"""The mark of a copy, so that it is not copied again."""
_MARK_AT = 8
"""Of `mark` in struct __sk_buff (linux/bpf.h)."""
_MOVE, _SET, _LOAD, _STORE, _CALL, _EXIT = 0xBF, 0xB7, 0x61, 0x63, 0x85, 0x95
_IF_EQUAL, _IF_FROM = 0x16, 0x36
_RANDOM, _CLONE, _INWARDS = 7, 13, 1
_GO_ON = -1
_ALL = 0xFFFFFFFF
_NAME = "twice_{}_ppm"
_PPM = 10_000


def _program(index: int, percent: float) -> bytes:
    """Of the frames without the mark this part gets a copy, with the mark, that comes in again."""
    limit = round(percent / 100 * _ALL)
    signed = limit - (1 << 32) if limit > 0x7FFFFFFF else limit  # noqa: PLR2004 - 31 bits
    lines = (
        (_MOVE, 0x16, 0, 0),  # r6: the frame
        (_LOAD, 0x62, _MARK_AT, 0),
        (_IF_EQUAL, 0x02, 8, _COPY),  # to: no mark
        (_CALL, 0, 0, _RANDOM),
        (_IF_FROM, 0x00, 8, signed),  # to: go on
        (_SET, 0x02, 0, _COPY),
        (_STORE, 0x26, _MARK_AT, 0),
        (_MOVE, 0x61, 0, 0),
        (_SET, 0x02, 0, index),
        (_SET, 0x03, 0, _INWARDS),
        (_CALL, 0, 0, _CLONE),
        (_SET, 0x02, 0, 0),  # no mark
        (_STORE, 0x26, _MARK_AT, 0),
        (_SET, 0x00, 0, _GO_ON),  # go on
        (_EXIT, 0, 0, 0),
    )
    return b"".join(_INSTRUCTION.pack(*line) for line in lines)


def _loaded(program: bytes, name: str) -> int:
    """A file descriptor of the program in the kernel. Raises LabError."""
    code, license_ = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
    said = ctypes.create_string_buffer(1 << 14)
    about = _ATTRIBUTES.pack(
        _SCHED_CLS,
        len(program) // _INSTRUCTION.size,
        ctypes.addressof(code),
        ctypes.addressof(license_),
        1,
        len(said),
        ctypes.addressof(said),
        0,
        0,
        name.encode()[:15],
    )
    number = _SYSTEM_CALL.get(platform.machine())
    if number is None:
        raise LabError(f"frames cannot be duplicated on a {platform.machine()}")
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = int(library.syscall(number, _PROG_LOAD, ctypes.create_string_buffer(about, len(about)), len(about)))
    if descriptor < 0:
        why = os.strerror(ctypes.get_errno())
        raise LabError(
            f"the kernel does not take the program that duplicates frames: {why} {said.value.decode()[-200:]}"
        )
    return descriptor


async def apply(netlink: Netlink, interface: str, percent: float) -> None:
    """Of the frames that come in by it, this part comes in twice from now on. Raises LabError."""
    index = await netlink.index(interface)
    await make_ingress(netlink, interface)
    await delete(netlink, interface)
    descriptor = _loaded(_program(index, percent), "duplicate")
    try:
        options = [
            attribute(_TCA_BPF_FD, struct.pack("=I", descriptor)),
            attribute(_TCA_BPF_NAME, tc.text(_NAME.format(round(percent * _PPM)))),
            attribute(_TCA_BPF_FLAGS, struct.pack("=I", _ACT_DIRECT)),
        ]
        payload = tc.request(index, _INGRESS, 1, _PRIORITY << 16 | socket.htons(_ETH_P_ALL))
        payload += attribute(tc.TCA_KIND, tc.text("bpf")) + attribute(tc.TCA_OPTIONS, options)
        flags = NLM_F_CREATE | NLM_F_EXCL
        await netlink.request(f"duplicates on {interface}", Raw(payload=payload), RTM_NEWTFILTER, flags)
    finally:
        os.close(descriptor)


async def read(netlink: Netlink, interface: str) -> float:
    """Which part comes in twice, in percent, as the kernel says; 0 if none does."""
    begin, _, end = _NAME.partition("{}")
    for found in await _filters(netlink, interface):
        name = attributes(found.get(tc.TCA_OPTIONS, b"")).get(_TCA_BPF_NAME, b"").rstrip(b"\0").decode()
        if found[tc.TCA_KIND] == tc.text("bpf") and name.startswith(begin):
            return int(name.removeprefix(begin).removesuffix(end)) / _PPM
    return 0.0


async def _filters(netlink: Netlink, interface: str) -> list[dict[int, bytes]]:
    question = Raw(payload=tc.request(await netlink.index(interface), _INGRESS, 0))
    answers = await netlink.request(f"read filters of {interface}", question, RTM_GETTFILTER, NLM_F_DUMP)
    return [tc.attributes_of(answer.payload)[2] for answer in answers]


async def delete(netlink: Netlink, interface: str) -> None:
    """No frame comes in twice any more. Nothing happens if none did."""
    if await read(netlink, interface) == 0:
        return
    info = _PRIORITY << 16 | socket.htons(_ETH_P_ALL)
    request = Raw(payload=tc.request(await netlink.index(interface), _INGRESS, 0, info))
    await netlink.request(f"no duplicates on {interface}", request, RTM_DELTFILTER)
    if not await _filters(netlink, interface):
        await tc.delete_qdisc(netlink, interface, TC_H_INGRESS)
