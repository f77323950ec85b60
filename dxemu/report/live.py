"""The lines while a scenario runs: one for each event of the timeline that a person wants to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from dxemu.events.base import Event
from dxemu.events.links import CarrierDelayOver, LacpChanged, PortCarrierChanged, TunnelChanged, VrrpChanged
from dxemu.events.probes import OutageSeen, PathMtuFound, ThroughputMeasured
from dxemu.events.routes import BestChosen, RouteRefused, RouteWithheld
from dxemu.events.run import Building, LabReady, RunEnded, RunStarted, Tick
from dxemu.events.sessions import (
    ADMINISTRATIVELY_DOWN,
    BfdChanged,
    BgpChanged,
    BgpRefused,
    PrefixLimitExceeded,
    QuotaExceeded,
    RoutesStale,
    RoutesStaleOver,
    SymptomSeen,
)
from dxemu.events.steps import (
    ActionDone,
    ChangeDone,
    ChangeFailed,
    Drew,
    EventCame,
    EventMissed,
    FaultHealed,
    FaultInjected,
    StepStopped,
)
from dxemu.measure.stages import detected_by
from dxemu.report.best_lines import OfOnePrefix
from dxemu.words import SHORT_MS, bit_rate, count, direction, duration

_RULE = "━" * 42
LIGHT_GOES_WITHIN_S = 0.2
"""A bond looks at the carrier of its members every 100 ms (Linux Documentation/networking/bonding.rst, `miimon`)."""
E = TypeVar("E", bound=Event)


def live_line(event: Event, last_fault_s: float | None = None, clock: str = "virtual", *, more: int = 0) -> str | None:
    """One line for a timeline event, or None for those that would only fill the screen.

    With `last_fault_s`, when the last fault began, a detection also says how long it took. `more` are the prefixes
    beside its own that an event about one stands for.
    """
    if isinstance(event, LabReady):
        counts = count(event.nodes, "node"), count(event.cables, "cable"), count(event.sessions, "BGP session")
        what = f"{', '.join(counts)} established"
        return f"  {'lab':<10} {what:<59} {event.wall_s:.1f} s"
    if isinstance(event, RunEnded):
        return f" {_RULE} {event.t:.1f} {clock} s in {event.wall_s:.1f} s"
    words = _words(event, more) if event.t >= 0 else ""
    if not words:
        return None
    line = f"{event.t:8.3f} s   {words}"
    if last_fault_s is None or not _is_of(event, last_fault_s):
        return line
    return f"{line:<72}  {_after(event.t - last_fault_s)}"


def _is_of(event: Event, fault_s: float) -> bool:
    """Whether an event is a detection, and may be of a fault that began then.

    Light goes at once, of a LAG with the bond's next look at its members, or a port waits first. What goes later is
    another fault's, of which is told only once it is confirmed.
    """
    found = detected_by(event)
    if found != PortCarrierChanged.word or isinstance(event, CarrierDelayOver):
        return bool(found)
    return event.t - fault_s < LIGHT_GOES_WITHIN_S


def _words(event: Event, more: int) -> str:
    if isinstance(event, OfOnePrefix):
        return _of_one_prefix(event, f"{event.prefix} and {more} more" if more else event.prefix)
    say = _SAYING.get(type(event))
    return "" if say is None else say(event)


def _after(fault_s: float) -> str:
    ms = fault_s * 1e3
    return "at once" if ms < SHORT_MS else f"{duration(ms)} after the fault"


def _done(event: FaultInjected | ActionDone) -> str:
    return _confirmed(f"{event.kind} on {event.target}", event.evidence)


def _healed(event: FaultHealed) -> str:
    return _confirmed(f"{event.fault} healed", event.evidence)


def _confirmed(words: str, evidence: str) -> str:
    return f"{words}   confirmed: {evidence}" if evidence else words


def _carrier(event: PortCarrierChanged) -> str:
    waits = "" if event.waits_s is None else f", which waits for {duration(event.waits_s * 1e3)}"
    return f"{event.cable} {'has light again' if event.up else 'lost light'} on {event.node}{waits}"


def _carrier_delay(event: CarrierDelayOver) -> str:
    found = "has light again in time, and was never down" if event.up else "is down: its carrier delay is over"
    if event.lit_for_s is not None:
        found = f"is up: it has had light for {duration(event.lit_for_s * 1e3)}"
    return f"{event.cable} on {event.node} {found}"


def _bfd(event: BfdChanged) -> str:
    why = f": {event.reason}" if event.reason == ADMINISTRATIVELY_DOWN else ""
    return f"BFD {event.state} on {event.node} for {event.session}{why}"


def _bgp(event: BgpChanged) -> str:
    node, session = event.node, event.session
    if event.state == "up":
        return f"BGP up on {node} for {session}"
    if event.reason == "hold_timer":
        return f"hold timer expired on {node} for {session}"
    why = {
        "bfd": "BFD says so",
        "carrier": "no light",
        "notification": f"the other end said {event.detail or 'so'}",
        "notification_sent": f"it said {event.detail}",
        "peer_closed": "the other end closed",
        "prefix_limit": "too many prefixes",
        "expired": "the tunnel's keys have expired",
        "cleared": "an operator reset it",
        "shut_down": "an operator shut it down",
        "reconfigured": "an operator configured it anew",
        "removed": "an operator removed it",
    }.get(event.reason, event.reason)
    return f"BGP down on {node} for {session}" + (f": {why}" if why else "")


def _bgp_refused(event: BgpRefused) -> str:
    return f"BGP refused by {event.node if event.sent else event.peer} for {event.session}: {event.detail}"


def _symptom(event: SymptomSeen) -> str:
    return f"{event.session} does not come up: {event.detail}"


_TUNNEL_DOWN = {
    "dpd": "the peer is silent (DPD)",
    "deleted": "closed",
    "expired": "its keys have expired",
    "refused": "refused",
}


def _tunnel(event: TunnelChanged) -> str:
    node, tunnel, state = event.node, event.tunnel, event.state
    if state == "rekeyed":
        return f"new {'IKE' if event.reason == 'ike' else 'ESP'} keys on {node} for {tunnel}"
    why = _TUNNEL_DOWN.get(event.reason, "")
    return f"{tunnel} is {state} on {node}" + (f": {why}" if why and state == "down" else "")


def _vrrp(event: VrrpChanged) -> str:
    has = {"master": "has", "backup": "waits for", "fault": "cannot have"}.get(event.state, "")
    return f"{event.node} {has} the hosts' gateway address (VRRP {event.state})"


def _lacp(event: LacpChanged) -> str:
    return f"{event.cable} {'is back in' if event.up else 'is out of'} {event.lag} on {event.node} (LACP)"


def _changed(event: ChangeDone) -> str:
    return _confirmed("taken back" if event.back else "changed", event.evidence)


def _change_failed(event: ChangeFailed) -> str:
    return f"{event.step} was not made: {event.reason}"


def _drew(event: Drew) -> str:
    return f"step {event.number}: the seed drew {event.key} {event.drawn}, one of {event.of}"


def _came(event: EventCame) -> str:
    late = event.t - event.since_s - event.within_s
    if late > 0:
        return f"too late by {duration(late * 1e3)} for step {event.number}: {event.awaited}"
    return f"step {event.number} has waited for this: {event.awaited}"


def _missed(event: EventMissed) -> str:
    within = duration(event.within_s * 1e3)
    return f"step {event.number} is not done, nor those below it: not within {within}: {event.awaited}"


def _stopped(event: StepStopped) -> str:
    return f"this ends step {event.number}: {event.awaited}"


def _of_one_prefix(event: OfOnePrefix, prefix: str) -> str:
    if isinstance(event, RouteRefused):
        return f"{event.node} refuses {prefix} on {event.session}: {event.reason}"
    if isinstance(event, RouteWithheld):
        return f"{event.node} does not hear of {prefix}: {event.reason}"
    return f"{event.node}: {prefix} {_best(event)}"


def _best(event: BestChosen) -> str:
    if event.shared is not None:
        return f"now shared by {' and '.join(event.shared)} ({event.rule})"
    if not event.session:
        return "withdrawn, no other path" if event.session is None else "announced by itself"
    if event.internal:
        return f"now through {event.peer} (iBGP, {event.rule})"
    return f"now through {event.session}" + (f" ({event.rule})" if event.rule else "")


def _quota(event: PrefixLimitExceeded | QuotaExceeded) -> str:
    where = f"{event.node} for {event.session}" if event.session else event.node
    return f"{where}: {event.reason}"


def _stale(event: RoutesStale) -> str:
    if not event.prefixes:
        return ""
    what = f"{event.node} keeps {', '.join(event.prefixes)} of {event.session}"
    return f"{what} as stale for {duration(event.for_s * 1e3)} at most (graceful restart)"


def _stale_over(event: RoutesStaleOver) -> str:
    why = {"end_of_rib": "End-of-RIB", "restart_time": "the restart time is over"}.get(event.reason, event.reason)
    left = f", {', '.join(event.prefixes)} withdrawn" if event.prefixes else ""
    return f"{event.node} has nothing stale of {event.session}: {why}{left}"


def _outage(event: OutageSeen) -> str:
    what = "began" if event.state == "begun" else "is over, which began"
    return f"the outage of {event.probe} {direction(event.direction)} {what} at {event.since_s:.3f} s"


def _throughput(event: ThroughputMeasured) -> str:
    return f"{event.probe}: {event.problem or bit_rate(event.bits_per_second)} {direction(event.direction)}"


def _path_mtu(event: PathMtuFound) -> str:
    return f"{event.probe}: {event.mtu} bytes get through {direction(event.direction)}"


def _of(kind: type[E], say: Callable[[E], str]) -> tuple[type[Event], Callable[[Event], str]]:
    """A pair that fits: what is found by an event's class may be given that event."""
    return kind, cast("Callable[[Event], str]", say)


