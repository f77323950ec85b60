"""A name that is asked for again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.asking import AskingProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsProbe(AskingProbe):
    """Each question is one UDP packet, and so is its answer: nobody asks again, so what is lost is counted."""

    words: ClassVar[str] = "DNS queries to a server of its own, each sent once: lost, slow, and how long"
    example: ClassVar[str] = "{from: app, to: web, rate: 10/s}"

    @property
    def protocol(self) -> str:
        """DNS over UDP."""
        return "DNS"
