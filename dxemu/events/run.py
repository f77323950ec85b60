"""The run itself: ready, started, alive, over."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import Event


class Building(Event):
    """How far the lab's building is: for those who wait for it, and no part of the timeline."""

    word: ClassVar[str] = "building"
    phase: str
    done: int
    of: int


class LabReady(Event):
    """Everything is up. Counts, and seconds of wall time since the lab's process started, which only the host knows."""

    word: ClassVar[str] = "lab_ready"
    nodes: int
    cables: int
    sessions: int
    wall_s: float


class RunStarted(Event):
    """`epoch_ns` is CLOCK_MONOTONIC at t = 0."""

    word: ClassVar[str] = "run_started"
    seed: int
    kernel: str
    clock: str
    epoch_ns: int


class Tick(Event):
    """A sign of life every few seconds."""

    word: ClassVar[str] = "tick"


class RunEnded(Event):
    """`wall_s` as in `LabReady`."""

    word: ClassVar[str] = "run_ended"
    wall_s: float


class CameLate(Event):
    """After the run, told as of its last moment: what was expected by a moment of it came at `at_s` (None: not yet).

    It was watched for until `until_s` at most. `awaited` is the event as it is written under `when`.
    """

    word: ClassVar[str] = "came_late"
    awaited: str
    at_s: float | None
    until_s: float


class MadeWhole(Event):
    """After the run, told as of its last moment: the faults `healed` only then, and what is not whole for all that."""

    word: ClassVar[str] = "made_whole"
    healed: tuple[str, ...]
    left: tuple[str, ...]
