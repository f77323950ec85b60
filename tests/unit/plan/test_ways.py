"""Where packets go in every topology of the repository, computed from the routers' tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dxemu.control.forward import Forwarding, forwarding
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Role, Side
from dxemu.topology.load import load

TOPOLOGIES = sorted((Path(__file__).parents[3] / "topologies").glob("*.yaml"))
ROOT = TOPOLOGIES[0].parent


@cache
def plan_of(name: str) -> Plan:
    return make_plan(load(ROOT / f"{name}.yaml"))


@cache
def tables(name: str, down: frozenset[str] = frozenset()) -> Forwarding:
    return forwarding(plan_of(name), down)


def way(name: str, source: str, target: str, *, down: frozenset[str] = frozenset(), version: int = 4) -> list[str]:
    found = tables(name, down).way(source, plan_of(name).address_of(target, version))
    return list(found.nodes) if found.arrives else []


@pytest.mark.parametrize("name", [path.stem for path in TOPOLOGIES])
def test_every_host_and_every_instance_reach_each_other(name: str) -> None:
    plan = plan_of(name)
    waiting = {s.virtual_interface for s in plan.sessions if not s.confirmed}
    hosts = [n.name for n in plan.nodes if n.role is Role.HOST]
    far = [n.name for n in plan.nodes if n.role is Role.INSTANCE and not (waiting and n.name == "warehouse")]
    far += [n.name for n in plan.nodes if n.role is Role.SERVICE and n.side is Side.AWS]
    assert hosts and far
    for host in hosts:
        for instance in far:
            assert way(name, host, instance)[-1:] == [instance], f"{host} to {instance}"
            if plan.node(instance).role is Role.INSTANCE:  # a service answers to the public address that NAT gave
                assert way(name, instance, host)[-1:] == [host], f"{instance} to {host}"


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("many_vpcs", "web", "db"),
        ("many_vpcs", "web_staging", "web"),
        ("direct_connect_gateway", "web_east", "web_west"),
        ("direct_connect_gateway", "web_west", "web_east"),
        ("public_vif", "app", "stranger"),
        ("public_vif", "app", "rival_host"),
        ("public_vif", "rival_host", "app"),
        ("hosted_vif", "app", "warehouse"),
    ],
)
def test_what_must_not_reach_each_other_does_not(name: str, source: str, target: str) -> None:
    assert way(name, source, target) == []


def test_both_ip_versions_take_the_same_way() -> None:
    assert way("private_vif", "app", "web") == way("private_vif", "app", "web", version=6)
    assert way("private_vif", "app", "web", down=frozenset({"prod"})) == []
    assert way("private_vif", "app", "web", down=frozenset({"prod"}), version=6)


def test_one_virtual_interface_of_many_goes_alone() -> None:
    down = frozenset({"staging"})
    assert way("many_vpcs", "app", "web_staging", down=down) == []
    assert way("many_vpcs", "app", "web", down=down)
    assert way("many_vpcs", "app", "db", down=down)


def test_a_vpn_waits_behind_direct_connect() -> None:
    assert "vpn_endpoint_1" not in way("vpn_backup", "app", "web") + way("vpn_backup", "web", "app")
    down = frozenset({"primary"})
    assert "vpn_endpoint_1" in way("vpn_backup", "app", "web", down=down)
    assert "vpn_endpoint_1" in way("vpn_backup", "web", "app", down=down)
    both = frozenset({"primary", "vpn_tunnel_1"})
    assert "vpn_endpoint_2" in way("vpn_backup", "app", "web", down=both)


def test_on_a_transit_gateway_a_static_vpn_wins_over_direct_connect() -> None:
    assert "dx_1" in way("vpn_backup_static", "app", "web")
    assert "vpn_endpoint_1" in way("vpn_backup_static", "web", "app")


def test_the_tunnels_cables_are_those_of_the_underlay() -> None:
    plan = plan_of("ipsec_over_transit_vif")
    there = tables("ipsec_over_transit_vif").way("app", plan.address_of("web"))
    assert "wave_1" in there.cables()
    assert "wave_2" not in there.cables()
    after = tables("ipsec_over_transit_vif", frozenset({"primary"})).way("app", plan.address_of("web"))
    assert "wave_2" in after.cables()


@pytest.mark.parametrize(
    ("down", "device"),
    [
        (set(), "dc_dx_1"),
        ({"dc_1"}, "dc_dx_2"),
        ({"dc_1", "dc_2"}, "ny_dx_1"),
        ({"dc_1", "dc_2", "ny_1"}, "ny_dx_2"),
    ],
)
def test_maximum_resiliency_in_order_of_preference(down: set[str], device: str) -> None:
    for source, target in (("app", "web"), ("web", "app")):
        assert device in way("maximum_resiliency", source, target, down=frozenset(down))


def test_allowed_prefixes_of_a_transit_gateway_are_announced_literally() -> None:
    ribs = tables("transit_gateway").ribs
    assert [str(prefix) for prefix in ribs["colo_router"].best] == ["10.0.0.0/16", "172.16.0.0/12"]
    filtered = tables("direct_connect_gateway").ribs["colo_router"].best  # of a VGW they are a filter
    assert {str(prefix) for prefix in filtered} == {"10.0.0.0/16", "172.30.0.0/16", "172.31.0.0/16"}
