"""Sessions that one end holds down, and routers that stand still: each number is computed by hand."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from test_unheard import predicted, span

from dxemu.faults.aws_device_maintenance import AwsDeviceMaintenance
from dxemu.faults.backbone_loss import BackboneLoss
from dxemu.faults.bfd_admin_down import BfdAdminDown
from dxemu.faults.failover_test import FailoverTest
from dxemu.faults.fis_disconnect import FisDisconnect
from dxemu.faults.prefix_flood import PrefixFlood
from dxemu.faults.quota_lowered import QuotaLowered
from dxemu.faults.region_isolated import RegionIsolated
from dxemu.faults.rekey_refused import RekeyRefused
from dxemu.faults.route_leak import RouteLeak
from dxemu.faults.router_freeze import RouterFreeze
from dxemu.faults.tunnel_endpoint_replaced import TunnelEndpointReplaced
from dxemu.predict import held_down
from dxemu.predict.impact import Impact, impact_of
from dxemu.predict.tunnels import ASKING, stood_still
from dxemu.units import Seconds, ip_network


def test_a_failover_test_costs_the_only_way_from_its_beginning_until_after_its_end():
    plan = small_plan(name="private_vif")
    test = FailoverTest(virtual_interface="prod", duration=Seconds(600))
    found = predicted(plan, test, lasts=600)
    assert found["to_aws"].detected_by == "notification"
    assert found["to_aws"].outage.low_s == pytest.approx(600, abs=0.1)
    # AWS has refused connections for 600 s: ExaBGP waits up to 60 s between them by then, and then connects
    assert found["to_aws"].outage.high_s == pytest.approx(600 + 60 + 1.2, abs=0.1)
    assert [one.session for one in test.effects(plan)] == ["prod", "prod_ipv6"]
    assert [one.session for one in FailoverTest(virtual_interface="prod", peers="ipv6").effects(plan)] == ["prod_ipv6"]


def test_with_a_backup_a_failover_test_costs_what_is_under_way():
    found = predicted(small_plan(), FailoverTest(virtual_interface="primary"), lasts=10800)
    assert all(one.outage.high_s < 0.1 for one in found.values())


def test_aws_limits_are_those_of_its_pages():
    test = FailoverTest(virtual_interface="primary")
    assert test.ends_after == 180 * 60
    assert FisDisconnect(virtual_interface="primary", duration=Seconds(600)).ends_after == 600


def test_a_flood_closes_all_sessions_of_the_asn_and_none_within_the_quota():
    plan = small_plan()
    flood = PrefixFlood(router="colo_router", count=150)
    assert [one.session for one in flood.effects(plan)] == ["primary", "backup"]
    assert PrefixFlood(router="colo_router", count=100).effects(plan) == ()
    assert [str(flood.networks[0]), str(flood.networks[149])] == ["100.64.0.0/24", "100.64.149.0/24"]
    assert PrefixFlood(router="colo_router", count=20000).mistake(plan)


def test_a_quota_below_what_is_announced_closes_the_session():
    plan = small_plan()
    assert [one.session for one in QuotaLowered(virtual_interface="primary", to=0).effects(plan)] == ["primary"]
    assert QuotaLowered(virtual_interface="primary", to=50).effects(plan) == ()
    assert QuotaLowered(virtual_interface="primary", to=100).mistake(plan).startswith("AWS takes 100 prefixes")


def test_the_others_notice_a_frozen_router_and_it_forwards():
    found = predicted(small_plan(), RouterFreeze(device="dx_1"), lasts=20)
    assert found["to_aws"].detected_by == "bfd"
    assert found["to_aws"].node == "colo_router"
    assert all(one.outage.high_s < 0.1 for one in found.values())
    slow = predicted(small_plan(bfd=None), RouterFreeze(device="dx_1"), lasts=200)
    assert (slow["to_aws"].detected_by, span(slow["to_aws"].detect)) == ("hold_timer", (60, 91))


def test_a_region_is_cut_off_at_its_border():
    plan = small_plan(name="direct_connect_gateway")
    fault = RegionIsolated(region="us-west-2")
    assert [cable.name for cable in fault.cables(plan)] == ["backbone_dx_1_dxgw_vgw_west"]
    assert RegionIsolated(region="data center").mistake(plan)


def test_what_a_router_announces_by_design_is_no_leak():
    plan = small_plan()
    assert RouteLeak(router="customer_router", prefixes=(ip_network("10.0.0.0/16"),)).mistake(plan)
    assert RouteLeak(router="customer_router", prefixes=(ip_network("10.9.0.0/16"),)).mistake(plan) == ""


def test_a_device_that_announces_nothing_costs_the_only_way_and_nothing_beside_another():
    fault = AwsDeviceMaintenance(device="dx_1", phase="withdraw")
    found = predicted(small_plan(), fault, lasts=60)
    assert all(one.outage.high_s < 0.1 for one in found.values())
    alone = predicted(small_plan(name="private_vif"), fault, lasts=60)["to_aws"]
    # TCP may acknowledge up to 0.2 s late, and holds the withdrawal back as it does the routes afterwards
    assert alone.outage.low_s == pytest.approx(60 - 0.2, abs=0.1)
    assert alone.outage.high_s == pytest.approx(60 + 0.2, abs=0.1)
    assert fault.ends_after == 4 * 3600


def test_a_modification_takes_both_endpoints_and_an_update_one_with_a_hint():
    plan = small_plan(name="vpn_backup")
    update = TunnelEndpointReplaced(tunnel="vpn_tunnel_1")
    assert update.nodes(plan) == ("vpn_endpoint_1",)
    assert [one.name for one in update.others(plan)] == ["vpn_tunnel_2"]
    both = TunnelEndpointReplaced(tunnel="vpn_tunnel_1", by="modification")
    assert (both.nodes(plan), both.others(plan)) == (("vpn_endpoint_1", "vpn_endpoint_2"), ())


def test_bfd_that_is_shut_down_costs_nothing():
    fault = BfdAdminDown(virtual_interface="primary")
    assert all(span(one.outage) == (0, 0) for one in predicted(small_plan(), fault).values())
    assert fault.mistake(small_plan(bfd=None)) == "no BFD runs on 'primary'"


def test_a_backbone_loses_packets_on_every_cable_behind_a_device():
    plan = small_plan(name="direct_connect_gateway")
    assert len(BackboneLoss(device="dx_1", share=20.0).effects(plan)) == 2


def test_a_tunnel_without_new_keys_costs_nothing_until_theirs_are_over():
    plan = small_plan(name="vpn_backup")
    fault = RekeyRefused(tunnel="vpn_tunnel_1")
    assert all(span(one.outage) == (0, 0) for one in predicted(plan, fault, lasts=3599).values())
    for until in (Seconds(3605), None):
        assert impact_of(plan, "fault", Seconds(5), until, fault.effects(plan)).by_chance
    assert not impact_of(plan, "fault", Seconds(5), Seconds(3604), fault.effects(plan)).by_chance


@pytest.mark.parametrize(
    ("name", "frozen", "direction", "at_most_s"),
    [
        ("private_vif", {"device": "dx_1"}, "from_aws", 1.2),  # dx_1 reads that colo_router had closed it, and waits
        ("private_vif", {"router": "colo_router"}, "to_aws", 1.2),
        ("vpn_backup", {"router": "colo_router"}, "to_aws", 0.06),  # and the tunnels take over: what is under way
    ],
)
def test_who_stood_still_loses_its_sessions_when_it_goes_on(name, frozen, direction, at_most_s):
    late = predicted(small_plan(name=name), RouterFreeze(**frozen), lasts=20)[direction].recovery.outage
    assert late.low_s == 0
    assert 0.003 <= late.high_s <= at_most_s + 1e-6
    assert at_most_s < 1 or late.high_s == pytest.approx(at_most_s)
    before_bfd = predicted(small_plan(name=name), RouterFreeze(**frozen), lasts=0.5)[direction].recovery.outage
    assert before_bfd.high_s == 0, "nobody had noticed"


def test_who_stood_still_has_keys_that_the_other_end_has_given_up():
    plan = small_plan(name="ipsec_over_public_vif")
    long = predicted(plan, RouterFreeze(router="customer_router"), lasts=90)["to_aws"].recovery.session_back
    # AWS's endpoints have given up; the router asks them for a sign of life when it goes on, for 30 s: 31.02 s measured
    assert 31.1 < long.high_s < 43
    short = predicted(plan, RouterFreeze(router="customer_router"), lasts=25)["to_aws"].recovery.session_back
    assert short.high_s < 2, "nobody has given the tunnel up"


def test_routers_under_a_tunnel_hear_one_after_the_other_too():
    """What the tunnels' own packets lose: they come to dx_1, which has no route any more. 4 ms were measured."""
    plan = small_plan(name="ipsec_over_transit_vif")
    found = predicted(plan, FailoverTest(virtual_interface="primary"), lasts=10)
    assert 0.001 <= found["from_aws"].outage.high_s < 0.06
    assert found["to_aws"].outage.high_s == 0, "the router decides by itself"


