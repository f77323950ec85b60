"""The report as a person sees it. The golden texts are reviewed by eye: DXEMU_WRITE_GOLDEN=1 writes them."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from small_plan import small_plan
from stories import (
    META,
    PRIMARY,
    bfd_story,
    expect,
    failover,
    fault,
    healed,
    hold_timer_story,
    leak_story,
    path,
    probe_log,
    run,
    sessions_up,
)

from dxemu.measure.result import ActionResult, Daemon, Result
from dxemu.predict.impact import Impact
from dxemu.report import result_json
from dxemu.report.console import PlainConsole
from dxemu.report.live import live_line
from dxemu.report.live_lines import LiveLines
from dxemu.report.run import header_line, render, show
from dxemu.units import Seconds
from tests.unit.events.filled import filled

GOLDEN = Path(__file__).parent / "golden"
FOLDER = "runs/cut_primary_silently/1/"


def text(result: Result, width: int, **options: object) -> str:
    return "\n".join(line.plain for line in render(result, width=width, folder=FOLDER, **options)) + "\n"


def hold_timer(folder: Path) -> Result:
    return hold_timer_story(
        folder,
        expect("outage", "app", within_prediction=True),
        expect("outage", "app", at_most=Seconds(95)),
        expect("session", "backup", never="down"),
        see_also="With BFD 300 ms x 3: scenarios/cut_primary_silently.yaml",
    )


def failing(folder: Path) -> Result:
    return bfd_story(
        folder,
        expect("outage", "app", within_prediction=True),
        expect("outage", "app", at_most=Seconds(0.5)),
        expect("path", "app", via="primary", at="end"),
        expect("session", "primary", never="down"),
    )


def healing(folder: Path) -> Result:
    """Light lost at 5 s and back at 35 s; the waiting connection loses light at 60 s for good; stray losses before."""
    events = [
        *sessions_up(-1),
        *path(0, PRIMARY),
        fault(5, "cable_cut"),
        *failover(5.001, "colo_router", "colo_router", "172.31.0.0/16", "carrier"),
        *failover(5.001, "dx_1", "vgw", "10.0.0.0/16", "carrier"),
        *path(6, ["app", "metro", "colo_router", "backup", "dx_2"]),
        healed(35, "cable_cut"),
        *sessions_up(41.5, "primary"),
        *path(42, PRIMARY),
        fault(60, "cable_cut#2", "backup", "cable_cut"),
    ]
    logs = {
        "to_aws": probe_log(100, 0.001, [(1, 1.001), (2, 2.002), (5, 5.004), (41.6, 41.603)]),
        "from_aws": probe_log(100, 0.001, [(5, 5.004)]),
    }
    both = ("colo_router", "dx_1", "dx_2")
    impacts = (
        Impact(fault="cable_cut", at=Seconds(5), until=Seconds(35), cables=("primary",), carrier_lost_at=both),
        Impact(fault="cable_cut#2", at=Seconds(60), until=None, cables=("backup",), carrier_lost_at=both),
    )
    return run(
        folder,
        events,
        logs,
        expect("lost", "app", after="heal", at_most=0),
        impacts=impacts,
        interval_s=0.001,
        meta=replace(META, virtual_s=100.0),
    )


def leak(folder: Path) -> Result:
    return leak_story(folder, expect("session", "primary", **{"is": "up", "at": "end"}))


def dead(folder: Path) -> Result:
    """Both connections go silent for good; nothing was expected, and the sender was late."""
    logs = {"to_aws": probe_log(120, 0.01, [(20, 999)]), "from_aws": probe_log(120, 0.01, [(20, 999)])}
    impacts = (Impact(fault="device_dead", at=Seconds(20), until=None, cables=("primary", "backup")),)
    return run(folder, [fault(20, "device_dead", "dx_1")], logs, impacts=impacts, bfd=False, lateness_s=0.007)


def quiet(folder: Path) -> Result:
    return run(folder, path(0, PRIMARY), {"to_aws": probe_log(5, 0.01, []), "from_aws": probe_log(5, 0.01, [])})


def other_probes(folder: Path) -> Result:
    """Throughput, fetches, a capture and path MTUs beside outages."""
    bulk = {"event": "throughput", "t": 9, "probe": "bulk", "direction": "to_aws", "started_s": 5, "omitted_s": 0.2}
    tcp = {"streams": 1, "seconds": 3, "bits_per_second": 9.56e9, "offered_bps": None, "lost_percent": None}
    udp = {"streams": 4, "seconds": 1, "bits_per_second": 5e8, "offered_bps": 1e9, "lost_percent": 49.6}
    shop = {"event": "fetched", "t": 1, "probe": "a_shop_with_a_long_name", "service": "s3_us_east_1", "took_s": 0.012}
    answer = {"status": 200, "bytes": 24, "seen_as": "203.0.113.1", "problem": ""}
    silence = {"status": None, "bytes": 0, "seen_as": "", "problem": "no answer within 2 s"}
    link = {"event": "captured", "t": 12, "probe": "link", "cable": "primary"}
    size = {"event": "path_mtu", "t": 2, "probe": "size", "direction": "to_aws"}
    events = [
        *path(0, PRIMARY),
        {**bulk, **tcp, "problem": ""},
        {**bulk, **udp, "probe": "load", "problem": ""},
        {**bulk, **tcp, "probe": "dead", "direction": "from_aws", "problem": "no connection within 5 s"},
        *({**shop, **answer, "started_s": 0.1 + n} for n in range(3)),
        {**shop, **silence, "started_s": 3.1},
        {**link, "label": "esp", "to_aws": 812, "from_aws": 790},
        {**link, "label": "bfd", "to_aws": 40, "from_aws": 0},
        {**link, "label": "vlan 101", "to_aws": 852, "from_aws": 790},
        {**size, "started_s": 2, "mtu": 8500, "told": True, "told_by": "10.0.0.1"},
        {**size, "started_s": 20.5, "mtu": 1446, "told": False, "told_by": ""},
    ]
    logs = {"to_aws": probe_log(5, 0.01, []), "from_aws": probe_log(5, 0.01, [])}
    told = [filled(event) if isinstance(event, dict) else event for event in events]
    return run(folder, told, logs, expect("capture", "link", only=("esp", "ike")))


def real_clock(folder: Path) -> Result:
    """The same, with the clock that hurries nobody."""
    return replace(other_probes(folder), clock="real", outages=(), paths=())


@pytest.mark.parametrize(
    ("story", "width"),
    [
        (other_probes, 100),
        (other_probes, 60),
        (real_clock, 120),
        (hold_timer, 120),
        (hold_timer, 80),
        (hold_timer, 60),
        (failing, 100),
        (healing, 120),
        (dead, 100),
        (leak, 120),
        (leak, 60),
        (quiet, 100),
    ],
)
def test_golden(story, width, tmp_path):
    golden = GOLDEN / f"{story.__name__}_{width}.txt"
    if os.environ.get("DXEMU_WRITE_GOLDEN"):
        golden.write_text(text(story(tmp_path), width, header=True), encoding="utf-8")
    assert text(story(tmp_path), width, header=True) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("story", [hold_timer, failing, healing, dead, quiet, leak, other_probes])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(story, width, tmp_path):
    assert max(len(line) for line in text(story(tmp_path), width).splitlines()) <= width


@pytest.mark.parametrize("session", ["a" * n for n in (15, 16, 17, 18, 40)])
def test_a_long_name_never_touches_what_stands_beside_it(session, tmp_path):
    result = healing(tmp_path)
    (first, *_) = result.recoveries
    lines = text(replace(result, recoveries=(replace(first, session=session),)), 120).splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith(f"    {session} back")]
    assert lines[at] == f"    {session} back" or lines[at].startswith(f"    {session} back ")
    assert "after the heal" in lines[at] + lines[at + 1]


def test_what_never_had_a_way_is_not_called_unexplained(tmp_path):
    result = healing(tmp_path)
    lost = replace(result.outages[0], fault=None, action=None, start_s=0.1, end_s=None)
    (path, *_) = result.paths
    nowhere = replace(path, probe=lost.probe, when="before", complete=False)
    shown = text(replace(result, outages=(lost,), paths=(nowhere,)), 120)
    assert "no way, with nothing broken" in shown and "UNEXPLAINED" not in shown
    led_there = replace(nowhere, complete=True)
    over_again = replace(lost, end_s=0.5)
    later = replace(lost, start_s=max(f.injected_at_s for f in result.faults) + 0.1)
    for changed in ({"paths": (led_there,)}, {"outages": (over_again,)}, {"outages": (later,)}):
        shown = text(replace(result, **{"outages": (lost,), "paths": (nowhere,), **changed}), 120)
        assert "UNEXPLAINED" in shown and "no way, with" not in shown


def test_what_was_lost_until_somebody_did_something_is_explained_by_that(tmp_path):
    result = healing(tmp_path)
    first = min(o.start_s for o in result.outages)
    lost = [replace(o, fault=None, action=None, start_s=0.1, end_s=6.5) for o in result.outages if o.start_s > first]
    confirmed = ActionResult(
        action="confirm_virtual_interface", kind="confirm_virtual_interface", target="guest", done_at_s=5, evidence=""
    )
    shown = text(replace(result, outages=tuple(lost[:1]), actions=(confirmed,)), 120)
    assert "until confirm_virtual_interface" in shown and "UNEXPLAINED" not in shown
    late = replace(confirmed, done_at_s=0)
    assert "UNEXPLAINED" in text(replace(result, outages=tuple(lost[:1]), actions=(late,)), 120)


def test_a_long_line_keeps_a_gap_before_what_it_took():
    event = {"event": "bgp", "t": 9.0, "node": "a" * 40, "session": "b" * 40, "state": "down", "reason": "bfd"}
    assert "BFD says so  1.00 s after" in str(live_line(filled(event), 8.0))


def test_a_saved_result_gives_the_same_report(tmp_path):
    result = failing(tmp_path)
    result_json.write(result, tmp_path / "result.json")
    assert text(result_json.read(tmp_path / "result.json"), 100) == text(result, 100)
    assert [p.name for p in tmp_path.glob("result*")] == ["result.json"]


def test_a_saved_result_of_every_probe_gives_the_same_report(tmp_path):
    result = other_probes(tmp_path)
    result_json.write(result, tmp_path / "result.json")
    assert result_json.read(tmp_path / "result.json") == result


def test_what_is_no_result_is_refused(tmp_path):
    (tmp_path / "result.json").write_text("[]")
    with pytest.raises(ValueError, match="is not a result"):
        result_json.read(tmp_path / "result.json")


def test_colour_only_on_a_terminal(tmp_path):
    for terminal in (False, True):
        out = io.StringIO()
        show(
            hold_timer(tmp_path),
            Console(file=out, force_terminal=terminal, width=120, color_system="standard" if terminal else None),
        )
        assert ("\x1b[" in out.getvalue()) is terminal


def test_header():
    assert header_line("backup_connection", "embedded", "6.12", "virtual", 1) == (
        "backup_connection   embedded kernel 6.12   virtual clock   seed 1"
    )
    assert "   embedded kernel 7.3, seccomp   " in header_line("a", "embedded", "7.3", "virtual", 1, "seccomp")


def test_a_link_that_a_lab_left_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("the machine's own")
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("result.json", "result.json.part"):
        (folder / name).symlink_to(outside)
    result = hold_timer(tmp_path)
    result_json.write(result, folder / "result.json")
    assert outside.read_text() == "the machine's own"
    assert result_json.read(folder / "result.json") == result
    assert not (folder / "result.json").is_symlink()


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            {"t": -1, "event": "lab_ready", "nodes": 7, "cables": 7, "sessions": 1, "wall_s": 2.41},
            "  lab        7 nodes, 7 cables, 1 BGP session established" + 16 * " " + "2.4 s",
        ),
        (
            {
                "t": 30,
                "event": "fault_injected",
                "fault": "cable_silent",
                "kind": "cable_silent",
                "target": "primary",
                "evidence": "212 packets",
            },
            "  30.000 s   cable_silent on primary   confirmed: 212 packets",
        ),
        (
            {"t": 60, "event": "fault_healed", "fault": "cable_silent#2", "evidence": ""},
            "  60.000 s   cable_silent#2 healed",
        ),
        (
            {"t": 5, "event": "carrier", "node": "dx_1", "cable": "primary", "up": False},
            "   5.000 s   primary lost light on dx_1",
        ),
        (
            {"t": 5, "event": "carrier", "node": "dx_1", "cable": "primary", "up": True},
            "   5.000 s   primary has light again on dx_1",
        ),
        (
            {"t": 5.7, "event": "bfd", "node": "dx_1", "session": "primary", "state": "down", "reason": "x"},
            "   5.700 s   BFD down on dx_1 for primary",
        ),
        (
            {
                "t": 118.402,
                "event": "bgp",
                "node": "dx_1",
                "session": "primary",
                "state": "down",
                "reason": "hold_timer",
            },
            " 118.402 s   hold timer expired on dx_1 for primary",
        ),
        (
            {"t": 5.7, "event": "bgp", "node": "dx_1", "session": "primary", "state": "down", "reason": "notification"},
            "   5.700 s   BGP down on dx_1 for primary: the other end said so",
        ),
        (
            {"t": 41.5, "event": "bgp", "node": "dx_1", "session": "primary", "state": "up", "reason": ""},
            "  41.500 s   BGP up on dx_1 for primary",
        ),
        (
            {
                "t": 5.7,
                "event": "best",
                "node": "vgw",
                "prefix": "10.0.0.0/16",
                "session": "backup",
                "rule": "only path",
            },
            "   5.700 s   vgw: 10.0.0.0/16 now through backup (only path)",
        ),
        (
            {"t": 5.7, "event": "best", "node": "vgw", "prefix": "10.0.0.0/16", "session": None, "rule": ""},
            "   5.700 s   vgw: 10.0.0.0/16 withdrawn, no other path",
        ),
        ({"t": 150, "event": "run_ended", "wall_s": 8.1}, " " + "━" * 42 + " 150.0 virtual s in 8.1 s"),
        (
            {"t": 9, "event": "throughput", "probe": "bulk", "direction": "to_aws", "bits_per_second": 9.56e9},
            "   9.000 s   bulk: 9.56 Gbps to AWS",
        ),
        (
            {"t": 9, "event": "throughput", "probe": "bulk", "direction": "from_aws", "problem": "nothing arrived"},
            "   9.000 s   bulk: nothing arrived from AWS",
        ),
        (
            {"t": 2, "event": "path_mtu", "probe": "size", "direction": "to_aws", "mtu": 8500},
            "   2.000 s   size: 8500 bytes get through to AWS",
        ),
        (
            {"t": 2, "event": "refused", "node": "dx_1", "session": "a", "prefix": "10.0.0.0/8", "reason": "private"},
            "   2.000 s   dx_1 refuses 10.0.0.0/8 on a: private",
        ),
        (
            {"t": 2, "event": "withheld", "node": "amazon", "session": "a", "prefix": "10.0.0.0/8", "reason": "scope"},
            "   2.000 s   amazon does not hear of 10.0.0.0/8: scope",
        ),
        ({"t": 1, "event": "route", "node": "vgw"}, None),
        ({"t": -1, "event": "bgp", "node": "dx_1", "session": "primary", "state": "up"}, None),
    ],
)
def test_live_lines(event, line):
    assert live_line(filled(event)) == line


def test_a_detection_says_how_long_it_took():
    event = {
        "t": 118.402,
        "event": "bgp",
        "node": "dx_1",
        "session": "primary",
        "state": "down",
        "reason": "hold_timer",
    }
    assert live_line(filled(event), 30.0).endswith("   88.40 s after the fault")
    assert small_plan().node("dx_1").name in live_line(filled(event), 30.0)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "carrier", "node": "dx_1", "cable": "primary", "up": False}, "primary lost light on dx_1"),
        (
            {"event": "bgp", "node": "dx_1", "session": "primary", "state": "down", "reason": "carrier"},
            "BGP down on dx_1 for primary: no light",
        ),
    ],
)
def test_light_that_goes_long_after_a_fault_is_of_another_one(event, said):
    assert live_line(filled({"t": 30.0, **event}), 5.0).endswith(said)
    assert live_line(filled({"t": 30.0, **event}), 30.0).endswith("at once")
    assert live_line(filled({"t": 30.0, **event}), 29.961).endswith("39 ms after the fault")


def test_the_live_lines_remember_the_last_fault():
    out = io.StringIO()
    live = LiveLines(PlainConsole(file=out, width=60))
    live.hear(
        filled(
            {"t": 30, "event": "fault_injected", "fault": "cable_silent", "kind": "cable_silent", "target": "[primary]"}
        )
    )
    live.hear(filled({"t": 31, "event": "route", "node": "vgw"}))
    live.hear(
        filled(
            {"t": 118.4, "event": "bgp", "node": "dx_1", "session": "primary", "state": "down", "reason": "hold_timer"}
        )
    )
    assert out.getvalue().splitlines()[0] == "  30.000 s   cable_silent on [primary]"
    assert out.getvalue().splitlines()[1].endswith("88.40 s after the fault")
    assert len(out.getvalue().splitlines()) == 2


def test_bfd_that_agrees_with_what_the_port_said_is_not_told_again():
    out = io.StringIO()
    with LiveLines(Console(file=out, width=100)) as live:
        for event in ("bgp", "bfd"):
            live.hear(
                filled(
                    {"t": 5, "event": event, "node": "dx_1", "session": "primary", "state": "down", "reason": "carrier"}
                )
            )
        live.hear(filled({"t": 9, "event": "bgp", "node": "dx_1", "session": "primary", "state": "up", "reason": ""}))
        live.hear(
            filled({"t": 10, "event": "bfd", "node": "dx_1", "session": "primary", "state": "down", "reason": "x"})
        )
    assert [line.split()[2] for line in out.getvalue().splitlines()] == ["BGP", "BGP", "BFD"]


def best(t: float, prefix: str, session: str | None = "primary", node: str = "dx_1") -> dict[str, object]:
    return {"t": t, "event": "best", "node": node, "prefix": prefix, "session": session, "rule": "only path"}


def shown(events: list[dict[str, object]]) -> list[str]:
    out = io.StringIO()
    with LiveLines(Console(file=out, force_terminal=False, width=200)) as lines:
        for event in events:
            lines.hear(filled(event))
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_many_changes_alike_at_one_moment_are_one_line():
    leaked = [best(10.0 + n * 1e-6, f"10.64.{n}.0/24") for n in range(100)]
    others = [best(10.0, f"10.64.{n}.0/24", node="vgw") for n in range(3)]
    later = {"t": 10.5, "event": "carrier", "node": "dx_1", "cable": "primary", "up": False}
    assert shown([*leaked, *others, best(10.4, "10.0.0.0/16", None), later]) == [
        "10.000 s dx_1: 10.64.0.0/24 and 99 more now through primary (only path)",
        *(f"10.000 s vgw: 10.64.{n}.0/24 now through primary (only path)" for n in range(3)),
        "10.400 s dx_1: 10.0.0.0/16 withdrawn, no other path",
        "10.500 s primary lost light on dx_1",
    ]


def test_what_a_router_announces_itself_is_not_called_withdrawn():
    assert shown([best(10, "10.64.0.0/24", "", "colo_router")]) == [
        "10.000 s colo_router: 10.64.0.0/24 announced by itself"
    ]


def test_a_quota_that_takes_effect_is_told():
    where = {"t": 10, "node": "dx_1", "session": "primary", "count": 151, "limit": 100}
    assert shown([{**where, "event": "prefix_limit", "reason": "too many"}]) == ["10.000 s dx_1 for primary: too many"]
    assert shown([{**where, "event": "quota", "session": "", "reason": "no room"}]) == ["10.000 s dx_1: no room"]


def test_a_daemon_of_a_version_that_nobody_compared_is_told(tmp_path: Path):
    result = hold_timer(tmp_path)
    assert [(d.name, d.version, d.unknown) for d in result.daemons] == [("ExaBGP", "5.0.15", "")]
    said = "strongSwan 6.1.0: compared with labs of 5.9.8 and 6.0.1; taken are the rules of 6.0.1"
    other = Daemon(name="strongSwan", version="6.1.0", rules="only IKE's own messages are a sign of life", unknown=said)
    lines = text(replace(result, daemons=(*result.daemons, other)), 120).splitlines()
    assert [line.split(maxsplit=2)[2] for line in lines if "another version" in line] == [said]
    assert "another version" not in text(result, 120)


def test_a_lab_that_is_not_whole_again_is_told(tmp_path: Path):
    left = ("cable primary: everything is lost", "after 180 s more bgp of primary is down on dx_1")
    lines = text(replace(hold_timer(tmp_path), still_broken=left), 120).splitlines()
    (first,) = [number for number, line in enumerate(lines) if line.split()[:3] == ["not", "whole", "again"]]
    assert [lines[first].split(maxsplit=3)[3], lines[first + 1].strip()] == list(left)
    assert "not whole again" not in text(hold_timer(tmp_path), 120)
