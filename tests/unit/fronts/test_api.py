"""What `import dxemu` gives, without a lab: lazily, callable packages, designs looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dxemu
from dxemu import api
from dxemu.errors import InputErrors
from dxemu.finished import Finished
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


def test_a_run_that_is_over(tmp_path: Path) -> None:
    run = Finished(RESULT, tmp_path)
    assert not run.passed
    assert [len(run.outages(*of)) for of in ((), ("app",), ("app", "from_aws"))] == [1, 1, 0]
    assert run.outages("nobody") == []
    assert run._repr_html_().startswith("<pre>")
    assert run.first_screen().endswith(f"  {tmp_path}")
    (tmp_path / "report.html").touch()
    assert run.first_screen().endswith("/report.html")
