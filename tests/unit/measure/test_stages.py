from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_plan import small_plan
from stories import failover, fault, healed, path, probe_log, run, sessions_up

from dxemu.events.base import Event
from dxemu.measure.result import Outage, Stage
from dxemu.measure.stages import Hit, MeasuredRun, stages
from dxemu.plan.model import Plan
from tests.unit.events.filled import filled

PRIMARY = Hit(fault="cable_silent", sessions=frozenset({"primary", "primary_ipv6"}), cables=frozenset({"primary"}))


def outage(start_s: float, end_s: float | None, fault: str = "cable_silent", direction: str = "to_aws") -> Outage:
    duration_ms = None if end_s is None else round((end_s - start_s) * 1e3, 6)
    return Outage(
        probe="app",
        direction=direction,
        fault=fault,
        after="fault",
        start_s=start_s,
        end_s=end_s,
        duration_ms=duration_ms,
        uncertainty_ms=2.0,
        packets_lost=1,
    )


def found(plan: Plan, events: list[Event], *outages: Outage, hits: tuple[Hit, ...] = (PRIMARY,)) -> dict[str, Stage]:
    measured = MeasuredRun(plan=plan, hits=hits, events=events, outages=outages, probes=(), versions={"app": 4})
    return {stage.fault: stage for stage in stages(measured) if stage.direction == "to_aws"}


def bfd(at: float, session: str) -> Event:
    about = {"node": "colo_router", "session": session, "state": "down", "reason": "expired"}
    return filled({"t": at, "event": "bfd", **about})


def lost(at: float, session: str, reason: str) -> list[Event]:
    return failover(at, "colo_router", "colo_router", "172.31.0.0/16", reason, session)


def test_a_later_fault_is_not_what_detected_a_flap() -> None:
    """400 ms without packets that nobody notices, and a cut of the same cable later, which BFD notices."""
    second = replace(PRIMARY, fault="cable_silent#2")
    events = [
        *sessions_up(-1),
        fault(10),
        healed(10.4),
        fault(30, "cable_silent#2"),
        *lost(30.8, "primary", "bfd"),
    ]
    both = (outage(10, 10.4), outage(30, 30.802, "cable_silent#2"))
    seen = found(small_plan(), events, *both, hits=(PRIMARY, second))
    assert (seen["cable_silent"].detected_by, seen["cable_silent"].detect_ms) == ("none", None)
    assert seen["cable_silent"].withdraw_ms is None
    assert (seen["cable_silent#2"].detected_by, seen["cable_silent#2"].detect_ms) == ("bfd", 800)


def test_nor_is_it_where_no_packet_was_lost() -> None:
    second = replace(PRIMARY, fault="cable_silent#2")
    events = [fault(10), healed(10.4), fault(30, "cable_silent#2"), *lost(30.8, "primary", "bfd")]
    seen = found(small_plan(), events, hits=(PRIMARY, second))
    assert seen["cable_silent"].detected_by == "none"
    assert seen["cable_silent#2"].detected_by == "bfd"


def test_light_that_ends_the_session_is_what_detected_it_though_bfd_goes_down_later() -> None:
    events = [fault(10), *lost(10.001, "primary", "carrier"), bfd(10.85, "primary")]
    seen = found(small_plan(), events, outage(10, 10.9))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms) == ("carrier", 1)


def test_what_was_struck_is_a_cable_also_where_a_router_is_called_the_same() -> None:
    """Who notices is upstream of the cable: the router before it, not what is before a router of that name."""
    hops = ["app", "lan", "primary", "metro", "colo_router", "primary", "dx_1", "backbone", "web"]
    events = [*path(0, hops), fault(10), *lost(10.7, "primary", "bfd")]
    seen = found(small_plan(), events, outage(10, 10.71))["cable_silent"]
    assert (seen.detected_by, seen.node) == ("bfd", "colo_router")


def test_what_ended_the_outage_is_charged_to_it_and_nothing_later() -> None:
    backup = Hit(fault="cable_silent", sessions=frozenset({"primary", "backup"}), cables=frozenset({"primary"}))
    events = [fault(10), *lost(10.7, "primary", "bfd"), *lost(10.8, "backup", "bfd"), *lost(14, "backup", "hold_timer")]
    seen = found(small_plan(), events, outage(10, 10.801), hits=(backup,))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms, seen.withdraw_ms) == ("bfd", 800, 802)


@pytest.mark.parametrize(("version", "expected"), [(4, 700), (6, 650)])
def test_an_outage_is_noticed_on_a_session_of_its_own_ip_version(version: int, expected: float) -> None:
    plan = small_plan()
    first = next(session for session in plan.sessions if session.name == "primary")
    ends = tuple(replace(end, address=_six(number)) for number, end in enumerate(first.ends))
    plan = replace(plan, sessions=(*plan.sessions, replace(first, name="primary_ipv6", ends=ends)))
    events = [fault(10), *lost(10.65, "primary_ipv6", "bfd"), *lost(10.7, "primary", "bfd")]
    measured = MeasuredRun(
        plan=plan,
        hits=(PRIMARY,),
        events=events,
        outages=(outage(10, 10.71),),
        probes=(),
        versions={"app": version},
    )
    assert stages(measured)[0].detect_ms == expected


