"""What `import dxemu` gives, without a lab: lazily, callable packages, designs looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import dxemu
from dxemu import api
from dxemu.errors import InputErrors
from dxemu.finished import Finished
from dxemu.labs.live import Broken, CostSoFar, Windows
from dxemu.labs.places import LabFolder
from dxemu.measure.result import Outage, Result
from dxemu.story.model import Scenario
from dxemu.topology.model import Topology

OUTAGE = Outage(
    probe="app",
    direction="to_aws",
    fault=None,
    after=None,
    start_s=1.0,
    end_s=2.0,
    duration_ms=1000.0,
    uncertainty_ms=10.0,
    packets_lost=100,
)
CASES = (("to_aws", 911.92), ("from_aws", None))
RESULT = Result(
    **dict.fromkeys(("scenario", "topology", "kernel", "kernel_release", "clock", "invalid_because", "see_also"), "x"),
    **dict.fromkeys(("expectations", "faults", "probes", "stages", "predicted", "recoveries", "paths"), ()),
    **dict.fromkeys(("virtual_s", "wall_s"), 1.0),
    seed=1,
    verdict="fail",
    outages=(OUTAGE,),
)


def test_to_import_it_loads_almost_nothing() -> None:
    code = """import sys, dxemu
print([n for n in sys.modules if n.startswith('dxemu')])
print(dxemu.explain("app", "web", topology="backup_connection").topology)
from dxemu.run import living
print(len(dxemu.audit("private_vif").outcomes) > 0, callable(dxemu.run), callable(dxemu.lab))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["['dxemu']", "backup_connection", "True True True"]
    with pytest.raises(AttributeError, match="dxemu has no nothing"):
        dxemu.nothing  # noqa: B018


def test_all_that_is_said_is_there() -> None:
    for name in dxemu.__all__:
        assert getattr(dxemu, name) is not None
    written = Path(dxemu.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    for name in dxemu.__all__:
        assert f" as {name}\n" in written or f"\n{name}: " in written


def test_a_file_is_what_it_says() -> None:
    topology, scenario = api.load("backup_connection"), api.load("cut_primary_silently")
    assert isinstance(topology, Topology) and isinstance(scenario, Scenario)
    assert scenario.topology.connections == topology.connections
    with pytest.raises(InputErrors, match="Did you mean"):
        api.load("backup_conection")


def test_a_design_is_looked_at() -> None:
    found = api.audit("backup_connection")
    assert any(finding.code == "DX-A001" for finding in found.found)
    way = api.explain("app", "web", topology="backup_connection")
    assert way.directions
    with pytest.raises(TypeError, match="one of topology, run and lab"):
        api.explain("app", "web")


def test_what_a_fault_costs_is_printed_as_people_say_it() -> None:
    assert str(OUTAGE) == "1.00 s ± 10 ms"
    lasting = replace(OUTAGE, end_s=None, duration_ms=None)
    assert str(CostSoFar(OUTAGE, lasting)) == "to AWS 1.00 s ± 10 ms, from AWS out since 1.000 s"
    assert str(CostSoFar(None, None)) == "to AWS nothing, from AWS nothing"
    told = [{"probe": "app", "direction": way, "outage_ms": [598.7, high]} for way, high in CASES]
    windows = Windows(told)
    assert str(windows) == "app to AWS 599 - 912 ms, app from AWS 599 ms or no end"
    assert (windows[0], json.dumps(windows)) == (told[0], json.dumps(told))
    lab = dxemu.LiveLab(LabFolder(Path("/labs/mine")))
    cut = Broken(lab, "cable_cut", 5.0, "carrier down on dx_1", windows)
    assert str(cut) == f"cable_cut at 5.000 s: carrier down on dx_1; predicted: {windows}"
    assert str(replace(cut, predicted=Windows())).endswith("predicted: nothing")
    assert repr(lab) == "<lab mine>"


def test_a_run_that_is_over(tmp_path: Path) -> None:
    run = Finished(RESULT, tmp_path)
    assert not run.passed
    assert [len(run.outages(*of)) for of in ((), ("app",), ("app", "from_aws"))] == [1, 1, 0]
    assert run.outages("nobody") == []
    assert run._repr_html_().startswith("<pre>")
    assert run.first_screen().endswith(f"  {tmp_path}")
    (tmp_path / "report.html").touch()
    assert run.first_screen().endswith("/report.html")
