"""Does every kind of fault work? Each strikes in a lab of its own: applied, seen, healed, and gone.

`python -m tools.verify_faults` says it for all kinds, or for those that are named. Nothing of a kind is known here: a
new one is struck with, too. What a run finds is in its folder, with the scenario that was made for it.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from dxemu.errors import DxemuError
from dxemu.events.folder import TIMELINE
from dxemu.faults.menu import kinds
from dxemu.host import versions, where
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import predict
from dxemu.report.terminal import echo
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.units import Seconds
from dxemu.words import count, duration
from tools.fault_examples import Example, examples, sites
from tools.verify_audit import CONFLICT

AT_S, NOTICED_S, SHORTEST_S, LONGEST_S = 5.0, 3.0, 8.0, 150.0
"""When it strikes; how long it stands after everybody has noticed, and at all."""
AFTER_S = 10.0
RATE, FLOWS, SIZE, STREAM = 200, 20, 1420, 20
"""Packets that no tunnel has to fragment, and that an MTU which is too small stops."""
SIGNS = (
    "bgp",
    "bfd",
    "carrier",
    "lacp",
    "tunnel",
    "vrrp",
    "path",
    "table",
    "prefix_limit",
    "quota",
    "route",
    "stalled",
)
"""Events that something has noticed it."""
PACKETS = re.compile(r"([0-9]+)(?: of [0-9]+)? packets")
COUNTED, QUIET = "seen by the kernels' counters alone", "read back; nobody asked for what is missing while it stood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run showed: `problem` is empty if all was as it should be, `seen` what there was of an effect."""

    kind: str
    where: str
    problem: str
    seen: str = ""
    evidence: str = ""

    def line(self, width: int) -> str:
        """One line for people."""
        words = self.problem or f"{self.seen}  [{self.evidence}]"
        word = "WRONG" if self.problem else "quiet" if self.seen == QUIET else "ok"
        return f"{word:<6} {self.kind:<{width}} {self.where}  {words}"


def lasts_s(example: Example) -> float:
    """Until everybody has noticed who will; what ends by itself may end before."""
    plan, fault = example.site.plan, example.fault
    impact = impact_of(plan, "fault", Seconds(AT_S), None, fault.effects(plan))
    noticed = [p.detect.high_s for p in predict(plan, [impact], [example.site.pair]) if not math.isinf(p.detect.high_s)]
    wanted = min(LONGEST_S, max(math.ceil(max(noticed, default=0.0) + NOTICED_S), SHORTEST_S))
    return min(wanted, example.lasts_s)


def scenario(example: Example) -> str:
    """A scenario file: it strikes, is seen and is healed, and the run goes on for a while."""
    pair, lasts = example.site.pair, lasts_s(example)
    packets = f"rate: {RATE}/s, flows: {FLOWS}, size: {SIZE}"
    lines = [
        f"story: What {example.kind} does.",
        f"topology: {example.site.file.resolve()}",
        "probes:",
        f"  app: {{udp: {{from: {pair.near}, to: {pair.far}, {packets}}}}}",
        f"  stream: {{tcp: {{from: {pair.near}, to: {pair.far}, rate: {STREAM}/s}}}}",
        "steps:",
        f"  - at: {AT_S:g} s",
        f"    fault: {example.text}",
        *([f"    for: {lasts:g} s"] if lasts < example.lasts_s else []),
        f"end: {math.ceil(AT_S + lasts + AFTER_S)} s",
    ]
    return "\n".join(lines) + "\n"


def judged(example: Example, result: Result, events: Sequence[Mapping[str, object]]) -> Verdict:
    """Whether it was applied and healed by the kernels' word, seen while it stood, and is gone."""
    about = {"kind": example.kind, "where": f"{example.site.file.stem} {example.text}"}
    injected = [event for event in events if event["event"] == "fault_injected"]
    healed = [event for event in events if event["event"] == "fault_healed"]
    if not injected or not healed:
        return Verdict(**about, problem="it was not applied" if not injected else "it was not healed")
    if result.still_broken:
        return Verdict(**about, problem=f"it is not gone: {'; '.join(result.still_broken)}")
    begin, end = float(str(injected[0]["injected_at_s"])), float(str(healed[0]["t"]))
    seen = effects(result, [event for event in events if begin < float(str(event.get("start_s", event["t"]))) <= end])
    words = str(healed[0]["evidence"])
    counted = any(int(number) for number in PACKETS.findall(words))
    return Verdict(**about, problem="", seen=seen or (COUNTED if counted else QUIET), evidence=words)


def effects(result: Result, meanwhile: Sequence[Mapping[str, object]]) -> str:
    """What was seen of it, in words: by the probe's packets, and by what routers noticed."""
    found = []
    for one in result.probes:
        bad = [f"{100 * one.lost / one.sent:.2f} % lost"] if one.lost else []
        bad += [f"{one.duplicates} twice"] if one.duplicates else []
        bad += [f"{one.reordered} out of order"] if one.reordered else []
        usual = one.delay_p50_ms or 0.0
        bad += [f"up to {duration(one.longest_delay_ms)}"] if one.longest_delay_ms > 1.5 * usual else []
        found += [f"{one.direction}: {', '.join(bad)}"] if bad else []
    noticed = Counter(str(event["event"]) for event in meanwhile if event["event"] in SIGNS)
    found += [", ".join(f"{number} {word}" for word, number in sorted(noticed.items()))] if noticed else []
    return "; ".join(found)


async def verify(example: Example, place: Where, folder: Path, seed: int) -> Verdict:
    """Run it. A lab that breaks is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.yaml"
    file.write_text(scenario(example), encoding="utf-8")
    try:
        result = await rehearse(prepare(file, versions=versions.installed()), place, folder, seed, lambda _event: None)
    except DxemuError as error:
        where_ = f"{example.site.file.stem} {example.text}"
        return Verdict(kind=example.kind, where=where_, problem=f"broke: {str(error).splitlines()[0]}")
    told = (folder / TIMELINE).read_text(encoding="utf-8").splitlines()
    return judged(example, result, [json.loads(line) for line in told])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(list(kinds())), metavar="KIND...")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--runs", type=click.Path(path_type=Path, file_okay=False), default=Path("runs", "verify_faults"), show_default=True
)
def main(names: tuple[str, ...], seed: int, runs: Path) -> None:
    """Strike with every KIND of fault (default: all) in a lab: was it applied, seen, healed, and is it gone?"""
    place, everywhere = where.embedded("virtual"), sites()
    width = max(map(len, kinds()))
    wrong = 0
    for kind in names or tuple(kinds()):
        example = next((one for site in everywhere for one in examples(kind, site)), None)
        if example is None:
            verdict = Verdict(kind=kind, where="no topology", problem="it cannot happen anywhere")
        else:
            verdict = asyncio.run(verify(example, place, runs.resolve() / kind, seed))
        wrong += bool(verdict.problem)
        echo(verdict.line(width))
    echo(f"\n{count(len(names or kinds()), 'kind')}: {wrong} wrong")
    sys.exit(CONFLICT if wrong else 0)


if __name__ == "__main__":
    main()
