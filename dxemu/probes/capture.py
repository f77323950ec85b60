"""The frames on a cable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.base import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureProbe(Probe):
    """The frames on a cable, counted by protocol: a connection's cross connect, or a circuit."""

    kind: ClassVar[str] = "capture"
    cable: str
