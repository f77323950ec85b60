"""Does everything come back as it is predicted? Every element of a topology fails in a run of its own, and is repaired.

`python -m tools.verify_heals` says it for every topology, or for those that are named: whether the loss at its return
is inside its prediction, and whether its sessions are back in time. With `--judge` no lab is started: what earlier runs
measured is set beside what would be predicted now.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from dxemu.errors import DxemuError
from dxemu.host import where
from dxemu.host.where import Where
from dxemu.measure.result import Outage, Result
from dxemu.measure.result_codec import from_json
from dxemu.plan.model import Role
from dxemu.predict.predict import Prediction
from dxemu.report.terminal import echo
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.words import count, duration
from tools.verify_audit import CONFLICT, Check, each_of, runs_option, sample_options, wanted

AT_S = 5.0
NOTICED_S = 3.0
"""How long an element stays broken after everybody has noticed."""
AFTER_S = 8.0
"""How long a run goes on after the last session should be back: longer than anything else takes to return."""
RATES = ((60.0, 500), (math.inf, 200))
"""Packets a second, by how long the run is."""
MS = 1e3
OF_HUNDRED = 99.0
"""How many returns of a hundred have to be inside their predictions."""


def lasts_s(check: Check) -> float:
    """How long the element is broken: until every protocol has noticed."""
    noticed = [p.detect.high_s for p in check.outcome.predictions if not math.isinf(p.detect.high_s)]
    timers = [float(t.dpd_timeout) + 1 for t in check.plan.tunnels] if check.plan.tunnels else []
    return math.ceil(max(noticed + timers, default=0.0) + NOTICED_S)


def scenario(check: Check, ends_after_s: float) -> str:
    """A scenario file: the element fails and is repaired, and the run goes on for so long after that."""
    failure = check.outcome.failures[0]
    ((what, name),) = failure.parameters.items()
    lasts = lasts_s(check)
    end = AT_S + lasts + ends_after_s
    rate = next(rate for longest, rate in RATES if end <= longest)
    services = {node.name for node in check.plan.nodes if node.role is Role.SERVICE}
    probes = [
        f"  {pair.probe}: {{udp: {{from: {pair.near}, to: {pair.far}, rate: {rate}/s, ip_version: {pair.version}}}}}"
        for pair in check.pairs
        if pair.far not in services
    ]
    lines = [
        f'story: "{failure.text}, and comes back."',
        f"topology: {check.file.resolve()}",
        *(["probes:", *probes] if probes else []),
        "steps:",
        f"  - at: {AT_S:g} s",
        f"    fault: {{{failure.mode.fault}: {{{what}: {name}}}}}",
        f"    for: {lasts:g} s",
        f"end: {math.ceil(end)} s",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run showed. `wrong` says what is outside its prediction; `broken` why there is no result."""

    what: str
    wrong: tuple[str, ...]
    measured: str = ""
    broken: str = ""

    @property
    def agrees(self) -> bool:
        """Whether all is as it was predicted."""
        return not self.wrong and not self.broken

    def line(self, width: int) -> str:
        """One line for people."""
        if self.broken:
            return f"BROKE      {self.what:<{width}}  {self.broken}"
        word = "inside" if self.agrees else "OUTSIDE"
        return f"{word:<10} {self.what:<{width}}  {'; '.join(self.wrong) or self.measured}"


def outside(result: Result, predictions: Sequence[Prediction]) -> Iterator[str]:
    """What of the return contradicts its prediction, in words."""
    for p in predictions:
        if p.recovery is None:
            continue
        mine = [o for o in result.outages if (o.probe, o.direction, o.after) == (p.probe, p.direction, "heal")]
        low, high = p.recovery.outage.low_s * MS, p.recovery.outage.high_s * MS
        for outage in mine:
            if not _inside(outage, high):
                lost = "still out" if outage.duration_ms is None else duration(outage.duration_ms)
                yield f"{p.probe} {p.direction}: {lost}, predicted {duration(low)} - {duration(high)}"
    back = next((p.recovery.session_back for p in predictions if p.recovery is not None), None)
    for found in result.recoveries if back is not None else ():
        assert back is not None
        if found.back_ms is None or found.back_ms > back.high_s * MS:
            took = "never" if found.back_ms is None else duration(found.back_ms)
            yield f"{found.session} back: {took}, predicted up to {duration(back.high_s * MS)}"


def _inside(outage: Outage, high_ms: float) -> bool:
    if outage.duration_ms is None:
        return False
    return high_ms > 0 and outage.duration_ms - outage.uncertainty_ms <= high_ms


def _measured(result: Result) -> str:
    healed = [o.duration_ms or 0.0 for o in result.outages if o.after == "heal"]
    return duration(max(healed)) if healed else "none"


async def verify(check: Check, place: Where | None, folder: Path, seed: int) -> Verdict:
    """Run it, or (`place` None) judge what is in `folder`. A lab that breaks agrees with nothing."""
    what = f"{check.file.stem}: {check.text}"
    file = folder / "scenario.yaml"
    try:
        if place is None:
            rehearsal = prepare(file, versions=check.plan.versions)
            result = from_json(json.loads((folder / "result.json").read_text(encoding="utf-8")))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(scenario(check, AFTER_S), encoding="utf-8")
            rehearsal = prepare(file, versions=check.plan.versions)
            recoveries = [p.recovery.session_back.high_s for p in rehearsal.predictions if p.recovery is not None]
            longest = max((s for s in recoveries if not math.isinf(s)), default=0.0)
            file.write_text(scenario(check, AFTER_S + longest), encoding="utf-8")
            rehearsal = prepare(file, versions=check.plan.versions)
            result = await rehearse(rehearsal, place, folder, seed, lambda _event: None)
    except (DxemuError, OSError, ValueError) as error:
        return Verdict(what=what, wrong=(), broken=f"{str(error).splitlines()[0]} ({folder})")
    wrong = tuple(outside(result, rehearsal.predictions))
    return Verdict(what=what, wrong=wrong, measured=_measured(result))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@sample_options
@click.option("--judge", is_flag=True, help="Start no lab: judge what is in the folder of the runs.")
@runs_option("verify_heals")
def main(topologies: tuple[Path, ...], sample: int | None, seed: int, jobs: int, judge: bool, runs: Path) -> None:
    """Let everything in TOPOLOGIES (default: all) fail and come back in a lab, and compare with the predictions.

    Exits with 0 if at least 99 of 100 are inside theirs, else with 1.
    """
    checks, place = wanted(topologies, sample, seed), None if judge else where.embedded("virtual")
    if judge:
        checks = [check for check in checks if (check.folder(runs) / "result.json").is_file()]
    verdicts = asyncio.run(each_of(checks, jobs, lambda check: verify(check, place, check.folder(runs), seed)))
    inside = sum(verdict.agrees for verdict in verdicts)
    echo(f"\n{count(len(verdicts), 'return')}: {inside} inside their predictions")
    sys.exit(0 if inside * 100 >= OF_HUNDRED * len(verdicts) else CONFLICT)


if __name__ == "__main__":
    main()
