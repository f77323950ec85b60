"""The lines while a scenario runs: one for each event of the timeline that a person wants to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from dxemu.events.timeline import Event
from dxemu.events.values import number, text
from dxemu.measure.stages import detected_by
from dxemu.report.best_lines import BestLines
from dxemu.report.console import PlainConsole
from dxemu.words import SHORT_MS, bit_rate, count, direction, duration

_RULE = "━" * 42


def live_line(event: Event, last_fault_s: float | None = None, clock: str = "virtual") -> str | None:
    """One line for a timeline event, or None for those that would only fill the screen.

    With `last_fault_s`, when the last fault began, a detection also says how long it took.
    """
    if event["event"] == "lab_ready":
        what = ", ".join(
            (
                count(int(number(event, "nodes")), "node"),
                count(int(number(event, "cables")), "cable"),
                f"{count(int(number(event, 'sessions')), 'BGP session')} established",
            )
        )
        return f"  {'lab':<10} {what:<59} {number(event, 'wall_s'):.1f} s"
    if event["event"] == "run_ended":
        return f" {_RULE} {number(event, 't'):.1f} {clock} s in {number(event, 'wall_s'):.1f} s"
    say = _SAYING.get(str(event["event"]))
    words = say(event) if say is not None and number(event, "t") >= 0 else ""
    if not words:
        return None
    line = f"{number(event, 't'):8.3f} s   {words}"
    if last_fault_s is None or not detected_by(event):
        return line
    return f"{line:<72}  {_after(number(event, 't') - last_fault_s)}"


def _after(fault_s: float) -> str:
    ms = fault_s * 1e3
    return "at once" if ms < SHORT_MS else f"{duration(ms)} after the fault"


def _injected(event: Event) -> str:
    return _confirmed(f"{text(event, 'kind')} on {text(event, 'target')}", event)


def _healed(event: Event) -> str:
    return _confirmed(f"{text(event, 'fault')} healed", event)


def _confirmed(words: str, event: Event) -> str:
    evidence = text(event, "evidence")
    return f"{words}   confirmed: {evidence}" if evidence else words


def _carrier(event: Event) -> str:
    state = "has light again" if event.get("up") is True else "lost light"
    return f"{text(event, 'cable')} {state} on {text(event, 'node')}"


def _bfd(event: Event) -> str:
    return f"BFD {text(event, 'state')} on {text(event, 'node')} for {text(event, 'session')}"


def _bgp(event: Event) -> str:
    node, session, reason = text(event, "node"), text(event, "session"), text(event, "reason")
    if text(event, "state") == "up":
        return f"BGP up on {node} for {session}"
    if reason == "hold_timer":
        return f"hold timer expired on {node} for {session}"
    why = {
        "bfd": "BFD says so",
        "carrier": "no light",
        "notification": f"the other end said {text(event, 'detail') or 'so'}",
        "notification_sent": f"it said {text(event, 'detail')}",
        "peer_closed": "the other end closed",
        "prefix_limit": "too many prefixes",
        "cleared": "an operator reset it",
    }.get(reason, reason)
    return f"BGP down on {node} for {session}" + (f": {why}" if why else "")


def _bgp_refused(event: Event) -> str:
    who = text(event, "node") if event.get("sent") is True else text(event, "peer")
    return f"BGP refused by {who} for {text(event, 'session')}: {text(event, 'detail')}"


def _tunnel(event: Event) -> str:
    node, tunnel, state = text(event, "node"), text(event, "tunnel"), text(event, "state")
    if state == "rekeyed":
        return f"new {'IKE' if text(event, 'reason') == 'ike' else 'ESP'} keys on {node} for {tunnel}"
    why = {"dpd": "the peer is silent (DPD)", "deleted": "closed", "refused": "refused"}.get(text(event, "reason"), "")
    return f"{tunnel} is {state} on {node}" + (f": {why}" if why and state == "down" else "")


def _vrrp(event: Event) -> str:
    has = {"master": "has", "backup": "waits for", "fault": "cannot have"}.get(text(event, "state"), "")
    return f"{text(event, 'node')} {has} the hosts' gateway address (VRRP {text(event, 'state')})"


def _lacp(event: Event) -> str:
    carries = "is back in" if event.get("up") is True else "is out of"
    return f"{text(event, 'cable')} {carries} {text(event, 'lag')} on {text(event, 'node')} (LACP)"


def _done(event: Event) -> str:
    return _confirmed(f"{text(event, 'kind')} on {text(event, 'target')}", event)


def _best(event: Event) -> str:
    node, prefix, session = text(event, "node"), text(event, "prefix"), text(event, "session")
    rule, shared = text(event, "rule"), event.get("shared")
    if isinstance(shared, list):
        return f"{node}: {prefix} now shared by {' and '.join(map(str, shared))} ({rule})"
    if not session:
        announced = event.get("session") is not None
        return f"{node}: {prefix} {'announced by itself' if announced else 'withdrawn, no other path'}"
    if event.get("internal") is True:
        return f"{node}: {prefix} now through {text(event, 'peer')} (iBGP, {rule})"
    return f"{node}: {prefix} now through {session}" + (f" ({rule})" if rule else "")


def _quota(event: Event) -> str:
    where = f"{text(event, 'node')} for {text(event, 'session')}" if text(event, "session") else text(event, "node")
    return f"{where}: {text(event, 'reason')}"


def _stale(event: Event) -> str:
    kept = event.get("prefixes")
    if not isinstance(kept, list) or not kept:
        return ""
    what = f"{text(event, 'node')} keeps {', '.join(map(str, kept))} of {text(event, 'session')}"
    return f"{what} as stale for {duration(number(event, 'for_s') * 1e3)} at most (graceful restart)"


def _stale_over(event: Event) -> str:
    why = {"end_of_rib": "End-of-RIB", "restart_time": "the restart time is over"}
    reason = text(event, "reason")
    gone = event.get("prefixes")
    left = f", {', '.join(map(str, gone))} withdrawn" if isinstance(gone, list) and gone else ""
    return f"{text(event, 'node')} has nothing stale of {text(event, 'session')}: {why.get(reason, reason)}{left}"


def _refused(event: Event) -> str:
    return f"{text(event, 'node')} refuses {text(event, 'prefix')} on {text(event, 'session')}: {text(event, 'reason')}"


def _withheld(event: Event) -> str:
    return f"{text(event, 'node')} does not hear of {text(event, 'prefix')}: {text(event, 'reason')}"


def _throughput(event: Event) -> str:
    way, problem = direction(text(event, "direction")), text(event, "problem")
    return f"{text(event, 'probe')}: {problem or bit_rate(number(event, 'bits_per_second'))} {way}"


def _path_mtu(event: Event) -> str:
    return f"{text(event, 'probe')}: {number(event, 'mtu'):.0f} bytes get through {direction(text(event, 'direction'))}"


_SAYING: Mapping[str, Callable[[Event], str]] = {
    "fault_injected": _injected,
    "fault_healed": _healed,
    "carrier": _carrier,
    "bfd": _bfd,
    "bgp": _bgp,
    "bgp_refused": _bgp_refused,
    "best": _best,
    "stale": _stale,
    "stale_over": _stale_over,
    "refused": _refused,
    "withheld": _withheld,
    "throughput": _throughput,
    "path_mtu": _path_mtu,
    "tunnel": _tunnel,
    "vrrp": _vrrp,
    "lacp": _lacp,
    "action_done": _done,
    "prefix_limit": _quota,
    "quota": _quota,
}


def _progress(event: Event) -> str:
    """How far it is; empty if the event does not say."""
    if event["event"] == "building":
        done, of = number(event, "done"), number(event, "of")
        return f"building the lab: {text(event, 'phase')}" + (f" {done:.0f} of {of:.0f}" if of > 1 else "")
    return f"{number(event, 't'):.0f} s" if event["event"] in ("tick", "run_started") else ""


class LiveLines:
    """A context manager: prints the lines of a run as its events come in, and on a terminal how far it is."""

    def __init__(self, console: PlainConsole) -> None:
        self._console = console
        self._last_fault_s: float | None = None
        self._clock = "virtual"
        self._down: set[tuple[str, str]] = set()
        self._best = BestLines()
        self._status = console.status("building the lab") if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._tell_best()
        if self._status is not None:
            self._status.stop()

    def hear(self, event: Event) -> None:
        """Show one event, if it is one for people. Changes of routes are shown once their moment is over."""
        if self._best.over(event):
            self._tell_best()
        if event["event"] in ("best", "refused", "withheld"):
            self._best.add(event)
            return
        if event["event"] == "run_started":
            self._clock = text(event, "clock")
        if event["event"] == "fault_injected":
            self._last_fault_s = number(event, "t")
        if self._status is not None and (words := _progress(event)):
            self._status.update(words)
        line = live_line(event, self._last_fault_s, self._clock)
        if line is not None and not self._known(event):
            self._tell_best()
            self._print(line)

    def _tell_best(self) -> None:
        for event in self._best.taken():
            line = live_line(event, self._last_fault_s, self._clock)
            if line is not None:
                self._print(line)

    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)

    def _known(self, event: Event) -> bool:
        """Whether it is BFD agreeing that a session is down which that node has given up already."""
        if event["event"] not in ("bgp", "bfd"):
            return False
        end = (text(event, "node"), text(event, "session"))
        if event["event"] == "bfd":
            return event["state"] == "down" and end in self._down
        (self._down.add if event["state"] == "down" else self._down.discard)(end)
        return False
