"""The packets of a lab's cable or node, as they come: a stream that pcap's readers understand."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence

from dxemu.errors import LabError
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder
from dxemu.labs.wire import VERSION, failed, line

_TCPDUMP = 'stty raw -echo && exec tcpdump -U --immediate-mode -Z root -w - -ni "$0" -- "$@" 2>/dev/null'
"""The terminal hands on every byte as it is; what tcpdump says of itself is no packet."""
NOT_FOUND = 127


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
                    raise _ended(int(answer["done"]["status"]), wanted)
                yield base64.b64decode(answer["told"]["data"])
    raise place.dead()


def _ended(status: int, wanted: Sequence[str]) -> LabError:
    if status == NOT_FOUND:
        return LabError("there is no tcpdump on this machine, whose programs a node has", "apt install tcpdump")
    about = f": is '{' '.join(wanted)}' a filter (man pcap-filter)?" if wanted else ""
    return LabError(f"tcpdump has ended with {status}{about}", "dxemu shell NODE tcpdump -ni any says why.")
