"""The lanes of the time line: what was broken, dark, down or lost, from when to when, and what happened at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.events.base import Event
from dxemu.events.links import LacpChanged, PortCarrierChanged, TunnelChanged, VrrpChanged
from dxemu.events.routes import BestChosen, RoutesWithdrawn
from dxemu.events.sessions import BfdChanged, BgpChanged
from dxemu.events.steps import ActionDone, ChangeDone, ChangeFailed
from dxemu.measure.result import Result
from dxemu.report.live import live_line

MOST_MARKS = 300
"""Of one lane: what is beyond is counted, not drawn."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_s` to `end_s` something was so; `kind` is `fault`, `down` or `lost`."""

    start_s: float
    end_s: float
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened at `at_s`."""

    at_s: float
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the time line, in a group of them."""

    group: str
    name: str
    spans: tuple[Span, ...] = ()
    moments: tuple[Moment, ...] = ()
    more: int = 0


def lanes(result: Result, events: Sequence[Event]) -> list[Lane]:
    """All but the probes'. What never changed while the run went on has no lane."""
    end = result.virtual_s
    found = [*_steps(result, events, end)]
    for group, of, subject, end_of, is_up in _GROUPS:
        found += _states(events, end, group, of, subject, end_of, is_up)
    found += _moments(events, "Shared address", VrrpChanged)
    return found + _routes(events)


def _steps(result: Result, events: Sequence[Event], end: float) -> Iterator[Lane]:
    for fault in result.faults:
        until = end if fault.healed_at_s is None else fault.healed_at_s
        words = f"{fault.kind} on {fault.target}" + ("" if fault.healed_at_s is None else f", healed at {until:.3f} s")
        yield Lane("Faults and changes", fault.fault, (Span(fault.injected_at_s, until, words, "fault"),))
    for event in events:
        if isinstance(event, ActionDone | ChangeDone | ChangeFailed) and event.t >= 0:
            yield Lane("Faults and changes", event.step, (), (Moment(event.t, _words(event)),))


_Group = tuple[
    str, type[Event], Callable[[Event], str], Callable[[Event], tuple[str, str]], Callable[[Event], bool | None]
]


def _carrier(event: Event) -> str:
    return event.cable if isinstance(event, PortCarrierChanged) else ""


def _lacp(event: Event) -> str:
    return f"{event.lag}: {event.cable}" if isinstance(event, LacpChanged) else ""


def _session(event: Event) -> str:
    return event.session if isinstance(event, BfdChanged | BgpChanged) else ""


def _tunnel(event: Event) -> str:
    return event.tunnel if isinstance(event, TunnelChanged) else ""


def _at_node(event: Event) -> tuple[str, str]:
    return str(getattr(event, "node", "")), str(getattr(event, "interface", ""))


def _is_up(event: Event) -> bool | None:
    if isinstance(event, PortCarrierChanged | LacpChanged):
        return event.up
    if isinstance(event, BfdChanged | BgpChanged | TunnelChanged):
        return {"up": True, "down": False}.get(event.state)
    return None


_GROUPS: Sequence[_Group] = (
    ("Light", PortCarrierChanged, _carrier, _at_node, _is_up),
    ("LACP", LacpChanged, _lacp, _at_node, _is_up),
    ("BFD", BfdChanged, _session, _at_node, _is_up),
    ("BGP", BgpChanged, _session, _at_node, _is_up),
    ("Tunnels", TunnelChanged, _tunnel, _at_node, _is_up),
)


def _states(
    events: Sequence[Event],
    end: float,
    group: str,
    of: type[Event],
    subject: Callable[[Event], str],
    end_of: Callable[[Event], tuple[str, str]],
    is_up: Callable[[Event], bool | None],
) -> Iterator[Lane]:
    """A lane for each subject that changed: down while one of its ends says so."""
    by_subject: dict[str, list[Event]] = {}
    for event in events:
        if isinstance(event, of) and is_up(event) is not None:
            by_subject.setdefault(subject(event), []).append(event)
    for name, mine in by_subject.items():
        if not any(event.t >= 0 for event in mine):
            continue
        yield Lane(group, name, tuple(_down(mine, end, end_of, is_up)), *_as_moments(mine))


def _down(
    events: Sequence[Event],
    end: float,
    end_of: Callable[[Event], tuple[str, str]],
    is_up: Callable[[Event], bool | None],
) -> Iterator[Span]:
    ends: dict[tuple[str, str], bool] = {}
    since: float | None = None
    for event in events:
        ends[end_of(event)] = bool(is_up(event))
        if not all(ends.values()):
            since = event.t if since is None else since
        elif since is not None:
            if event.t > 0:
                yield Span(max(since, 0.0), event.t, f"down from {since:.3f} s to {event.t:.3f} s", "down")
            since = None
    if since is not None:
        yield Span(max(since, 0.0), end, f"down from {since:.3f} s to the end", "down")


def _moments(events: Sequence[Event], group: str, of: type[Event]) -> Iterator[Lane]:
    mine = [event for event in events if isinstance(event, of) and event.t >= 0]
    if mine:
        yield Lane(group, "VRRP", (), *_as_moments(mine))


def _routes(events: Sequence[Event]) -> list[Lane]:
    by_node: dict[str, list[Event]] = {}
    for event in events:
        if isinstance(event, BestChosen | RoutesWithdrawn) and event.t > 0:
            by_node.setdefault(event.node, []).append(event)
    return [Lane("Routes", node, (), *_as_moments(mine)) for node, mine in sorted(by_node.items())]


def _as_moments(events: Sequence[Event]) -> tuple[tuple[Moment, ...], int]:
    """One for each moment at which something happened; and how many are beyond those that are drawn."""
    by_time: dict[float, list[str]] = {}
    for event in events:
        if event.t >= 0:
            by_time.setdefault(round(event.t, 4), []).append(_words(event))
    all_of_them = [Moment(at, "; ".join(list(dict.fromkeys(words))[:4])) for at, words in by_time.items()]
    return tuple(all_of_them[:MOST_MARKS]), max(0, len(all_of_them) - MOST_MARKS)


def _words(event: Event) -> str:
    if isinstance(event, RoutesWithdrawn):
        return f"{event.node}: {len(event.prefixes)} routes of {event.session} are gone"
    line = live_line(event) or event.word
    return " ".join(line.partition(" s   ")[2].split()) or line.strip()


Lanes = Mapping[str, Sequence[Lane]]


def grouped(found: Sequence[Lane]) -> Lanes:
    """The lanes of each group, in their order."""
    groups: dict[str, list[Lane]] = {}
    for lane in found:
        groups.setdefault(lane.group, []).append(lane)
    return groups
