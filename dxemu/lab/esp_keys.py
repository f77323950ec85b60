"""The keys of all tunnels while a run goes on, in a file that tshark and Wireshark read: only where somebody asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.lab.lab import Lab
from dxemu.lab.tasks import Tasks
from dxemu.netlink import xfrm
from dxemu.netlink.session import NETLINK_XFRM, Netlink

FILE = "esp_sa"
"""The name by which Wireshark looks for it in its folder."""
_NAMES: Mapping[str, str] = {
    "rfc4106(gcm(aes))": "AES-GCM with 16 octet ICV [RFC4106]",
    "cbc(aes)": "AES-CBC [RFC3602]",
    "hmac(sha256)": "HMAC-SHA-256-128 [RFC4868]",
}
"""What Wireshark calls the kernel's algorithms."""


class KeyLog:
    """A context manager: inside it keys go into the file as tunnels come up and are rekeyed."""

    def __init__(self, lab: Lab, folder: str) -> None:
        self._lab = lab
        self._folder = folder
        self._written: set[str] = set()
        self._tasks = Tasks()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._file = os.open(f"{self._folder}/{FILE}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            stack.callback(os.close, self._file)
            await stack.enter_async_context(self._tasks)
            self._lab.journal.listen(self._hear)
            for node in _nodes(self._lab):
                await self._look(node)
            self._stack = stack.pop_all()
        return self

    def _hear(self, event: Event) -> None:
        if isinstance(event, TunnelChanged) and event.state != "down":
            self._tasks.start(self._look(event.node))

    async def _look(self, node: str) -> None:
        """What is new at a node. Keys of before stay in the file: their packets were captured."""
        for text in await _lines(self._lab, node):
            if text not in self._written:
                self._written.add(text)
                os.write(self._file, text.encode())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)


async def all_keys(lab: Lab) -> list[str]:
    """Those that the lab has at this moment, a line each."""
    return list(dict.fromkeys([text for node in _nodes(lab) for text in await _lines(lab, node)]))


def _nodes(lab: Lab) -> list[str]:
    return list(dict.fromkeys(end.node for tunnel in lab.plan.tunnels for end in tunnel.ends))


async def _lines(lab: Lab, node: str) -> list[str]:
    async with Netlink(lab.node(node).namespace, NETLINK_XFRM) as netlink:
        found = [line(keys) for keys in await xfrm.read_keys(netlink)]
    return [text for text in found if text]


def line(keys: xfrm.EspKeys) -> str:
    """As Wireshark's table of ESP SAs has it; "" for algorithms that it has other names for."""
    if not keys.keys or not all(name in _NAMES for name in keys.algorithms):
        return ""
    encryption, *more = [(_NAMES[name], f"0x{key.hex()}") for name, key in zip(keys.algorithms, keys.keys, strict=True)]
    authentication = more[0] if more else ("NULL", "")
    words = ("IPv4", str(keys.source), str(keys.destination), f"0x{keys.spi:08x}", *encryption, *authentication)
    return ",".join(f'"{word}"' for word in words) + "\n"
