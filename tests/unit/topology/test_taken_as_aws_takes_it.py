"""What AWS takes, dxemu takes: links out of the customer's own block, parts of what is approved, pools in any order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.run.checked import checked
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def codes(name: str, change: dict[str, object]) -> list[str]:
    try:
        load(TOPOLOGIES / f"{name}.yaml", change)
    except InputErrors as errors:
        return [problem.code for problem in errors.problems]
    return []


def peers(amazon: str, customer: str) -> dict[str, object]:
    return {"virtual_interfaces": {"primary": {"amazon_address": amazon, "customer_address": customer}}}


@pytest.mark.parametrize(
    ("amazon", "customer", "found"),
    [
        ("10.0.255.1/30", "10.0.255.2/30", []),
        ("10.0.1.9/30", "10.0.1.10/30", ["DX-T007"]),  # the address of host app
        ("10.0.0.1/30", "10.0.0.2/30", ["DX-T007"]),  # where the LAN's routers are
        ("172.31.9.1/30", "172.31.9.2/30", ["DX-T007"]),  # a VPC's
    ],
)
def test_links_numbered_from_the_customers_own_block(amazon: str, customer: str, found: list[str]) -> None:
    assert codes("backup_connection", peers(amazon, customer)) == found


@pytest.mark.parametrize(("hosts", "found"), [({}, []), ({"web": "203.0.113.200"}, ["DX-T007"])])
def test_peers_at_the_start_of_a_public_network(hosts: dict[str, str], found: list[str]) -> None:
    """Without a machine in it there is no LAN, and no router's address at its start."""
    public = {
        "amazon_address": "203.0.113.1/30",
        "customer_address": "203.0.113.2/30",
        "customer": {"nat": "203.0.113.9"},
    }
    change = {"customer": {"data_center": {"hosts": hosts}}, "virtual_interfaces": {"public": public}}
    assert codes("public_vif", change) == found


@pytest.mark.parametrize(
    ("own", "approved", "announced", "found"),
    [
        ("203.0.113.0/24", "203.0.113.0/25", ["203.0.113.0/25"], []),
        ("203.0.113.0/25", "203.0.113.0/24", ["203.0.113.0/24"], []),
        ("203.0.113.0/25", "203.0.113.0/24", None, []),
        ("203.0.113.0/24", "203.0.113.0/25", None, ["DX-T037"]),  # what is announced is more than what is approved
    ],
)
def test_parts_and_aggregates_of_what_is_approved(
    own: str, approved: str, announced: list[str] | None, found: list[str]
) -> None:
    public = {"route_filter_prefixes": [approved], "customer": {"announce": announced, "nat": "203.0.113.1"}}
    change = {"customer": {"data_center": {"public_networks": [own]}}, "virtual_interfaces": {"public": public}}
    assert codes("public_vif", change) == found


@pytest.mark.parametrize("order", list(permutations((1000, 1000, 1000, 1000, 1000, 100)))[::149])
def test_pools_in_any_order(order: tuple[int, ...]) -> None:
    """6 virtual interfaces want 5100 of 5000."""
    vif = {"type": "private", "connection": "primary", "gateway": "vgw"}
    made = {
        f"more_{number}": {**vif, "vlan": 200 + number, "prefix_pool_allocated_count_ipv4": count}
        for number, count in enumerate(order)
    }
    first = {"primary": None}
    assert codes("backup_connection", {"virtual_interfaces": {**first, **made}}) == ["DX-T096"]
    fewer = {name: vif for name, vif in made.items() if name != f"more_{order.index(100)}"}
    assert codes("backup_connection", {"virtual_interfaces": {**first, **fewer}}) == []


def test_a_key_that_ends_in_a_space_is_warned_of(tmp_path: Path) -> None:
    text = (TOPOLOGIES / "backup_connection.yaml").read_text(encoding="utf-8")
    file = tmp_path / "spaced.yaml"
    file.write_text(text.replace("auth_key: rehearse-1", 'auth_key: "rehearse-1 "'), encoding="utf-8")
    assert "warning: the MD5 key of 'primary' ends in a space" in checked(file)
    assert "warning" not in checked(TOPOLOGIES / "backup_connection.yaml")


@pytest.mark.parametrize(("more", "found"), [(49, []), (50, ["DX-T041"])])
def test_fifty_vpns_in_a_region(more: int, found: list[str]) -> None:
    """A transit gateway takes as many as the Region does; a virtual private gateway ten."""
    one = {"gateway": "tgw", "router": "customer_router", "customer_address": "198.51.100.2"}
    vpns = {f"vpn_{number}": one for number in range(more)}
    assert codes("vpn_backup_static", {"vpns": vpns}) == found
