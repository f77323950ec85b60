"""The page: everything that it shows is put together here, and laid out by `page.html.j2`.

Whatever a file, a name or a daemon says is text: Jinja2 escapes it, and control characters are not passed on.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any  # Any: what a template is given

from dxemu.errors import Unsupported
from dxemu.events.base import Event
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.measure.result import Result
from dxemu.plan.model import Plan
from dxemu.report.by_design import reasons
from dxemu.report.html.bars import bars
from dxemu.report.html.bins import MOST, binned
from dxemu.report.html.figures import events, figures, inter_loss_period_lengths, measures
from dxemu.report.html.lanes import lanes
from dxemu.report.html.timeline import DrawnLane, drawn, drawn_probe
from dxemu.report.html.ways import picture, states
from dxemu.report.html.words import counted, long, sentence, sla_line, worst_availability
from dxemu.report.live import live_line
from dxemu.report.packet_types import packet_types
from dxemu.report.run import VERDICTS, header_line
from dxemu.report.terminal import safe
from dxemu.topology.model import Topology
from dxemu.words import direction

MOST_BINS = 12_000
"""Of all probes together: each is drawn, and the page is to stay under 1 MB."""
MOST_EVENTS = 1_000
MOST_OUTAGES = 500
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf:
    """What a page is made from. `folder` has the probes' logs; `story` is the scenario's.

    `design` and `plan` may be missing of a run that kept neither: the page has no picture then. `lab` is the name of
    the one that this is of, "" for a run.
    """

    result: Result
    events: Sequence[Event]
    folder: Path
    story: str = ""
    design: Topology | None = None
    plan: Plan | None = None
    lab: str = ""


def render(of: PageOf) -> str:
    """The whole page, as one HTML document. Raises Unsupported without Jinja2, OSError for a log that is not there."""
    return str(_template().render(_values(of)))


@cache
def _template() -> Any:
    try:
        jinja2: Any = importlib.import_module("jinja2")  # when a page is made: it takes 0.1 s
    except ModuleNotFoundError as error:
        raise Unsupported("report.html needs Jinja2", "sh scripts/setup installs it") from error

    def harmless(value: Any) -> Any:
        return safe(value) if type(value) is str else value

    environment = jinja2.Environment(
        autoescape=True,
        finalize=harmless,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FileSystemLoader(_HERE),
    )
    return environment.get_template("page.html.j2")


def _values(of: PageOf) -> dict[str, Any]:
    result, plan = of.result, of.plan
    word, _ = VERDICTS[result.verdict]
    probes = list(dict.fromkeys(path.probe for path in result.paths))
    ways = [(number, name, states(result, name)) for number, name in enumerate(probes)]
    ways = [way for way in ways if way[2]]
    svg = ""
    if of.design is not None and plan is not None:
        svg = picture(of.design, plan, [(number, found) for number, _, found in ways])
    worst = worst_availability(result)
    found = bars(result)
    intervals = {(p.probe, p.direction): p.interval_ms for p in result.probes}
    run = (result.topology, result.kernel, result.kernel_release, result.clock, result.seed, result.guest_mode)
    return {
        "style": (_HERE / "page.css").read_text(encoding="utf-8"),
        "code": (_HERE / "page.js").read_text(encoding="utf-8"),
        "result": result,
        "verdict": word,
        "sentence": sentence(result),
        "by_design": reasons(result),
        "story": of.story,
        "header": header_line(*run).replace("   ", " · "),
        "sla": sla_line(result),
        "availability": worst,
        "counted": "" if worst is None else counted(worst),
        "long": long,
        "direction": direction,
        "picture": svg,
        "ways": ways,
        "lanes": list(_lanes(of)),
        "end_s": result.virtual_s,
        "bars": [bar for bar in found if not bar.quiet],
        "quiet": [bar for bar in found if bar.quiet],
        "failed": [e for e in result.expectations if e.verdict == "fail"],
        "figures": figures(result),
        "packet_types": tuple(packet_types(result)),
        "measures": measures(result),
        "events": list(events(result)) if len(result.convergences) > 1 else [],
        "outages": inter_loss_period_lengths(result.outages[:MOST_OUTAGES], intervals),
        "more_outages": max(0, len(result.outages) - MOST_OUTAGES),
        "happened": list(_happened(of.events)),
        "more_events": max(0, len(of.events) - MOST_EVENTS),
        "again": list(_again(result, of.lab)),
    }


def _lanes(of: PageOf) -> Iterator[DrawnLane]:
    end = of.result.virtual_s
    for lane in lanes(of.result, of.events):
        yield drawn(lane, end)
    logged = [event for event in of.events if isinstance(event, PacketsLogged)]
    most = min(MOST, MOST_BINS // max(1, len(logged)))
    for event in logged:
        mine = [o for o in of.result.outages if (o.probe, o.direction) == (event.probe, event.direction)]
        lost = [(o.start_s, end if o.end_s is None else o.end_s) for o in mine]
        found = binned(ProbeLog.read(of.folder / event.file), lost, most=most, most_lost=most // 4)
        yield drawn_probe(f"{event.probe} {direction(event.direction)}", found, end)


def _happened(events: Sequence[Event]) -> Iterator[str]:
    """The lines that a terminal showed while it ran."""
    said = 0
    last_fault = None
    for event in events:
        line = live_line(event, last_fault)
        last_fault = event.t if event.word == "fault_injected" else last_fault
        if line is None or event.t < 0 or said >= MOST_EVENTS:
            continue
        said += 1
        yield line.strip()


def _again(result: Result, lab: str) -> Iterator[tuple[str, str]]:
    """What to do with this run, and the command for it, in the folder where this page is; or with this lab."""
    if lab:
        yield "how it is now", f"dxemu status --lab {lab}"
        yield "its report in a terminal", f"dxemu report --lab {lab}"
    else:
        yield "the same run again", f"dxemu run scenario.yaml --seed {result.seed}"
        yield "with another draw of chance", f"dxemu run scenario.yaml --seed {result.seed + 1}"
        yield "its report in a terminal", "dxemu report ."
    of = f"--lab {lab}" if lab else "--run ."
    paths = [path for path in result.paths if path.when == "before" and len(path.hops) > 1]
    for path in paths[:1]:
        back = (p.hops[0] for p in paths if p.probe == path.probe and p.direction != path.direction)
        yield "why packets went that way", f"dxemu explain path {path.hops[0]} {next(back, path.hops[-1])} {of}"
