"""A finished run, replayed from its folder up to a moment: what each router believed then."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from dxemu.control.forward import Believed
from dxemu.events import timeline
from dxemu.events.base import Event
from dxemu.events.folder import RESULT, TIMELINE, NoRun, check_run
from dxemu.events.run import RunStarted
from dxemu.events.sessions import BgpChanged
from dxemu.explain.heard import Heard
from dxemu.explain.names import NotExplained
from dxemu.explain.state import State
from dxemu.forms import means
from dxemu.plan.make import make_plan
from dxemu.plan.model import BgpSession, Plan, Role, SessionEnd, VrrpGroup
from dxemu.topology import effective
from dxemu.units import IPAddress, IPNetwork, Seconds

MASTER = "master"

_WHY = {
    "bfd": "BFD says so",
    "carrier": "no light",
    "hold_timer": "the hold timer expired",
    "notification": "the other end said so",
    "peer_closed": "the other end closed",
    "dpd": "the peer is silent (DPD)",
    "expired": "its tunnel's keys have expired",
    "notification_sent": "it said why",
    "prefix_limit": "more prefixes than AWS takes",
    "cleared": "an operator reset it",
    "shut_down": "an operator shut it down",
    "reconfigured": "an operator configured it anew",
    "removed": "an operator removed it",
}


def state_of_run(
    folder: Path, at: str | None, *, called: str = "", topology_name: str | None = None, now: float = 0.0
) -> State:
    """What was believed in the run of `folder` at the moment `at`, such as `12s`; None: at its end.

    A run that goes on is at `now`. It is `called` otherwise than its folder, if that is given. Raises NoRun if there is
    no such run, NotExplained if it has no such moment, InputErrors if its topology was changed and is wrong.
    """
    file = _files(folder)
    events = _events(folder / TIMELINE)
    started = any(isinstance(event, RunStarted) for event in events)
    if not started:
        raise NoRun(f"the lab of {folder} never ran\n  Run its scenario again.")
    end = max(now, *(event.t for event in events))
    moment = _moment(at, end, called or f"the run in {folder}", goes_on=now > 0)
    heard = Heard()
    for event in events:
        if event.t <= moment:
            heard.hear(event)
    topology = effective.read(file.parent / heard.design, topology_name or _name(folder))
    plan = _as_it_was(make_plan(topology), heard)
    faults = _faults(heard)
    return State(
        topology=topology,
        plan=plan,
        believed=_believed(plan, heard),
        dead=_dead(plan, heard),
        orphaned=_orphaned(plan, heard),
        faults=faults,
        moment="; ".join((f"at {moment:.3f} s of {called or folder}", *(words for _, words in faults))),
        down=_down(plan, heard),
    )


def _files(folder: Path) -> Path:
    """The run's topology file. Raises NoRun."""
    check_run(folder)
    file = folder / effective.FILE
    if not file.is_file():
        by_file = means().option("topology", "FILE")
        remedy = f"It was made before runs kept it. Run the scenario again, or ask with {by_file}."
        raise NoRun(f"{folder} has no {effective.FILE}\n  {remedy}")
    return file


def _events(file: Path) -> list[Event]:
    try:
        return list(timeline.read(file))
    except ValueError as error:
        raise NoRun(f"{error}\n  The run's {TIMELINE} is damaged. Run the scenario again.") from error


def _name(folder: Path) -> str:
    """The topology's name as the result has it; a run that was interrupted has none."""
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return folder.parent.name
    return str(result.get("topology", folder.parent.name)) if isinstance(result, dict) else folder.parent.name


def _moment(at: str | None, end: float, called: str, *, goes_on: bool) -> float:
    if at is None:
        return end
    last = f"{math.floor(end * 1e3) / 1e3:.10g} s"  # as the report has times: one that is said can be given
    between = f"Give a time from 0 s to {last}, such as {means().option('at', f'{end / 2:.0f}s')}."
    try:
        moment = Seconds.parse(at)
    except ValueError as error:
        raise NotExplained(f"{means().option('at', at)}: {error}\n  {between}") from None
    if moment > end:
        problem = f"{called} is at {last}" if goes_on else f"{called} ended at {last}"
        raise NotExplained(f"{problem}, before {moment}\n  {between}")
    return moment


def _as_it_was(plan: Plan, heard: Heard) -> Plan:
    """The plan with the virtual interfaces that were accepted by then, and what was announced by then."""
    sessions = (
        replace(
            s,
            confirmed=s.confirmed or s.virtual_interface in heard.confirmed,
            ends=(_end(s, s.ends[0], heard), _end(s, s.ends[1], heard)),
            route_filter_prefixes=_accepted(s, heard),
        )
        for s in plan.sessions
    )
    speakers = (replace(s, originates=heard.originates.get(s.name, s.originates)) for s in plan.speakers)
    return replace(plan, sessions=tuple(sessions), speakers=tuple(speakers))


