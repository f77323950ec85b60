"""The numbers of a run with seed 1, as they were when they were last written: `tests/lab/yardstick/SCENARIO.json`.

A change that is not meant to change any is held against them, to 0.1 ms. To write them anew, after a change that is:
scripts/yardstick. What differs then is in the commit's diff, one line for each thing that happened.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dxemu.host import machine
from dxemu.plan.model import Plan

FOLDER = Path(__file__).parent / "yardstick"
WRITE = "DXEMU_WRITE_GOLDEN"
TOLERANCE_MS = 0.1
TOLD = (
    *(
        "fault_injected",
        "fault_healed",
        "action_done",
        "change_done",
        "change_failed",
        "bgp",
        "bgp_refused",
        "bfd",
        "carrier",
        "lacp",
        "vrrp",
        "tunnel",
    ),
    *("prefix_limit", "captured", "fetched", "throughput", "path_mtu"),
)
"""Events that are compared, from the run's start on."""
WORDS = (
    "node",
    "session",
    "lag",
    "cable",
    "tunnel",
    "virtual_router_id",
    "fault",
    "action",
    "change",
    "back",
    "probe",
    "state",
    "up",
)
WORDS_TOO = ("reason", "label", "problem", "target")

Numbers = dict[str, Any]


def numbers(plan: Plan, result: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Numbers:
    """What is compared of a run: `words` as they are, `times` (a list of ms for each line) to `TOLERANCE_MS`."""
    times: dict[str, list[float]] = {}

    def at(line: str, ms: float | None) -> None:
        times.setdefault(line, []).append(-1.0 if ms is None else round(ms, 3))

    for outage in result["outages"]:
        line = f"outage of {outage['probe']} {outage['direction']} after {outage['after']} of {outage['fault']}"
        at(f"{line}: start", outage["start_s"] * 1e3)
        at(f"{line}: duration", outage["duration_ms"])
    for stage in result["stages"]:
        line = f"{stage['fault']} {stage['direction']} noticed on {stage['node']} by {stage['detected_by']}"
        at(line, stage["detect_ms"])
    for event in events:
        if event["event"] in TOLD and event["t"] >= 0:
            said = (f"{key}={event[key]}" for key in (*WORDS, *WORDS_TOO) if event.get(key) not in (None, ""))
            at(" ".join((event["event"], *said)), event["t"] * 1e3)
    paths = [f"{p['probe']} {p['direction']} {p['when']}: {p['text']}" for p in result["paths"]]
    return {
        "versions": versions(plan),
        "words": {"verdict": result["verdict"], "paths": paths},
        "times": {line: sorted(found) for line, found in sorted(times.items())},
    }


def versions(plan: Plan) -> dict[str, str]:
    """The daemons that the plan runs and whose jitter or timers are in its numbers, with their versions."""
    used = {"exabgp": str(machine.package_version("exabgp"))}
    if any(session.has_bfd for session in plan.sessions):
        used["bird"] = str(machine.program_version("bird"))
    if plan.vrrp:
        used["keepalived"] = _package("keepalived")
    if plan.tunnels:
        used["strongswan"] = _package("libstrongswan")
    return used


def _package(name: str) -> str:
    """The upstream version of a Debian package: neither program says it in one word."""
    command = ["dpkg-query", "-W", "-f", "${source:Upstream-Version}", name]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout


def differences(before: Numbers, now: Numbers) -> Iterator[str]:
    """What differs, in words. Times are compared where the daemons are of the versions that they were written with."""
    for key, value in before["words"].items():
        if now["words"].get(key) != value:
            yield f"{key}: {value} became {now['words'].get(key)}"
    if before["versions"] != now["versions"]:
        return
    for line in sorted(before["times"].keys() | now["times"].keys()):
        old, new = before["times"].get(line, []), now["times"].get(line, [])
        if len(old) != len(new) or any(abs(a - b) > TOLERANCE_MS for a, b in zip(old, new, strict=True)):
            yield f"{line}: {old} became {new} ms"


def compared(scenario: str, now: Numbers) -> list[str]:
    """What differs from the yardstick; or nothing, after writing it anew if the environment asks for that."""
    file = FOLDER / f"{scenario}.json"
    if os.environ.get(WRITE) == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    if not file.exists():
        return [f"{file} is missing: scripts/yardstick writes it"]
    return list(differences(json.loads(file.read_text(encoding="utf-8")), now))
