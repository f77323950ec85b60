"""What a run says of two ends that have something differently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverUp:
    """A session whose ends do not fit. `symptom` and `seen` are what kernels and daemons said, `why` the design."""

    session: str
    symptom: str
    seen: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentEnds:
    """A setting that the ends of `name`, a virtual interface or tunnel, have differently, though it comes up.

    `why` says what both have, and what comes of it.
    """

    name: str
    why: str
