"""What a running lab can be told to do, as plain values. A scenario's steps are the same, at times of their own.

`dxemu.run.order_codec` has their JSON, `dxemu.run.executor` carries them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dxemu.actions.base import Action
from dxemu.errors import DxemuError
from dxemu.events.base import Event
from dxemu.events.codec import values_of
from dxemu.faults.base import Fault
from dxemu.probes.base import Probe
from dxemu.units import Seconds

PROTOCOL = 1
"""Of orders and answers. A lab refuses the orders of another one."""

COMMAND_WITHIN = Seconds(10)
EVENT_WITHIN = Seconds(60)

STATES = ("sessions", "bfd", "tunnels", "cables")
"""What `AskStates` can be about."""


class OrderRefused(DxemuError):
    """An order that cannot be carried out. The lab is as it was. `remedy` says what to do."""

    exit_status = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}\n  {remedy}" if remedy else problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. `word` is what it is called; one that `only_reads` is carried out beside any other."""

    word: ClassVar[str]
    only_reads: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject(Order):
    """Break something. `id` is for healing it, and for the timeline; no fault that stands has it.

    After `lasts` of the lab's time it is healed, unless somebody has done so before.
    """

    word: ClassVar[str] = "inject"

    id: str
    fault: Fault
    lasts: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heal(Order):
    """Undo the fault of this `id`."""

    word: ClassVar[str] = "heal"

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Order):
    """Somebody does something on purpose. `id` is for the timeline.

    With a `design` the lab is that from then on; it and `topology` as in `Follow`.
    """

    word: ClassVar[str] = "act"

    id: str
    action: Action
    design: str = ""
    topology: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Order):
    """Become another design, because the change `id` is made, or (`back`) taken back.

    `design` is the file in the run's folder that has its plan and names (`dxemu.run.design_file`); whoever reads it
    removes it. `topology` is the file there that has it as people write it. For `interruption` AWS's devices carry
    nothing on the virtual interfaces that are `interrupted`.
    """

    word: ClassVar[str] = "follow"

    id: str
    back: bool
    design: str
    topology: str
    interrupted: tuple[str, ...] = ()
    interruption: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProbe(Order):
    """Measure from now on. Its path is told whenever it changes."""

    word: ClassVar[str] = "start_probe"

    probe: Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProbe(Order):
    """End the probe of this name. The answer comes when its log is written and told of."""

    word: ClassVar[str] = "stop_probe"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLogs(Order):
    """What the probes that go on have measured so far: as they will tell it at their end, from files of its own."""

    word: ClassVar[str] = "ask_logs"
    only_reads: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskKeys(Order):
    """The keys of all tunnels at this moment, as Wireshark has them (`dxemu.lab.esp_keys`)."""

    word: ClassVar[str] = "ask_keys"
    only_reads: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPaths(Order):
    """The way of a `probe`'s packets in both directions, or that of bare addresses between two nodes."""

    word: ClassVar[str] = "ask_paths"
    only_reads: ClassVar[bool] = True

    probe: str = ""
    from_node: str = ""
    to_node: str = ""
    ip_version: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRoutes(Order):
    """The routes in all tables of a node's kernel."""

    word: ClassVar[str] = "ask_routes"
    only_reads: ClassVar[bool] = True

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStates(Order):
    """How all things of one kind are (`STATES`)."""

    word: ClassVar[str] = "ask_states"
    only_reads: ClassVar[bool] = True

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execute(Order):
    """Run a program in a node, `within` so much of the lab's time; then it is killed, with all that it started.

    `typed` is what it can read, in base64.
    """

    word: ClassVar[str] = "execute"

    node: str
    command: tuple[str, ...]
    within: Seconds = COMMAND_WITHIN
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTerminal(Order):
    """Open a terminal in a node, of so many `rows` and `columns` and the kind `term`; a shell has it, or `command`.

    With `pipes` the command has no terminal, but a pipe for each of its streams. What is typed and printed is no order
    (`dxemu.run.terminals`).
    """

    word: ClassVar[str] = "open_terminal"

    node: str
    rows: int = 24
    columns: int = 80
    term: str = "linux"
    command: tuple[str, ...] = ()
    pipes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Order):
    """Let time go on: `to` a time since the run's start, or `by` a duration; one of them."""

    word: ClassVar[str] = "advance"

    to: Seconds | None = None
    by: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Until(Order):
    """Let time go on until an event of this word, with these values in it, happens; `within` so much at most.

    One that has happened since the latest order to inject, heal, act or follow was begun counts, unless time has been
    let go on since.
    """

    word: ClassVar[str] = "until"

    event: str
    having: Mapping[str, object] = field(default_factory=dict)
    within: Seconds = EVENT_WITHIN

    def met_by(self, event: Event) -> bool:
        """Whether this event is one that is waited for."""
        if event.word != self.event:
            return False
        values = as_answered(event)
        return all(key in values and values[key] == value for key, value in self.having.items())


def as_answered(event: Event) -> dict[str, object]:
    """An event in the answer to an order. It has no `t`: it happened at this moment."""
    return {"event": event.word, **values_of(event)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLab(Order):
    """End the run: what goes on is measured to its end, and the lab is taken down."""

    word: ClassVar[str] = "end"


_KINDS = (
    *(Inject, Heal, Act, Follow, StartProbe, StopProbe),
    *(AskLogs, AskKeys, AskPaths, AskRoutes, AskStates, Execute, OpenTerminal),
    *(Advance, Until, EndLab),
)
ORDERS: Mapping[str, type[Order]] = {kind.word: kind for kind in _KINDS}
"""By their words."""
