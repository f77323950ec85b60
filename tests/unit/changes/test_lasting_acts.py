"""What lasts of what somebody does is a patch of the design: folded between changes, and done anew when one goes."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.actions.announce_prefixes import AnnouncePrefixes
from dxemu.actions.approve_prefix import ApprovePrefix
from dxemu.actions.base import Lasting
from dxemu.actions.confirm_virtual_interface import ConfirmVirtualInterface
from dxemu.actions.update_allowed_prefixes import UpdateAllowedPrefixes
from dxemu.actions.withdraw_prefixes import WithdrawPrefixes
from dxemu.changes.change import Change
from dxemu.changes.standing import Standing
from dxemu.control.converge import converge
from dxemu.errors import InputErrors, Mark
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.story.changes import acted
from dxemu.topology import document, effective, yaml
from dxemu.units import IPNetwork

ROOT = Path(__file__).parents[3] / "topologies"
MARK = Mark("steps.yaml", 3, 5)
NEW, OWN = ip_network("10.64.0.0/24"), ip_network("10.0.0.0/16")


def standing(name: str, change: str = "") -> Standing:
    found = document.read(ROOT / f"{name}.yaml")
    return Standing.of(found.changed(yaml.parse(change, "change.yaml")) if change else found)


def done(stands: Standing, *actions: Lasting) -> Standing:
    for number, action in enumerate(actions):
        stands = acted(stands, f"act#{number}", action, MARK)
    return stands


def changed(stands: Standing, text: str, name: str = "change") -> Standing:
    return stands.made(Change(id=name, patch=yaml.parse(text, "steps.yaml"), mark=MARK))[0]


def plan(stands: Standing) -> Plan:
    return make_plan(stands.document.topology())


def heard(stands: Standing, speaker: str) -> set[IPNetwork]:
    """What is in the table of a router, or of those of one of AWS's devices."""
    tables = converge(plan(stands)).items()
    return {prefix for name, table in tables if name.split(":")[0] == speaker for prefix in table.best}


def refused(stands: Standing, action: Lasting) -> list[tuple[str, Mark]]:
    with pytest.raises(InputErrors) as caught:
        done(stands, action)
    return [(problem.code, problem.mark) for problem in caught.value.problems]


LEAK = AnnouncePrefixes(router="colo_router", prefixes=(NEW,))
STOP = WithdrawPrefixes(router="colo_router", prefixes=(NEW,))


def test_what_is_announced_stays_so_through_a_change_and_its_end() -> None:
    start = standing("backup_connection")
    leaked = done(start, LEAK)
    assert NEW not in heard(start, "dx_1")
    assert NEW in heard(leaked, "dx_1") and NEW in heard(leaked, "dx_2")
    later = changed(leaked, "virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}")
    assert NEW in heard(later, "dx_1")
    back, gone, _ = later.back(None, MARK)
    assert gone.id == "change"
    assert plan(back) == plan(leaked)
    assert refused(back, LEAK) == [("DX-S020", MARK)]
    assert plan(done(back, STOP)) == plan(start)


def test_an_act_is_no_change_that_is_taken_back() -> None:
    with pytest.raises(InputErrors, match="DX-C004"):
        done(standing("backup_connection"), LEAK).back(None, MARK)


def test_what_the_router_has_itself_is_withheld_and_given_back() -> None:
    start = standing("backup_connection")
    gone = WithdrawPrefixes(router="customer_router", prefixes=(OWN,))
    back = AnnouncePrefixes(router="customer_router", prefixes=(OWN,))
    assert OWN not in heard(done(start, gone), "dx_1")
    assert plan(done(start, gone, back)) == plan(start)


