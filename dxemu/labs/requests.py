"""What a lab that lives can be asked, by its word. Each gives what its answer says, as JSON has it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from dxemu.events.base import Event
from dxemu.events.codec import KINDS
from dxemu.events.codec import encoded as event_encoded
from dxemu.forms import PYTHON
from dxemu.labs.request import Answer, Request
from dxemu.labs.shell import shell
from dxemu.labs.status import status
from dxemu.measure.result_codec import to_json
from dxemu.report.live import live_line
from dxemu.run.orders import (
    COMMAND_WITHIN,
    EVENT_WITHIN,
    Advance,
    AskKeys,
    AskPaths,
    AskRoutes,
    AskStates,
    Execute,
    Heal,
    OpenTerminal,
    OrderRefused,
    StopProbe,
    Until,
)
from dxemu.topology import document
from dxemu.topology.words import quoted, suggestion
from dxemu.units import Seconds

HEAL_ALL = "all"


async def _status(request: Request) -> Answer:
    return await status(request.lab)


async def _names(request: Request) -> Answer:
    """What orders may speak of, by noun, for shells that complete words."""
    lab = request.lab
    mine = {"node": [node.name for node in lab.plan.nodes], "cable": [cable.name for cable in lab.plan.cables]}
    return {**lab.names, **mine, "probe": lab.probes, "fault": lab.faults, "change": lab.changes}


async def _port(request: Request) -> Answer:
    """Where to listen to what is called `name`: a cable's end on the customer's side, or all interfaces of a node."""
    plan, name = request.lab.plan, request.text("name")
    cables, nodes = {cable.name: cable for cable in plan.cables}, [node.name for node in plan.nodes]
    if name in cables:
        return {"node": cables[name].a.node, "interface": cables[name].a.name}
    if name in nodes:
        return {"node": name, "interface": "any"}
    raise OrderRefused(f"there is no cable or node {quoted(name)}", suggestion(name, [*cables, *nodes]))


async def _esp_keys(request: Request) -> Answer:
    return await request.lab.give(AskKeys())


async def _time(request: Request) -> Answer:
    """`t`, by an order that changes nothing: a lab with the real clock is asked."""
    return {"t": (await request.lab.give(AskStates(of="tunnels")))["t"]}


async def _exec(request: Request) -> Answer:
    command = request.written.get("command")
    if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
        raise OrderRefused("exec lacks a command", "Write for example: dxemu exec app ping -c 1 172.31.1.10")
    node, words, within = request.text("node"), tuple(command), request.seconds("within") or COMMAND_WITHIN
    if request.written.get("streamed") and request.lab.session.clock != "virtual":
        return await _streamed(request, OpenTerminal(node=node, command=words, pipes=True), within)
    typed = request.or_none("typed") or ""
    return await request.give(Execute(node=node, command=words, within=within, typed=typed))


async def _streamed(request: Request, order: OpenTerminal, within: Seconds) -> Answer:
    """What it prints is told as it comes. Not where time is virtual: it would pass until each part is there."""
    if not request.written.get("reads"):
        request.lines.put_nowait({"end": True})
    over = asyncio.get_running_loop().call_later(within, request.lines.put_nowait, {"signal": int(signal.SIGKILL)})
    try:
        ended = await shell(request.lab, order, request.lines, request.tell, request.drain, request.gone, hold=True)
    finally:
        over.cancel()
    late = over.when() <= asyncio.get_running_loop().time()
    return {**ended, "in_time": not late, "cut": False, "stdout": "", "stderr": ""}


async def _fail(request: Request) -> Answer:
    name = request.or_none("id") or ""
    lasts, where = request.seconds("lasts"), request.place("fail")
    if lasts == Seconds(0):
        problem = f"{where.option('lasts')}: it is over the moment it begins"
        raise OrderRefused(problem, "Write for example 100 ms, or nothing: it lasts until somebody heals it then.")
    return await request.lab.fail(request.text("text"), lasts=lasts, name=name, where=where)


async def _act(request: Request) -> Answer:
    return await request.lab.act(request.text("text"), name=request.or_none("id") or "", where=request.place("act"))


async def _heal(request: Request) -> Answer:
    lab, which = request.lab, request.text("id")
    if which == HEAL_ALL:
        ids = lab.faults
    elif which in lab.faults:
        ids = (which,)
    elif ":" in which:
        ids = lab.faults_like(which, request.place("heal"))
    else:
        ids = ()
    if not ids and which != HEAL_ALL:
        raise OrderRefused(f"no fault {quoted(which)} stands", suggestion(which, lab.faults, "Nothing is broken."))
    healed: list[Answer] = []
    for name in reversed(ids):
        try:
            healed.append({"id": name, **await lab.give(Heal(id=name))})
        except OrderRefused:
            if which != HEAL_ALL or name in lab.faults:
                raise  # else somebody else has healed it meanwhile, or it was over
    return {"healed": healed}


async def _change(request: Request) -> Answer:
    where, interruption = request.or_none("where") or request.place("change"), request.seconds("interruption")
    return await request.lab.change(request.text("text"), request.or_none("id") or "", interruption, where)


async def _back(request: Request) -> Answer:
    where = request.place("back" if request.written.get("form") == PYTHON else "change --back")
    return await request.lab.back(request.or_none("id"), where)


async def _design(request: Request) -> Answer:
    """Become the design of the file that `text` is, which `where` names; with `dry_run` say only what differs."""
    by = document.parse(request.text("text"), request.text("where"))
    interruption, dry_run = request.seconds("interruption"), bool(request.written.get("dry_run"))
    return await request.lab.follow(by, interruption, dry_run=dry_run)


async def _save(request: Request) -> Answer:
    return {"text": request.lab.text(secrets=bool(request.written.get("secrets")))}


async def _report(request: Request) -> Answer:
    """A result as `result.json` has it, and the `logs` of probes that go on, as events in JSON."""
    result, known = await request.lab.report()
    return {"result": to_json(result), "logs": [event_encoded(event) for event in known]}


async def _probe(request: Request) -> Answer:
    return await request.lab.probe(request.text("text"), request.place("probe"))


async def _stop_probe(request: Request) -> Answer:
    return await request.lab.give(StopProbe(name=request.text("probe")))


async def _advance(request: Request) -> Answer:
    to, by = request.seconds("to"), request.seconds("by")
    return await request.give(Advance(to=to, by=by))


async def _until(request: Request) -> Answer:
    having, within = request.written.get("having"), request.seconds("within") or EVENT_WITHIN
    having, event = having if isinstance(having, dict) else {}, request.text("event")
    if event not in KINDS:
        raise OrderRefused(f"no event is called {quoted(event)}", suggestion(event, KINDS))
    known = [key for key in KINDS[event].types if key != "t"]
    if unknown := [key for key in having if key not in known]:
        nothing = f"Such an event has no values: leave {unknown[0]} out."
        raise OrderRefused(f"{event} has no value {quoted(unknown[0])}", suggestion(unknown[0], known, nothing))
    return await request.give(Until(event=event, having=having, within=within))


async def _paths(request: Request) -> Answer:
    probe, ends = request.or_none("probe") or "", [request.or_none(key) or "" for key in ("from_node", "to_node")]
    return await request.lab.give(AskPaths(probe=probe, from_node=ends[0], to_node=ends[1]))


async def _routes(request: Request) -> Answer:
    return await request.lab.give(AskRoutes(node=request.text("node")))


async def _events(request: Request) -> Answer:
    """What happened so far, and with `follow` what happens, until whoever asked goes. Each as an event and in words."""
    with request.lab.session.events() as stream:
        for event in request.lab.happened():
            request.tell({"event": event_encoded(event), "words": live_line(event)})
        if not request.written.get("follow"):
            return {}
        gone = asyncio.create_task(request.gone.wait())
        try:
            while (coming := await _next_event(stream, gone)) is not None:
                request.tell({"event": event_encoded(coming), "words": live_line(coming)})
        finally:
            gone.cancel()
        return {}


async def _next_event(stream: AsyncIterator[Event], gone: asyncio.Task[Any]) -> Event | None:  # Any: nobody reads it
    """The next one; None if there is none any more, or whoever asked has gone."""
    coming = asyncio.ensure_future(anext(stream, None))
    try:
        await asyncio.wait({gone, coming}, return_when=asyncio.FIRST_COMPLETED)
        return None if gone.done() else coming.result()
    finally:
        coming.cancel()


async def _shell(request: Request) -> Answer:
    """A terminal. The client says what `dxemu.run.terminals` hears, without the number, and is told what it says."""
    size = request.written.get("size")
    rows, columns = size if isinstance(size, list) else (24, 80)
    command = request.written.get("command")
    order = OpenTerminal(
        node=request.text("node"),
        rows=rows,
        columns=columns,
        term=request.or_none("term") or "linux",
        command=tuple(command) if isinstance(command, list) else (),
    )
    hold = bool(request.written.get("hold")) or request.lab.session.clock != "virtual"
    return await shell(request.lab, order, request.lines, request.tell, request.drain, request.gone, hold=hold)


REQUESTS: Mapping[str, Callable[[Request], Awaitable[Answer]]] = {
    "status": _status,
    "esp_keys": _esp_keys,
    "time": _time,
    "names": _names,
    "port": _port,
    "exec": _exec,
    "fail": _fail,
    "act": _act,
    "heal": _heal,
    "change": _change,
    "back": _back,
    "design": _design,
    "save": _save,
    "report": _report,
    "probe": _probe,
    "stop_probe": _stop_probe,
    "advance": _advance,
    "until": _until,
    "paths": _paths,
    "routes": _routes,
    "events": _events,
    "shell": _shell,
}
