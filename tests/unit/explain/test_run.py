"""A moment of a finished run: replayed from its folder, without a lab."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dxemu.events.codec import encoded
from dxemu.events.folder import NoRun
from dxemu.explain.names import NotExplained
from dxemu.explain.path import explain_path
from dxemu.explain.prefix import explain_prefix
from dxemu.explain.replay import _moment, state_of_run
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.topology import effective
from dxemu.topology.load import load
from tests.unit.events.filled import filled
from tests.unit.explain.designs import TOPOLOGIES

Event = dict[str, Any]
LAST: Event = {"t": 20.0, "event": "run_ended", "wall_s": 3.0}


def bgp(t: float, session: str, node: str, state: str, reason: str = "") -> Event:
    return {"t": t, "event": "bgp", "session": session, "node": node, "peer": "", "state": state, "reason": reason}


def run_of(folder: Path, topology: str, events: Sequence[Event]) -> Path:
    """The folder of a run of a design in which all sessions came up, and then `events` happened."""
    folder.mkdir(parents=True)
    file = TOPOLOGIES / f"{topology}.yaml"
    (folder / "topology.yaml").write_text(effective.text_of(file), encoding="utf-8")
    (folder / "result.json").write_text(json.dumps({"topology": topology}), encoding="utf-8")
    sessions = [s for s in make_plan(load(file)).sessions if s.confirmed]
    up = [bgp(-2.0, session.name, end.node, "up") for session in sessions for end in session.ends]
    told = [*up, {"t": 0.0, "event": "run_started"}, *events, LAST]
    (folder / "timeline.jsonl").write_text(
        "".join(json.dumps(encoded(filled(event))) + "\n" for event in told), encoding="utf-8"
    )
    return folder


SILENT = [
    {"t": 5.01, "event": "fault_injected", "fault": "cable_silent", "kind": "cable_silent", "target": "primary",
     "evidence": "", "injected_at_s": 5.0},
    bgp(5.7, "primary", "dx_1", "down", "bfd"),
    bgp(5.9, "primary", "colo_router", "down", "bfd"),
    bgp(12.0, "primary", "dx_1", "up"),
    bgp(12.0, "primary", "colo_router", "up"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "to_aws", "from_aws"),
    [
        ("0 s", "primary", "primary"),
        ("5.5s", "primary", "primary"),
        ("5800 ms", "primary", "backup"),
        ("6s", "backup", "backup"),
        ("12s", "primary", "primary"),
        (None, "primary", "primary"),
    ],
)
def test_each_end_believes_what_it_had_noticed(tmp_path: Path, at: str | None, to_aws: str, from_aws: str) -> None:
    found = explain_path(state_of_run(run_of(tmp_path / "1", "backup_connection", SILENT), at), "app", "web")
    assert [way.over for way in found.directions] == [(to_aws,), (from_aws,)]
    assert found.asymmetric == (to_aws != from_aws)
    assert found.topology == "backup_connection"


def test_what_is_down_and_what_is_broken_is_said(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "1", "backup_connection", SILENT)
    found = explain_path(state_of_run(folder, "5.8 s"), "app", "web")
    assert found.down == ("primary on dx_1 since 5.700 s: BFD says so",)
    assert found.moment == f"at 5.800 s of {folder}; cable_silent on primary since 5.000 s"
    assert found.directions[0].struck == ("cable_silent on primary since 5.000 s",)
    assert found.directions[1].struck == ()


def state_after(folder: Path, topology: str, *events: Event) -> State:
    return state_of_run(run_of(folder, topology, events), None)


def test_announced_prefixes_change(tmp_path: Path) -> None:
    event = {"t": 3.0, "event": "originates", "node": "dx_1", "speaker": "dx_1:dxgw", "prefixes": ["172.31.0.0/16"]}
    state = state_after(tmp_path / "1", "direct_connect_gateway", event)
    assert not explain_path(state, "app", "web_west").directions[0].arrives
    assert explain_prefix(state, "172.30.0.0/16").told == ()


def test_a_filter_is_opened(tmp_path: Path) -> None:
    """A leak: the router announces a prefix more, and its filter lets it out."""
    leak = {"node": "customer_router", "speaker": "customer_router", "prefixes": ["10.0.0.0/16", "10.9.0.0/16"]}
    opened = {"node": "colo_router", "speaker": "colo_router", "prefixes": ["10.9.0.0/16"]}
    events = [{"t": 3.0, "event": "originates", **leak}, {"t": 4.0, "event": "let_out", **opened}]
    folder = run_of(tmp_path / "1", "backup_connection", events)
    kept, out = (explain_prefix(state_of_run(folder, at), "10.9.0.0/16").told for at in ("3.5s", "5s"))
    assert {one.hears: one.why_not for one in kept}["dx_1:vgw"] == "only 10.0.0.0/16 may be announced there"
    assert {one.hears: one.local_pref for one in out} == {"colo_router": 100, "dx_1:vgw": 300, "dx_2:vgw": 100}


def test_a_static_route_goes_with_its_light(tmp_path: Path) -> None:
    plan = make_plan(load(TOPOLOGIES / "vpn_backup_static.yaml"))
    (line,) = [c for c in plan.cables if c.name == "internet_customer_router"]
    dark = {"t": 3.0, "event": "carrier", "node": line.a.node, "interface": line.a.name, "cable": "", "up": False}
    folder = run_of(tmp_path / "1", "vpn_backup_static", [dark])
    before, after = (
        explain_path(state_of_run(folder, at), "app", "192.0.2.1").directions[0].hops[1].reason for at in ("2s", "4s")
    )
    assert before is not None and before.how == "static route to the Internet"
    assert after is None


def test_a_hosted_virtual_interface_is_accepted(tmp_path: Path) -> None:
    up = [bgp(4.0, "guest", "dx_1", "up"), bgp(4.0, "guest", "colo_router", "up")]
    done = {"kind": "confirm_virtual_interface", "target": "guest", "evidence": "", "done_at_s": 3.0}
    accepted = {"t": 3.0, "event": "action_done", "action": "confirm_virtual_interface", **done}
    state = state_after(tmp_path / "1", "hosted_vif", accepted, *up)
    assert explain_path(state, "app", "warehouse").directions[0].over == ("guest",)


def test_another_router_has_the_shared_address(tmp_path: Path) -> None:
    (group,) = make_plan(load(TOPOLOGIES / "hardware_high_availability.yaml")).vrrp
    master = {"event": "vrrp", "virtual_router_id": group.virtual_router_id, "state": "master"}
    second = [{**master, "t": -1.0, "node": "dc_a"}, {**master, "t": 4.0, "node": "dc_a", "state": "fault"}]
    took_over = {**master, "t": 6.0, "node": "dc_b"}
    folder = run_of(tmp_path / "1", "hardware_high_availability", [*second, took_over])
    before, between, after = (
        explain_path(state_of_run(folder, at), "app", "web").directions[0] for at in ("3s", "5s", "7s")
    )
    assert [way.hops[1].node for way in (before, after)] == ["dc_a", "dc_b"]
    assert (len(between.hops), between.arrives) == (1, False)
    assert "no router has the hosts' gateway address" in between.end


def test_a_router_without_power(tmp_path: Path) -> None:
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml"))
    ports = [port for cable in plan.cables for port in (cable.a, cable.b) if port.node == "customer_router"]
    dark = [
        {"t": 3.0, "event": "carrier", "node": p.node, "interface": p.name, "cable": "", "up": False} for p in ports
    ]
    way = explain_path(state_after(tmp_path / "1", "backup_connection", *dark), "app", "web").directions[0]
    assert ([hop.node for hop in way.hops], way.end) == (
        ["app", "customer_router"],
        "router customer_router has no power",
    )


def test_a_gateway_forgets_a_device_whose_cable_is_dark(tmp_path: Path) -> None:
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml"))
    port = next(a.gateway_interface for a in plan.gateways[0].attachments if a.speaker == "dx_1:vgw")
    dark = {"t": 3.0, "event": "carrier", "node": "vgw", "interface": port, "cable": "", "up": False}
    found = explain_path(state_after(tmp_path / "1", "backup_connection", dark), "app", "web")
    assert [way.over for way in found.directions] == [("primary",), ("backup",)]


def test_which_moments_there_are(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "1", "backup_connection", SILENT)
    for at, says in (
        ("21 s", "ended at 20 s, before 21 s\n  Give a time from 0 s to 20 s, such as --at 10s."),
        ("-1s", "'-1s' is not a quantity"),
        ("12", "cannot tell 12 what"),
    ):
        with pytest.raises(NotExplained) as error:
            state_of_run(folder, at)
        assert says in str(error.value)
        assert "from 0 s to 20 s" in str(error.value)


def test_the_last_moment_that_is_said_can_be_given() -> None:
    with pytest.raises(
        NotExplained, match=r"ended at 1234\.567 s, before 2000 s\n  Give a time from 0 s to 1234\.567 s"
    ):
        _moment("2000 s", 1234.5678, "it", goes_on=False)
    assert _moment("1234.567 s", 1234.5678, "it", goes_on=False) == 1234.567


def test_folders_that_are_no_runs(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "scenario" / "1", "backup_connection", SILENT)
    for wrong, says in (
        (tmp_path / "scenario" / "2", f"there is no run {tmp_path}/scenario/2\n  There is {folder}."),
        (tmp_path / "nowhere" / "1", "A run leaves runs/SCENARIO/N."),
        (
            tmp_path / "scenario",
            f"is no run: it has 1 run in it\n  Its latest is {folder}; dxemu report {folder.parent} lists",
        ),
    ):
        with pytest.raises(NoRun) as error:
            state_of_run(wrong, None)
        assert says in str(error.value)


def test_a_run_that_was_killed_ends_with_its_last_whole_event(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "1", "backup_connection", SILENT)
    timeline = folder / "timeline.jsonl"
    lines = timeline.read_text(encoding="utf-8").splitlines(keepends=True)
    timeline.write_text("".join(lines[:-1]) + lines[-1][:-20], encoding="utf-8")
    assert state_of_run(folder, None).moment.startswith(f"at {json.loads(lines[-2])['t']:.3f} s")


def test_a_run_that_is_not_whole(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "1", "backup_connection", SILENT)
    timeline = folder / "timeline.jsonl"
    whole = timeline.read_text(encoding="utf-8")
    timeline.write_text(whole.replace("event", "", 1)[1:], encoding="utf-8")
    with pytest.raises(NoRun, match=r"timeline\.jsonl:1: .*\n  The run's timeline\.jsonl is damaged"):
        state_of_run(folder, None)
    timeline.write_text("", encoding="utf-8")
    with pytest.raises(NoRun, match="never ran"):
        state_of_run(folder, None)
    timeline.write_text(whole, encoding="utf-8")
    (folder / "topology.yaml").unlink()
    with pytest.raises(NoRun, match=r"has no topology\.yaml\n  It was made before runs kept it"):
        state_of_run(folder, None)
