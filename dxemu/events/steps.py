"""What the scenario did to the lab: `evidence` is what was read back, and the event comes after that.

`target` is what it was done to; the step's id is `fault`, `action` or `change`. When it was done,
in seconds since the run's start, is in `happened_at_s`.
"""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import Event

SAME_MOMENT_S = 0.001
"""What is asked for at one moment happens one after the other: computing takes no time where the clock is virtual."""


class Drew(Event):
    """The run's seed drew `drawn` for `key` in the step of this number (from 1), one `of` so many (`any_of`)."""

    word: ClassVar[str] = "drew"
    number: int
    key: str
    drawn: str
    of: int


class FaultInjected(Event):
    """A fault began."""

    word: ClassVar[str] = "fault_injected"
    fault: str
    kind: str
    target: str
    evidence: str
    injected_at_s: float

    @property
    def step(self) -> str:
        """The id of the step."""
        return self.fault

    @property
    def happened_at_s(self) -> float:
        """Before it was read back."""
        return self.injected_at_s


class FaultHealed(Event):
    """A fault was taken back."""

    word: ClassVar[str] = "fault_healed"
    fault: str
    kind: str
    target: str
    evidence: str
    healed_at_s: float

    @property
    def step(self) -> str:
        """The id of the step."""
        return self.fault

    @property
    def happened_at_s(self) -> float:
        """Before it was read back."""
        return self.healed_at_s


class ActionDone(Event):
    """Somebody did something on purpose. `topology` as in `ChangeDone`, if the design is another one after it."""

    word: ClassVar[str] = "action_done"
    action: str
    kind: str
    target: str
    evidence: str
    done_at_s: float
    topology: str | None = None

    @property
    def step(self) -> str:
        """The id of the step."""
        return self.action

    @property
    def happened_at_s(self) -> float:
        """Before it was read back."""
        return self.done_at_s


class ChangeDone(Event):
    """The design became another one, or (`back`) a change was taken back.

    `topology` is the file, in the run's folder, of the design that holds from then on.
    """

    word: ClassVar[str] = "change_done"
    change: str
    back: bool
    topology: str
    evidence: str
    done_at_s: float

    @property
    def step(self) -> str:
        """What it is called beside faults and actions."""
        return step_of_change(self.change, back=self.back)

    @property
    def happened_at_s(self) -> float:
        """Before it was read back."""
        return self.done_at_s


class ChangeFailed(Event):
    """A change, or taking one back, failed, and all is as it was before."""

    word: ClassVar[str] = "change_failed"
    change: str
    back: bool
    reason: str

    @property
    def step(self) -> str:
        """What it is called beside faults and actions."""
        return step_of_change(self.change, back=self.back)


class EventCame(Event):
    """What the step of this number (from 1) of the scenario waited for came, `since_s` it waited.

    `within_s` is how long it was to wait; if it came later, the step was not done.
    """

    word: ClassVar[str] = "came"
    number: int
    awaited: str
    since_s: float
    within_s: float


class EventMissed(Event):
    """The same did not come in time: neither this step nor one below it is done."""

    word: ClassVar[str] = "missed"
    number: int
    awaited: str
    since_s: float
    within_s: float


class StepStopped(Event):
    """The event came that ends the step of this number (from 1)."""

    word: ClassVar[str] = "stopped"
    number: int
    awaited: str


def step_of_change(name: str, *, back: bool) -> str:
    """What a change, or taking it back, is called beside faults and actions."""
    return f"{name} back" if back else name


Done = FaultInjected | FaultHealed | ActionDone | ChangeDone