def test_what_a_router_passes_on_is_held_back_by_it_alone() -> None:
    start = standing("high_resiliency")
    drained = done(start, WithdrawPrefixes(router="colo_dc", prefixes=(OWN,)))
    ends = {end.speaker: end.withholds for one in plan(drained).sessions if one.external for end in one.ends}
    assert ends["colo_dc"] == (OWN,)
    assert [speaker for speaker, withheld in ends.items() if withheld] == ["colo_dc"]
    assert plan(done(drained, AnnouncePrefixes(router="colo_dc", prefixes=(OWN,)))) == plan(start)


def test_an_act_is_done_anew_over_what_is_left_when_a_change_before_it_goes() -> None:
    lists = "aws: {direct_connect_gateways: {dxgw: {associations: {tgw: {allowed_prefixes: [%s]}}}}}"
    start = standing("transit_gateway")
    before = plan(start)
    more = changed(start, lists % "172.31.0.0/16, 10.98.0.0/16")
    allowed = done(more, UpdateAllowedPrefixes(gateway="tgw", add=(ip_network("10.99.0.0/16"),)))
    text = "".join(effective.text_of_document(allowed.document).split())
    assert "10.98.0.0/16,10.99.0.0/16" in text.replace("-", ",")
    left, _, _ = allowed.back(None, MARK)
    told = {p for speaker in plan(left).speakers if ":" in speaker.name for p in speaker.originates}
    had = {p for speaker in before.speakers if ":" in speaker.name for p in speaker.originates}
    assert told == had | {ip_network("10.99.0.0/16")}


def test_a_change_cannot_go_that_an_act_stands_on() -> None:
    third = "{type: private, connection: primary, vlan: 103, gateway: vgw_analytics, owner_account: analytics, "
    change = f"virtual_interfaces: {{third: {third}confirmed: off}}}}"
    stands = changed(standing("hosted_vif"), change)
    assert refused(stands, ConfirmVirtualInterface(virtual_interface="own")) == [("DX-S020", MARK)]
    stands = done(stands, ConfirmVirtualInterface(virtual_interface="third"))
    assert [s.virtual_interface for s in plan(stands).sessions if not s.confirmed] == ["guest"]
    with pytest.raises(InputErrors, match="there is no virtual_interface 'third'"):
        stands.back(None, MARK)


def test_the_rules_find_what_an_act_would_make_of_the_design() -> None:
    many = UpdateAllowedPrefixes(gateway="tgw", add=(ip_network("10.96.0.0/24"),), count=300)
    assert refused(standing("transit_gateway"), many) == [("DX-T040", MARK)]


def test_a_virtual_private_gateway_of_which_nothing_passes_says_so_in_its_list() -> None:
    vpc = ip_network("172.31.0.0/16")
    stands = standing("direct_connect_gateway")
    gone = done(stands, UpdateAllowedPrefixes(gateway="vgw_east", remove=(vpc,)))
    assert vpc not in heard(gone, "colo_router")
    again = done(gone, UpdateAllowedPrefixes(gateway="vgw_east", add=(vpc,)))
    assert vpc in heard(again, "colo_router")


def test_what_is_approved_is_in_the_list_whether_or_not_it_is_announced() -> None:
    scenario = "customer: {data_center: {public_networks: [203.0.113.0/24, 198.51.100.128/26]}}"
    prefix = ip_network("198.51.100.128/26")
    stands = standing("public_vif", scenario)
    before = plan(stands)
    approved = done(stands, ApprovePrefix(virtual_interface="public", prefix=prefix))
    (session,) = plan(approved).sessions_on("public")
    assert session.route_filter_prefixes is not None and prefix in session.route_filter_prefixes
    assert {s.name: s.originates for s in plan(approved).speakers} == {s.name: s.originates for s in before.speakers}
    assert prefix not in heard(approved, "dx_1")
    assert refused(approved, ApprovePrefix(virtual_interface="public", prefix=prefix)) == [("DX-S020", MARK)]
    told = done(approved, AnnouncePrefixes(router="colo_router", prefixes=(prefix,)))
    assert prefix in heard(told, "dx_1")
