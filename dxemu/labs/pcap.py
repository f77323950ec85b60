"""The packets of a lab's cable or node, as they come: a stream that pcap's readers understand."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dxemu.errors import LabError
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder
from dxemu.labs.wire import VERSION, failed, line

_TCPDUMP = 'stty raw -echo && exec tcpdump -U --immediate-mode -Z root -w - -ni "$0" -- "$@" 2>/dev/null'
"""The terminal hands on every byte as it is; what tcpdump says of itself is no packet."""
NOT_FOUND = 127
HEAD, RECORD_HEAD, CAPTURED_AT = 24, 16, 8
"""Bytes of a pcap file's head, of a packet's, and where in that stands how much of it was captured (pcap-savefile)."""


class PacketCount:
    """How many packets a stream has had so far, whatever the parts that it comes in."""

    def __init__(self) -> None:
        self.packets = 0
        self._kept = b""
        self._over = HEAD

    def counted(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """The same parts, each once it was counted."""
        for part in parts:
            self._count(part)
            yield part

    def _count(self, part: bytes) -> None:
        self._kept += part
        while len(self._kept) >= self._over + RECORD_HEAD:
            (length,) = struct.unpack_from("=I", self._kept, self._over + CAPTURED_AT)
            self._kept = self._kept[self._over + RECORD_HEAD :]
            self._over = length
            self.packets += 1
        gone = min(self._over, len(self._kept))
        self._kept, self._over = self._kept[gone:], self._over - gone


def packets(place: LabFolder, what: str, wanted: Sequence[str] = ()) -> Iterator[bytes]:
    """Capture at the customer's end of a cable, or at all interfaces of a node, until whoever asks has enough.

    `wanted` is a filter (pcap-filter(7)). A virtual clock is not let go on for it. Raises NoLab, and AskedInVain for
    what the lab has not; while packets are taken also LabError.
    """
    return _captured(place, ask_at(place, "port", name=what), wanted)


def _captured(place: LabFolder, port: Mapping[str, str], wanted: Sequence[str]) -> Iterator[bytes]:
    command = ["sh", "-c", _TCPDUMP, port["interface"], *wanted]
    request = {"version": VERSION, "do": "shell", "node": port["node"], "hold": True, "command": command}
    with place.connected() as sock:
        sock.sendall(line(request))
        with sock.makefile("rb") as answers:
            for text in answers:
                answer = json.loads(text)
                if "failed" in answer:
                    raise failed(answer["failed"])
                if "done" in answer:
                    raise _ended(place, port, int(answer["done"]["status"]), wanted)
                yield base64.b64decode(answer["told"]["data"])
    raise place.dead()


def _ended(place: LabFolder, port: Mapping[str, str], status: int, wanted: Sequence[str]) -> LabError:
    if status == NOT_FOUND:
        return LabError("there is no tcpdump on this machine, whose programs a node has", "apt install tcpdump")
    if not wanted:
        return LabError(f"tcpdump has ended with {status}", "dxemu shell NODE tcpdump -ni any says why.")
    only_read = ["tcpdump", "-d", "-i", port["interface"], "--", *wanted]
    said = str(ask_at(place, "exec", node=port["node"], command=only_read)["stderr"]).strip().splitlines()
    why = said[-1] if said else f"tcpdump has ended with {status}"
    return LabError(f"'{' '.join(wanted)}' is no filter: {why}", "man pcap-filter says how one is written.")