def test_a_withdrawal_arrives_after_its_way_and_perhaps_after_a_late_acknowledgement():
    """AWS's end withdraws: 2 ms to the customer, whose own routes are still heard there."""
    plan = small_plan(cross_connect_delay=0.002)
    fault = AwsDeviceMaintenance(device="dx_1", phase="withdraw")
    impact = impact_of(plan, "it", Seconds(5), None, fault.effects(plan))
    found = {end.node: one.after for of, end, one in held_down.losses(plan, impact) if of.name == "primary"}
    assert span(found["colo_router"]) == (0.002, pytest.approx(0.002 + 0.01 + 0.2))
    assert span(found["dx_1"]) == (0, pytest.approx(0.01 + 0.2))


def test_routes_are_asked_for_again_after_a_withdrawal():
    """RFC 2918: the request and the answer over 2 ms, in both directions, each heard within 10 ms."""
    plan = small_plan(cross_connect_delay=0.002)
    fault = AwsDeviceMaintenance(device="dx_1", phase="withdraw")
    impact = impact_of(plan, "it", Seconds(5), Seconds(65), fault.effects(plan))
    back = held_down.session_back(plan, impact, plan.session("primary"))
    assert span(back) == (0, pytest.approx(4 * 0.002 + 2 * 0.01 + 0.2))


def test_who_stood_still_asks_at_once_or_waits_for_who_asks():
    """Any term may be over at once: who asks at even intervals may have asked just then."""
    plan = small_plan(name="ipsec_over_public_vif")
    tunnel = plan.tunnel("vpn_tunnel_1")
    for frozen, interval in ((tunnel.ends[0].node, False), (tunnel.ends[1].node, True)):
        hit = Impact(fault="it", at=Seconds(5), until=Seconds(95), cables=(), carrier_lost_at=(), frozen=(frozen,))
        terms = {term.name: term for term in stood_still(plan, hit, plan.session("vpn_tunnel_1"))}
        assert {term.low_s for term in terms.values()} == {0}
        assert (terms[ASKING].high_s > 0) is interval
