"""A page that is fetched again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.asking import AskingProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProbe(AskingProbe):
    """Each request has a TCP connection of its own, as of a client without keep-alive.

    One whose first packet was lost tries again after 1 s (RFC 6298), and is then slow, not failed.
    """

    words: ClassVar[str] = "HTTP requests to a server of its own, each on a new connection: failed, slow, and how long"
    example: ClassVar[str] = "{from: app, to: web, rate: 10/s}"

    @property
    def protocol(self) -> str:
        """HTTP/1.1 over TCP."""
        return "HTTP"
