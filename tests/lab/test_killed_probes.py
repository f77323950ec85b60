"""A run that is killed is worth what its probes had measured, of every kind."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dxemu.events.growing_log import GROWING
from dxemu.events.known_so_far import KNOWN
from dxemu.events.probes import HopsTraced
from dxemu.probes.asking import Requests
from dxemu.probes.capture import Captured
from dxemu.probes.latency import Latency
from dxemu.probes.tcp import Stream
from dxemu.probes.throughput import Throughput
from dxemu.run.saved import read
from tests.lab.guest import REPOSITORY
from tests.lab.machine import environment

pytestmark = pytest.mark.lab

STORY = f"""
story: "It is cut, and somebody kills the run."
topology: {REPOSITORY}/topologies/backup_connection.yaml
probes:
  app: {{udp: {{from: app, to: web}}}}
  delays: {{latency: {{from: app, to: web, rate: 100/s}}}}
  names: {{dns: {{from: app, to: web}}}}
  pages: {{http: {{from: app, to: web}}}}
  chat: {{tcp: {{from: app, to: web}}}}
  hops: {{trace: {{from: app, to: web, every: 1 s}}}}
  frames: {{capture: {{connection: primary}}}}
  load: {{throughput: {{from: app, to: web, at: 1 s, for: 60 s, udp: 1 Mbps}}}}
steps: [{{at: 3 s, fault: {{cable_silent: {{connection: primary}}}}}}]
end: 900 s
"""
KILLED_S = 7.0
TRACES = 6
WITHIN_S = 300.0
LOOK_S = 0.05


def known_s(file: Path) -> float:
    """Up to when a probe has written down what it knows."""
    with contextlib.suppress(OSError):
        return max((json.loads(line)["t"] for line in file.read_text(encoding="utf-8").splitlines()), default=0.0)
    return 0.0


def traces(folder: Path) -> int:
    """How many the timeline has: it is written by the command, which may be behind what the lab writes itself."""
    with contextlib.suppress(OSError):
        return (folder / "timeline.jsonl").read_text(encoding="utf-8").count('"event": "hops"')
    return 0


def test_every_kind_keeps_what_it_measured(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "story.yaml").write_text(STORY, encoding="utf-8")
    command = [sys.executable, "-m", "dxemu", "run", "story.yaml"]
    env = environment(tmp_path / "home", tmp_path)
    folder = tmp_path / "runs" / "story" / "1"
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=out, stderr=out, text=True)
    try:
        late = time.monotonic() + WITHIN_S
        files = [folder / f"{name}{KNOWN}" for name in ("names.dns", "chat.tcp")]
        while traces(folder) < TRACES or any(known_s(file) < KILLED_S for file in files):
            assert process.poll() is None and time.monotonic() < late, (tmp_path / "out").read_text(encoding="utf-8")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_S)
    finally:
        process.kill()
        process.wait()
    assert len(list(folder.glob(f"*{GROWING}"))) == 4
    saved = read(folder)
    found = saved.result.found
    for probe in ("names", "pages"):
        (requests,) = found.of(Requests, probe)
        assert requests.asked >= 60
        assert (requests.p50_ms or 0) > 0
    (stream,) = found.of(Stream, "chat")
    assert stream.messages >= 60
    assert stream.opened_s is not None
    assert {one.direction for one in found.of(Latency, "delays")} == {"to_aws", "from_aws"}
    assert min(one.sent for one in found.of(Latency, "delays")) >= 600
    assert "bfd" in {one.label for one in found.of(Captured, "frames")}
    (load,) = found.of(Throughput, "load")
    assert load.seconds >= 4
    assert 0 < load.bits_per_second < 1.01e6
    assert len([event for event in saved.events if isinstance(event, HopsTraced)]) >= TRACES
    assert {outage.fault for outage in saved.result.outages if outage.probe == "app"} == {"cable_silent"}
    assert "the run was cut off" in saved.cut_off
    assert "missing" not in saved.cut_off
