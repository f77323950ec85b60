"""Which deadlines a lab whose run is over watches for: what never came, and nothing that came and went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.events.base import Event
from dxemu.events.run import CameLate
from dxemu.run.afterwards import Afterwards
from dxemu.story.afterwards import Deadline
from dxemu.units import Seconds
from tests.unit.events.filled import filled


@dataclass(frozen=True)
class Light:
    """What is awaited is so while the lab says it."""

    text: str = "light"

    def holds(self, lab: Any) -> bool:
        return bool(lab.so)


@dataclass
class SaidLab:
    """A lab that says what a test tells it, and whose run ends at 30 s."""

    so: bool = False
    now_s: float = 0.0
    heard: list[Callable[[Event], None]] = field(default_factory=list)
    concluded: list[Event] = field(default_factory=list)

    @property
    def journal(self) -> Any:
        clock = SimpleNamespace(now=lambda: self.now_s, until=self.until)
        return SimpleNamespace(clock=clock, listen=self.heard.append, conclude=self.concluded.append)

    async def until(self, t_s: float) -> None:
        self.now_s = t_s

    def tell(self, t_s: float, said: Mapping[str, object] | None = None, *, so: bool | None = None) -> None:
        self.now_s, self.so = t_s, self.so if so is None else so
        about = said or {"event": "bgp", "node": "dx_1", "session": "primary", "state": "down"}
        for listener in self.heard:
            listener(filled({**about, "t": t_s}))


STRUCK = {"event": "fault_injected", "fault": "cut#2", "kind": "cut"}
HEALED = {"event": "fault_healed", "fault": "cut#2", "kind": "cut"}
MISSED = {"event": "missed", "number": 2}


def watched(deadline: Mapping[str, Any], told: list[tuple[Any, ...]]) -> list[CameLate]:
    lab: Any = SaidLab()
    afterwards = Afterwards(lab, [Deadline(awaited=Light(), lasts=Seconds(5), **deadline)], 30.0, virtual=True)  # type: ignore[arg-type]
    for t_s, said, so in told:
        lab.tell(t_s, said, so=so)
    lab.now_s = 30.0
    asyncio.run(afterwards.watch())
    return list(lab.concluded)


@pytest.mark.parametrize(
    ("deadline", "told", "is_watched"),
    [
        ({"at": Seconds(10)}, [], True),
        ({"at": Seconds(10)}, [(12.0, None, True), (14.0, None, False)], False),  # it came late, in the run
        ({"at": Seconds(10)}, [(5.0, None, True), (14.0, None, False)], False),  # in time
        ({"at": Seconds(10)}, [(5.0, None, True), (9.0, None, False)], True),
        ({}, [(5.0, None, True)], False),
        ({}, [(5.0, None, True), (9.0, None, False)], True),
        ({"after": "fault"}, [], False),  # nothing to count from
        ({"after": "fault"}, [(5.0, STRUCK, None)], True),
        ({"after": "fault", "fault": "cut#1"}, [(5.0, STRUCK, None)], False),
        ({"after": "heal"}, [(5.0, STRUCK, None)], False),
        ({"after": "heal", "fault": "cut"}, [(5.0, HEALED, None)], True),
        ({"after": "fault"}, [(5.0, STRUCK, None), (6.0, None, True), (7.0, None, False)], False),
        ({"after": "fault"}, [(1.0, None, True), (5.0, STRUCK, None), (7.0, None, False)], True),  # so only before
        ({"missed": 2}, [], False),
        ({"missed": 2}, [(15.0, MISSED, None)], True),
        ({"missed": 1}, [(15.0, MISSED, None)], False),
    ],
)
def test_what_is_watched(deadline: Mapping[str, Any], told: list[tuple[Any, ...]], is_watched: bool) -> None:
    found = watched(deadline, told)
    assert [(one.awaited, one.at_s, one.until_s) for one in found] == [("light", None, 90.0)] * is_watched
