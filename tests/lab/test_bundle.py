"""A run that is repeated from its own folder has the same digest, also where steps wait for events."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dxemu.host import where
from dxemu.run import bundle, record
from dxemu.run.kept import prepare_kept
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY
from tests.lab.rehearsals import Rehearsed, rehearsed

pytestmark = [pytest.mark.lab, pytest.mark.slow]


CHANCE = f"""\
topology: {REPOSITORY}/topologies/backup_connection.yaml
probes: {{app: {{udp: {{from: app, to: web, rate: 1000/s}}}}}}
steps:
  - at: 5 s
    fault: {{any_of: [{{cable_silent: {{connection: primary}}}}, {{vlan_pruned: {{virtual_interface: primary}}}}]}}
  - {{when: {{outage: app, is: begun, direction: from_aws}}, within: 150 ms}}
  - {{when: {{outage: app, is: over}}, within: 2 s}}
expect:
  - {{outage: app, within_prediction: true}}
end: 10 s
"""


def test_what_was_drawn_is_drawn_again(tmp_path: Path) -> None:
    (tmp_path / "chance.yaml").write_text(CHANCE, encoding="utf-8")
    found = repeated(str(tmp_path / "chance"), tmp_path)
    (drew,) = (event for event in found.events if event["event"] == "drew")
    (injected,) = (event for event in found.events if event["event"] == "fault_injected")
    assert (drew["t"], drew["number"], drew["key"], drew["of"]) == (pytest.approx(0, abs=0.001), 1, "fault", 2)
    assert drew["drawn"].startswith(f"{{{injected['kind']}: ")
    seen = [(event["direction"], event["state"], event["t"]) for event in found.events if event["event"] == "outage"]
    assert [(direction, state) for direction, state, _ in seen[:2]] == [("to_aws", "begun"), ("from_aws", "begun")]
    for direction, state, t in seen:
        (measured,) = (outage for outage in found.written["outages"] if outage["direction"] == direction)
        at = measured["start_s"] + 0.1 if state == "begun" else measured["end_s"]
        assert t == pytest.approx(at, abs=0.01), "but for what packets take, and an interval"
    assert found.written["drawn"] == [{"step": 1, "key": "fault", "drawn": drew["drawn"], "of": 2}]
    assert found.result.verdict == "pass"


def test_the_same_comes_out(tmp_path: Path) -> None:
    repeated("drain_when_the_session_flaps", tmp_path)


def repeated(scenario: str, tmp_path: Path) -> Rehearsed:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    found = rehearsed(scenario, first, seed=3)
    bundle.check(first)
    known = record.read(first)
    assert known is not None
    asyncio.run(rehearse(prepare_kept(first, known), where.embedded("virtual"), second, known.seed, lambda _: None))
    assert bundle.differences(first, second) == []
    return found
