"""One protocol falls silent: each number is computed by hand from the timers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_plan import small_plan

from dxemu.faults.bfd_silent import BfdSilent
from dxemu.faults.bgp_silent import BgpSilent
from dxemu.faults.esp_blocked import EspBlocked
from dxemu.faults.ike_blocked import IkeBlocked
from dxemu.faults.lacp_silent import LacpSilent
from dxemu.faults.port_filtered import PortFiltered
from dxemu.predict.impact import impact_of
from dxemu.predict.notice import notices
from dxemu.predict.predict import predict
from dxemu.units import Seconds


def predicted(plan, fault, lasts=None, at=5.0):
    until = None if lasts is None else Seconds(at + lasts)
    impact = impact_of(plan, "it", Seconds(at), until, fault.effects(plan))
    found = {one.direction: one for one in predict(plan, [impact])}
    assert found.keys() == {"to_aws", "from_aws"}
    return found


def span(window):
    return (pytest.approx(window.low_s, abs=1e-6), pytest.approx(window.high_s, abs=1e-6))


def test_bgp_alone_is_noticed_by_the_hold_timer_though_bfd_runs_and_nothing_is_lost_with_a_backup():
    found = predicted(small_plan(), BgpSilent(virtual_interface="primary"), lasts=120)
    for one in found.values():
        assert one.detected_by == "hold_timer"
        assert span(one.detect) == (60, 91)
        assert one.outage.high_s < 0.1
        assert one.recovery.session == "primary"


def test_bgp_alone_costs_the_only_way_from_the_hold_timer_until_the_heal():
    found = predicted(small_plan(name="private_vif"), BgpSilent(virtual_interface="prod"), lasts=120)
    # 120 s, without the 60 to 91 s before; the session is back up to 3 s later
    assert found["to_aws"].outage.low_s == pytest.approx(120 - 91, abs=0.1)
    assert found["to_aws"].outage.high_s == pytest.approx(120 - 60 + 3, abs=1.1)
    short = predicted(small_plan(name="private_vif"), BgpSilent(virtual_interface="prod"), lasts=50)
    assert span(short["to_aws"].outage) == (0, 0), "no timer has run out"


def test_bfd_alone_costs_two_connections_anew_and_less_with_a_backup():
    alone = predicted(small_plan(name="private_vif"), BfdSilent(virtual_interface="prod"))["to_aws"]
    assert alone.detected_by == "bfd"
    assert alone.outage.low_s == 0
    assert 2 * 1.2 <= alone.outage.high_s < 2.5
    with_backup = predicted(small_plan(), BfdSilent(virtual_interface="primary"))["to_aws"]
    assert with_backup.outage.high_s < 0.1


def test_esp_alone_is_not_seen_by_dead_peer_detection():
    plan = small_plan(name="ipsec_over_public_vif")
    found = predicted(plan, EspBlocked(tunnel="vpn_tunnel_1"))["to_aws"]
    assert found.detected_by == "hold_timer"
    assert span(found.detect) == (20, 31)
    static = predicted(small_plan(name="vpn_backup_static"), EspBlocked(tunnel="vpn_tunnel_1"))["to_aws"]
    assert static.detected_by == "none"


def test_ike_alone_costs_nothing_while_the_keys_last():
    found = predicted(small_plan(name="ipsec_over_public_vif"), IkeBlocked(tunnel="vpn_tunnel_1"))["to_aws"]
    assert (found.detected_by, span(found.outage)) == ("none", (0, 0))
    assert "vpn_tunnel_1" in found.sessions


def test_lacp_alone_costs_at_most_the_time_between_the_two_ends():
    plan = small_plan(name="lag")
    found = predicted(plan, LacpSilent(connection="member_1"), lasts=20)["to_aws"]
    assert found.detected_by == "lacp"
    assert span(found.detect) == (2, 3.4)
    assert span(found.outage) == (0, 1.4)
    assert found.cables == ("member_1",)


@pytest.mark.parametrize(
    ("members", "min_links", "is_down"), [((1,), 1, False), ((1, 2), 1, True), ((1,), 2, True), ((1, 2), 2, True)]
)
def test_a_lag_is_down_when_lacp_has_left_too_few_members(members, min_links, is_down):
    plan = small_plan(name="lag", bfd=None)
    plan = replace(plan, bonds=tuple(replace(bond, min_links=min_links) for bond in plan.bonds))
    silent = [effect for n in members for effect in LacpSilent(connection=f"member_{n}").effects(plan)]
    found = predict(plan, [impact_of(plan, "it", Seconds(5), None, tuple(silent))])
    assert [one.detected_by for one in found] == ["lacp", "lacp"]
    assert [one.outage.high_s == float("inf") for one in found] == [is_down, is_down]
    ended = {one.session for one in notices(plan, impact_of(plan, "it", Seconds(5), None, tuple(silent)), frozenset())}
    assert ("prod" in ended) is is_down


def test_lacp_needs_a_lag_and_bfd_somebody_who_runs_it():
    plan = small_plan(bfd=None)
    assert LacpSilent(connection="primary").mistake(plan) == "connection 'primary' is no member of a LAG"
    assert LacpSilent(connection="member_1").mistake(small_plan(name="lag")) == ""
    assert BfdSilent(virtual_interface="primary").mistake(plan) == "no BFD runs on 'primary'"
    assert BfdSilent(virtual_interface="primary").mistake(small_plan()) == ""
    static = small_plan(name="vpn_backup_static")
    assert BgpSilent(tunnel="vpn_tunnel_1").mistake(static).startswith("no BGP runs on")


@pytest.mark.parametrize(
    ("drops", "same"),
    [
        ("tcp_179", BgpSilent(virtual_interface="primary")),
        ("udp_3784", BfdSilent(virtual_interface="primary")),
    ],
)
def test_a_filter_on_the_cable_is_what_silences_the_protocol_on_it(drops, same):
    plan = small_plan()
    fault = PortFiltered(connection="primary", drops=drops)
    assert fault.effects(plan) == same.effects(plan)
    assert {(one.node, one.interface) for one in fault.arrivals(plan)} == {
        ("colo_router", "primary"),
        ("dx_1", "primary"),
    }
    assert PortFiltered(connection="primary", drops="udp_4500").effects(plan) == ()
    assert PortFiltered(connection="primary", drops="esp").effects(plan) == ()


def test_a_filter_on_the_internet_line_strikes_both_tunnels():
    plan = small_plan(name="vpn_backup")
    fault = PortFiltered(internet="customer_router", drops="esp")
    assert [effect.on for effect in fault.effects(plan)] == ["vpn_tunnel_1", "vpn_tunnel_2"]