def _six(number: int) -> object:
    from ipaddress import IPv6Address

    return IPv6Address(f"2001:db8::{number + 1}")


def test_a_route_is_installed_when_the_kernel_has_one_again() -> None:
    """Not when it says that the old one is gone, 100 ms before."""
    prefix = "172.31.0.0/16"
    table = {"event": "route", "node": "colo_router", "prefix": prefix}
    gone = filled({"t": 10.703, **table, "via": None, "interface": None})
    new = filled({"t": 10.803, **table, "via": "169.254.0.6", "interface": "backup.102"})
    events = [fault(10), *lost(10.7, "primary", "bfd")[:-2], gone, new]
    seen = found(small_plan(), events, outage(10, 10.804))["cable_silent"]
    assert (seen.withdraw_ms, seen.install_ms) == (702, 803)


def test_an_outage_without_end_is_noticed_when_it_is_noticed_first() -> None:
    events = [fault(10), *lost(10.7, "primary", "bfd"), *lost(70, "primary", "hold_timer")]
    seen = found(small_plan(), events, outage(10, None))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms, seen.first_packet_ms) == ("bfd", 700, None)


def test_a_probe_that_lost_nothing_has_no_stage_of_its_own_beside_one_that_did(tmp_path: Path) -> None:
    events = [*sessions_up(-1), fault(20), *lost(20.7, "primary", "bfd")]
    logs = {"to_aws": probe_log(30, 0.01, [(20, 20.71)]), "from_aws": probe_log(30, 0.01, [])}
    result = run(tmp_path, events, logs)
    assert {(s.direction, s.probe, s.detected_by) for s in result.stages} == {
        ("to_aws", "app", "bfd"),
        ("from_aws", None, "none"),
    }


@pytest.mark.parametrize(("other_at", "charged"), [(5, True), (10, True), (10.5, False)])
def test_what_was_done_after_an_action_ends_what_it_is_charged_with(other_at: float, charged: bool) -> None:
    """Not what was done before it, nor in the same moment."""
    done = action(10, "announce")
    events = [done, action(other_at, "withdraw"), *lost(11, "primary", "prefix_limit")]
    assert ("announce" in found(small_plan(), sorted(events, key=lambda event: event.t))) == charged


def action(at: float, name: str) -> Event:
    about = {"action": name, "kind": name, "target": "primary", "evidence": "", "done_at_s": float(at)}
    return filled({"t": float(at), "event": "action_done", **about})


def test_a_tunnel_whose_session_has_ended_is_not_what_detected_it() -> None:
    """BGP's hold timer of 30 s is sooner than dead peer detection after 40 s."""
    hit = Hit(fault="cable_silent", sessions=frozenset({"vpn_tunnel_1"}), cables=frozenset({"internet"}))
    about = {"node": "customer_router", "tunnel": "vpn_tunnel_1", "state": "down", "reason": "dpd"}
    dead = filled({"t": 50.6, "event": "tunnel", **about})
    held = failover(40.97, "customer_router", "customer_router", "172.31.0.0/16", "hold_timer", "vpn_tunnel_1")
    seen = found(small_plan(name="vpn_backup"), [fault(10), *held, dead], outage(10, 55), hits=(hit,))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms) == ("hold_timer", 30970)
    seen = found(small_plan(name="vpn_backup"), [fault(10), dead], outage(10, 55), hits=(hit,))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms) == ("dpd", 40600)


@pytest.mark.parametrize(
    ("sessions", "cables", "same"),
    [
        ({"primary"}, {"primary"}, True),
        ({"primary"}, {"other"}, True),
        ({"backup"}, {"primary"}, True),
        ({"backup"}, {"backup"}, False),
    ],
)
def test_two_faults_meet_in_a_session_or_in_a_cable(sessions: set[str], cables: set[str], same: bool) -> None:
    """A virtual interface of the same connection is struck on the same cable, in other sessions."""
    other = Hit(fault="other", sessions=frozenset(sessions), cables=frozenset(cables))
    assert PRIMARY.meets(other) is other.meets(PRIMARY) is same


def test_what_comes_back_with_the_repair_is_not_called_installing() -> None:
    """BFD notices, no way is left, and after the repair the session brings the route back."""
    down = [event for event in lost(10.7, "primary", "bfd") if getattr(event, "via", None) is None]
    back = [event for event in lost(40.9, "primary", "bfd") if getattr(event, "via", None) is not None]
    assert back
    seen = found(small_plan(), [fault(10), *down, healed(40), *back], outage(10, 41))["cable_silent"]
    assert (seen.detected_by, seen.detect_ms, seen.install_ms) == ("bfd", 700, None)
    assert seen.first_packet_ms == 31_000
    unhealed = found(small_plan(), [fault(10), *down, *back], outage(10, 41))["cable_silent"]
    assert unhealed.install_ms is not None
