"""What ExaBGP is told: commands for routes, one line each, and the pipe that they go through."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence

from dxemu.bgp.route import Announcement
from dxemu.units import IPAddress, IPNetwork

PREFIXES_IN_A_LINE = 1000
"""ExaBGP takes lines of up to 1 MiB. A thousand prefixes are 45 KiB at most."""


def announce_commands(peer: IPAddress, routes: Iterable[Announcement]) -> list[str]:
    """Commands for these announcements: one for all that differ in nothing but the prefix.

    ExaBGP then puts as many of them into one UPDATE message as it holds.
    """
    groups: dict[str, list[IPNetwork]] = {}
    for route in routes:
        groups.setdefault(_attributes(route), []).append(route.prefix)
    return [
        f"neighbor {peer} announce attributes {attributes} nlri {some}"
        for attributes, prefixes in groups.items()
        for some in _lists(prefixes)
    ]


def withdraw_commands(peer: IPAddress, own_address: IPAddress, prefixes: Sequence[IPNetwork]) -> list[str]:
    """Commands to take prefixes back."""
    return [f"neighbor {peer} withdraw attributes next-hop {own_address} nlri {some}" for some in _lists(prefixes)]


def told(configuration: str) -> str:
    """Configuration as one word of a command; `understood` gives it back."""
    return configuration.encode().hex()


def understood(word: str) -> str:
    """What `told` made a word of."""
    return bytes.fromhex(word).decode()


def _lists(prefixes: Sequence[IPNetwork]) -> Iterator[str]:
    for start in range(0, len(prefixes), PREFIXES_IN_A_LINE):
        yield " ".join(map(str, prefixes[start : start + PREFIXES_IN_A_LINE]))


def _attributes(route: Announcement) -> str:
    words = [f"next-hop {route.next_hop} origin {route.origin.name.lower()}"]
    if route.as_path:
        words.append(f"as-path [ {' '.join(str(int(asn)) for asn in route.as_path)} ]")
    if route.local_pref is not None:
        words.append(f"local-preference {route.local_pref}")
    if route.med is not None:
        words.append(f"med {route.med}")
    if route.communities:
        words.append(f"community [ {' '.join(route.communities)} ]")
    if route.originator_id is not None:
        words.append(f"originator-id {route.originator_id}")
        words.append(f"cluster-list [ {' '.join(map(str, route.cluster_list))} ]")
    return " ".join(words)


class CommandPipe:
    """Our end of the pipe. What does not fit into it goes when there is room, in order.

    To wait for room could be for ever: ExaBGP may be waiting itself, until we have read what it says.
    """

    def __init__(self, fd: int) -> None:
        """`fd` is ours from now on."""
        os.set_blocking(fd, False)
        self._fd = fd
        self._unsent = bytearray()

    def send(self, lines: Iterable[str]) -> None:
        """Send these commands after all earlier ones."""
        idle = not self._unsent
        self._unsent += "".join(f"{line}\n" for line in lines).encode()
        if idle:
            self._write()

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._unsent:
            try:
                sent = os.write(self._fd, self._unsent)
            except BlockingIOError:
                loop.add_writer(self._fd, self._write)
                return
            except BrokenPipeError:  # it has died: whoever reads what it says hears of that
                sent = len(self._unsent)
            del self._unsent[:sent]
        loop.remove_writer(self._fd)

    def close(self) -> None:
        """Forget what is not sent."""
        asyncio.get_running_loop().remove_writer(self._fd)
        os.close(self._fd)