_SAYING: Mapping[type[Event], Callable[[Event], str]] = dict(
    (
        _of(Drew, _drew),
        _of(FaultInjected, _done),
        _of(FaultHealed, _healed),
        _of(ActionDone, _done),
        _of(ChangeDone, _changed),
        _of(ChangeFailed, _change_failed),
        _of(EventCame, _came),
        _of(EventMissed, _missed),
        _of(StepStopped, _stopped),
        _of(PortCarrierChanged, _carrier),
        _of(CarrierDelayOver, _carrier_delay),
        _of(BfdChanged, _bfd),
        _of(BgpChanged, _bgp),
        _of(BgpRefused, _bgp_refused),
        _of(SymptomSeen, _symptom),
        _of(RoutesStale, _stale),
        _of(RoutesStaleOver, _stale_over),
        _of(PrefixLimitExceeded, _quota),
        _of(QuotaExceeded, _quota),
        _of(TunnelChanged, _tunnel),
        _of(VrrpChanged, _vrrp),
        _of(LacpChanged, _lacp),
        _of(OutageSeen, _outage),
        _of(ThroughputMeasured, _throughput),
        _of(PathMtuFound, _path_mtu),
    )
)


def progress(event: Event) -> str:
    """How far it is; empty if the event does not say."""
    if isinstance(event, Building):
        return f"building the lab: {event.phase}" + (f" {event.done} of {event.of}" if event.of > 1 else "")
    return f"{event.t:.0f} s" if isinstance(event, Tick | RunStarted) else ""
