"""What `dxemu plan` prints: every part of every plan that comes with dxemu, and no key."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report.plan import plan_to_json, render_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
NAMES = sorted(path.stem for path in TOPOLOGIES.glob("*.yaml"))
every_plan = pytest.mark.parametrize("name", NAMES)


@cache
def plan_of(name: str) -> Plan:
    return make_plan(load(TOPOLOGIES / f"{name}.yaml"))


def section(name: str, title: str) -> list[str]:
    """The lines under a title."""
    blocks = dict(block.split("\n", 1) for block in render_plan(plan_of(name)).split("\n\n")[1:])
    return blocks[title].splitlines()


def secrets(plan: Plan) -> Iterator[str]:
    yield from (session.auth_key for session in plan.sessions if session.auth_key is not None)
    yield from (tunnel.pre_shared_key for tunnel in plan.tunnels)


@every_plan
def test_no_key_in_text_or_json(name: str) -> None:
    plan = plan_of(name)
    text = render_plan(plan) + json.dumps(plan_to_json(plan))
    assert list(secrets(plan))
    assert [key for key in secrets(plan) if key in text] == []


@every_plan
def test_every_part_is_in_the_text(name: str) -> None:
    plan = plan_of(name)
    text = render_plan(plan)
    for part in (*plan.nodes, *plan.cables, *plan.sessions, *plan.speakers, *plan.tunnels, *plan.vrfs, *plan.bonds):
        assert part.name in text
    for held in plan.addresses:
        assert str(held.address) in text
    for attachment in (a for gateway in plan.gateways for a in gateway.attachments):
        assert f"{attachment.kind}" in text
        assert f"{attachment.device} {attachment.device_interface}" in text


@every_plan
def test_every_field_is_in_the_json(name: str) -> None:
    plan = plan_of(name)
    written = json.loads(json.dumps(plan_to_json(plan)))
    for field in dataclasses.fields(plan):
        value = getattr(plan, field.name)
        assert len(written[field.name]) == len(dataclasses.asdict(value) if field.name == "versions" else value)


def test_no_line_ends_in_blanks() -> None:
    assert all(line == line.rstrip() for name in NAMES for line in render_plan(plan_of(name)).splitlines())


def test_ipv6_is_text_in_json() -> None:
    written = json.dumps(plan_to_json(plan_of("private_vif")))
    assert '"2001:db8:10::/48"' in written
    assert '"2001:db8:aaaa:1::10/56"' in written or '"2001:db8:aaaa:1::10/64"' in written


def test_keys_are_set_or_null_in_json() -> None:
    written = plan_to_json(plan_of("vpn_backup"))
    tunnels, sessions = written["tunnels"], written["sessions"]
    assert isinstance(tunnels, list) and isinstance(sessions, list)
    assert {tunnel["pre_shared_key"] for tunnel in tunnels} == {"set"}
    assert {session["name"]: session["auth_key"] for session in sessions} == {
        "customer_router-metro-colo_router": None,
        "primary": "set",
        "vpn_tunnel_1": None,
        "vpn_tunnel_2": None,
    }
    assert tunnels[0]["rate_bps"] == 1_250_000_000
    assert tunnels[0]["dpd_timeout_s"] == 40


def test_a_lag_shows_both_ends() -> None:
    assert section("lag", "Bonds") == [
        "  colo_router   bundle   over member_1, member_2   at least 1 up   LACP short timeout   MTU 9100",
        "  dx_1          bundle   over member_1, member_2   at least 1 up   LACP short timeout   MTU 9100",
    ]


def test_a_tunnel_shows_its_outside_and_inside_addresses() -> None:
    lines = section("vpn_backup", "IPsec tunnels")
    assert lines[0].startswith("  vpn_tunnel_1   of vpn   MTU 1446   1.25 Gbps each way")
    assert "outside 198.51.100.2" in lines[1]
    assert "inside 169.254.20.1/30" in lines[2]


def test_a_static_tunnel_has_no_bgp() -> None:
    lines = section("vpn_backup_static", "BGP sessions")
    first = next(index for index, line in enumerate(lines) if line.startswith("  vpn_tunnel_1"))
    assert lines[first].split()[:4] == ["vpn_tunnel_1", "static", "no", "BGP"]
    assert "MD5" not in lines[first]
    assert lines[first + 2].split()[0] == "static"
    assert lines[first + 2].endswith("has 172.31.0.0/16")


def test_a_virtual_interface_that_nobody_accepted_says_so() -> None:
    heads = {line.split()[0]: line for line in section("hosted_vif", "BGP sessions")}
    assert heads["guest"].endswith("not accepted yet by its owner")
    assert "accepted" not in heads["own"]


def test_vrrp_limits_nat_and_services_have_sections() -> None:
    assert section("hardware_high_availability", "VRRP") == [
        "  virtual router 58   10.0.0.1/16   every 1 s   dc_a lan (priority 200), dc_b lan (priority 100)"
    ]
    assert section("hosted_connection", "Rate limits")[0] == (
        "  dx_1             hosted   in   policed to 500 Mbps   312500 bytes at once"
    )
    assert section("public_vif", "Source NAT") == ["  colo_router   primary.201   10.0.0.0/16 leaves as 203.0.113.1"]
    assert any("answers 's3 of us-west-2'" in line for line in section("public_vif", "Services"))


def test_a_transit_gateways_tables_are_told() -> None:
    assert "    Direct Connect   dx_1:dxgw   tgw dx_1_dxgw -- dx_1 dxgw_tgw   into table 11689" in section(
        "transit_gateway", "Gateways"
    )
    assert section("transit_gateway", "Routing rules")[0].split() == [
        "tgw",
        "from",
        "prod,",
        "dev",
        "table",
        "11689",
        "first",
    ]