def _accepted(session: BgpSession, heard: Heard) -> tuple[IPNetwork, ...] | None:
    """With what was approved before the session came up: what was announced earlier stayed refused."""
    if session.route_filter_prefixes is None:
        return None
    accepted = heard.accepted.get(session.name, ())
    waiting = set(heard.approved.get(session.name, ())) - set(accepted)
    return tuple(dict.fromkeys((*(p for p in session.route_filter_prefixes if p not in waiting), *accepted)))


def _end(session: BgpSession, end: SessionEnd, heard: Heard) -> SessionEnd:
    """An end with the filter that it had by then."""
    tuned = heard.retuned.get((session.name, end.node))
    if tuned is not None:
        end = replace(end, export_prepend=tuned.prepend, export_med=tuned.med)
    held_back, more = heard.held_back.get(end.speaker, ()), heard.let_out.get(end.speaker, ())
    if session.external and (held_back or (more and end.withholds)):
        withheld = dict.fromkeys((*end.withholds, *held_back))
        end = replace(end, withholds=tuple(prefix for prefix in withheld if prefix not in more))
    filtered = more and end.announces is not None and not session.static
    return replace(end, announces=(*(end.announces or ()), *more)) if filtered else end


def _believed(plan: Plan, heard: Heard) -> Believed:
    down = frozenset(
        (session.name, end.speaker)
        for session in plan.sessions
        for end in session.ends
        if not heard.is_up(session.name, end.node)
        and (session.name, end.node) not in heard.stale  # graceful restart: it still uses what it heard before
    )
    drained = {name for (name, _), tuned in heard.retuned.items() if tuned.drained}
    down |= frozenset((s.name, end.speaker) for s in plan.sessions if s.name in drained for end in s.ends)
    lost = frozenset(
        (gateway.node, attachment.speaker)
        for gateway in plan.gateways
        for attachment in gateway.attachments
        if heard.carriers.get((gateway.node, attachment.gateway_interface)) is False
    )
    out = frozenset(member for member, up in heard.members.items() if not up)
    dark = frozenset(port for port, lit in heard.carriers.items() if not lit and plan.own_static_routes(port[0]))
    return Believed(down_ends=down, lost=lost, dark=dark, masters_gone=_masters_gone(plan, heard), out=out)


def _masters_gone(plan: Plan, heard: Heard) -> frozenset[tuple[int, str]]:
    """The routers that come before the one which has the shared address."""
    gone: set[tuple[int, str]] = set()
    for group in plan.vrrp:
        number_ = group.virtual_router_id
        master = _master(group, heard)
        order = [router for router, _ in group.priorities]
        if master is not None:
            gone |= {(number_, router) for router in order[: order.index(master)]}
    return frozenset(gone)


def _master(group: VrrpGroup, heard: Heard) -> str | None:
    """The router that says it is master; the first one if several do."""
    return next((n for n, _ in group.interfaces if heard.vrrp.get((group.virtual_router_id, n)) == MASTER), None)


def _orphaned(plan: Plan, heard: Heard) -> frozenset[IPAddress]:
    return frozenset(group.address.ip for group in plan.vrrp if _master(group, heard) is None)


def _dead(plan: Plan, heard: Heard) -> frozenset[str]:
    """The nodes of which every port is dark: they have no power."""
    ports: dict[str, list[bool]] = {}
    for cable in plan.cables:
        for port in (cable.a, cable.b):
            ports.setdefault(port.node, []).append(heard.carriers.get((port.node, port.name), True))
    routes = {node.name for node in plan.nodes if node.role not in (Role.HOST, Role.INSTANCE, Role.SERVICE)}
    return frozenset(node for node, lit in ports.items() if node in routes and not any(lit))


def _down(plan: Plan, heard: Heard) -> tuple[str, ...]:
    """The sessions that an end has given up, with when and why."""
    words = []
    for session in plan.sessions:
        for end in session.ends:
            event = heard.ends.get((session.name, end.node))
            if event is not None and event.state == "down":
                words.append(f"{session.name} on {end.node} since {event.t:.3f} s{_reason(event)}")
    return tuple(words)


def _reason(event: BgpChanged) -> str:
    return f": {_WHY.get(event.reason, event.reason)}" if event.reason else ""


def _faults(heard: Heard) -> tuple[tuple[str, str], ...]:
    """What is broken at this moment: the target, and words."""
    return tuple(
        (event.target, f"{event.kind} on {event.target} since {event.injected_at_s:.3f} s")
        for event in heard.faults.values()
    )
