"""What every probe is, and what a lab is to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Protocol, TypeVar

from dxemu.events.base import Event
from dxemu.parameters import Contradiction
from dxemu.plan.model import Plan
from dxemu.registry import kind_of
from dxemu.units import Seconds
from dxemu.words import duration

MOST_LATE = 0.5
"""A packet that leaves later than by this part of the time to the next one was not sent when it should: the run is not
valid. What is less late is told as uncertainty."""
MOST_LATE_MS = 100.0
"""The same of what happens once, at a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One thing that a probe found. A kind's own have more fields: what `result.json` says of each."""

    probe: str

    @property
    def unkept(self) -> str:
        """Which schedule the probe did not keep, in words, so that the run is not valid; "" if it kept it."""
        return ""


M = TypeVar("M", bound=Measurement)


class ProbedLab(Protocol):
    """A running lab as a probe of one file needs it. Nothing else of a lab is known here."""

    @property
    def plan(self) -> Plan:
        """What it was built from."""

    @property
    def end_s(self) -> float:
        """When the run ends, in seconds since its start."""

    def now(self) -> float:
        """Seconds since the run's start."""

    async def until(self, t_s: float) -> None:
        """Return at `t_s` seconds after the run's start, or at once if that is past."""

    def inside(self, node: str) -> AbstractContextManager[None]:
        """Sockets that are opened inside belong to this node, also afterwards. Raises KeyError. Await nothing in it."""

    def tell(self, **found: object) -> None:
        """A `FoundByItself` of this probe: what JSON can hold, by the kind's own keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One kind of probe: a frozen dataclass, whose fields are its parameters (`dxemu.parameters`).

    `kind` is the name of its file, `former` one that it had, which is still read ("" if none). `words` say what it
    measures, for people; `example` is how it is written. `across`: its packets cross Direct Connect, so that
    `from_host` and `to_host` are at two places, the customer's first. `measures_outages`: every packet that is lost
    counts, so that failures are predicted for its path.

    `key` is the one of `result.json` under which its measurements are, each a `measures`; none if it is "".
    """

    kind: ClassVar[str] = ""
    former: ClassVar[str] = ""
    words: ClassVar[str]
    example: ClassVar[str]
    across: ClassVar[bool] = False
    measures_outages: ClassVar[bool] = False
    key: ClassVar[str] = ""
    measures: ClassVar[type[Measurement]] = Measurement

    name: str

    def __init_subclass__(cls) -> None:
        cls.kind = kind_of(cls)

    @property
    def ends(self) -> tuple[str, str] | None:
        """The nodes between which it measures; None if it has no path."""
        return None

    @property
    def packet_size(self) -> int:
        """Bytes of its packets, with their headers; 0: nothing on the way is too short for them."""
        return 0

    @property
    def packet_gap_s(self) -> float:
        """Seconds between two packets of one flow; 0: it has none that are told of too long a packet."""
        return 0.0

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return 4

    @property
    def over_at(self) -> Seconds:
        """When it is over; 0 for one that goes on until the run's end."""
        return Seconds(0)

    def contradictions(self) -> Iterator[Contradiction]:
        """What cannot be, though each value can."""
        return iter(())

    def wall_s(self, bits_per_second: float) -> float:
        """How much wall time it will take on a usual machine, on a path that carries so much; 0: next to none."""
        del bits_per_second
        return 0.0

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Measurement, ...]:
        """What the events of a run say of all probes of this kind, in the order in which it is told."""
        del events
        return ()

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """What was `measured`, for people: label and words of each line. `clock` is `virtual` or `real`."""
        del found, clock
        return iter(())

    async def measure(self, lab: ProbedLab) -> None:
        """Do it, from the run's start on, and tell what was found. Unused if there is a runner for this kind."""
        raise NotImplementedError(f"{self.kind} has neither `measure` nor a runner")


def alike_as_one(found: Iterable[M], together: Callable[[M, M], M | None]) -> tuple[M, ...]:
    """By probe, in the order in which they come; of one probe those that are alike, one after the other, are one.

    `together` makes one of two; None if they are not alike.
    """
    of_probe: dict[str, list[M]] = {}
    for one in found:
        mine = of_probe.setdefault(one.probe, [])
        both = together(mine[-1], one) if mine else None
        if both is None:
            mine.append(one)
        else:
            mine[-1] = both
    return tuple(one for mine in of_probe.values() for one in mine)


def unkept(what: str, lateness_ms: float, interval_ms: float) -> str:
    """What left too late, in words: more than `MOST_LATE` of an interval; "" if it did not."""
    if lateness_ms <= MOST_LATE * interval_ms:
        return ""
    return f"{what} left up to {duration(lateness_ms)} late, one every {duration(interval_ms)}"


def begun_late(what: str, lateness_ms: float) -> str:
    """What happens once and began too late, in words: more than `MOST_LATE_MS`; "" if it did not."""
    return f"{what} began {duration(lateness_ms)} late" if lateness_ms > MOST_LATE_MS else ""


def nearest_rank(ordered: Sequence[float], share: float) -> float:
    """The value that a `share` of the values, in their order, do not exceed; there is at least one."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def has_path(kind: type[Probe]) -> bool:
    """Whether probes of this kind measure between two nodes."""
    return kind.ends is not Probe.ends
