"""What nobody answers ARP for meanwhile costs as long as it lasts, and not what the kernel makes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dxemu.host import versions, where
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

SCENARIO = f"""
story: Longer than Linux asks in vain, and shorter than the hold timer.
topology: {REPOSITORY}/topologies/private_vif.yaml
change: {{virtual_interfaces: {{prod: {{bfd: off}}}}}}
probes:
  four: {{udp: {{from: app, to: web, rate: 250/s}}}}
  six: {{udp: {{from: app, to: web, rate: 250/s, ip_version: 6}}}}
steps: [{{at: 5.3 s, fault: {{FAULT}}, for: LASTS s}}]
"""


def costs(folder: Path, fault: str, lasts_s: float) -> dict[tuple[str, str], float]:
    """What each probe lost in each direction, in seconds."""
    file = folder / "scenario.yaml"
    file.write_text(SCENARIO.replace("FAULT", fault).replace("LASTS", str(lasts_s)), encoding="utf-8")
    prepared = prepare(file, versions=versions.installed())
    result = asyncio.run(rehearse(prepared, where.embedded("virtual"), folder, 1, lambda _: None))
    assert {outage.after for outage in result.outages} == {"fault"}
    return {(one.probe, one.direction): (one.duration_ms or 0.0) / 1e3 for one in result.outages}


def test_a_silent_cut_costs_as_long_as_it_lasts(tmp_path: Path) -> None:
    lost = costs(tmp_path, "cable_silent: {connection: primary}", 54.3)
    assert len(lost) == 4
    assert [*lost.values()] == pytest.approx([54.3] * 4, abs=0.012)


def test_a_host_holds_nothing_back_while_its_router_has_no_power(tmp_path: Path) -> None:
    lost = costs(tmp_path, "node_down: {router: customer_router}", 5.44)
    assert lost["four", "to_aws"] >= 5.44
    assert lost["six", "to_aws"] >= 5.44
