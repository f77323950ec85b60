"""Which other Region a public network prefers, and the tags of a location whose continent nobody knows."""

from __future__ import annotations

from pathlib import Path

from dxemu.aws import public_vif
from dxemu.control.public_scope import region_cost
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

DESIGN = """
story: Two locations of one Region, the first one near and the second one far away, and one of another Region between.
customer:
  asn: 65000
  data_center:
    networks: [10.0.0.0/16]
    public_networks: [203.0.113.0/24]
    hosts: {app: 203.0.113.10}
    routers: {r: {}}
  colocation: circuit
  circuits:
    one: {from: r, to: c1, bandwidth: 10 Gbps, delay: 1 ms}
    two: {from: r, to: c2, bandwidth: 10 Gbps, delay: 1 ms}
    three: {from: r, to: c3, bandwidth: 10 Gbps, delay: 1 ms}
aws:
  region: us-east-1
  region_delays: {us-west-2: 30 ms, eu-west-1: 40 ms}
  locations:
    NEAR: {region: us-west-2, devices: [a], delay_to_region: 1 ms}
    BETWEEN: {region: eu-west-1, devices: [b], delay_to_region: 1 ms}
    FAR: {region: us-west-2, devices: [c], delay_to_region: 80 ms}
  public_services:
    s3: {service: s3, region: us-east-1, prefix: 52.216.0.0/16, address: 52.216.0.10}
connections:
  c1: {location: NEAR, device: a, router: r, bandwidth: 10 Gbps}
  c2: {location: BETWEEN, device: b, router: r, bandwidth: 10 Gbps}
  c3: {location: FAR, device: c, router: r, bandwidth: 10 Gbps}
virtual_interfaces:
  v1: {type: public, connection: c1, vlan: 101, route_filter_prefixes: [203.0.113.0/24],
       amazon_address: 198.51.100.1/30, customer_address: 198.51.100.2/30}
  v2: {type: public, connection: c2, vlan: 102, route_filter_prefixes: [203.0.113.0/24],
       amazon_address: 198.51.100.5/30, customer_address: 198.51.100.6/30}
  v3: {type: public, connection: c3, vlan: 103, route_filter_prefixes: [203.0.113.0/24],
       amazon_address: 198.51.100.9/30, customer_address: 198.51.100.10/30}
"""


def costs_in_us_east_1(folder: Path, design: str) -> dict[str, int]:
    file = folder / "design.yaml"
    file.write_text(design, encoding="utf-8")
    plan = make_plan(load(file))
    east = next(gateway for gateway in plan.gateways if plan.node(gateway.node).place == "us-east-1")
    cost = region_cost(plan, east)
    assert cost is not None
    return {str(plan.node(one.device).place): cost(one.device_addresses[0]) for one in east.attachments}


def test_a_region_is_as_near_as_its_nearest_location(tmp_path: Path) -> None:
    costs = costs_in_us_east_1(tmp_path, DESIGN)
    assert costs["NEAR"] == costs["FAR"] < costs["BETWEEN"]


def test_its_own_locations_are_nearer_than_any_other_region(tmp_path: Path) -> None:
    """However long it takes to them."""
    costs = costs_in_us_east_1(tmp_path, DESIGN.replace("FAR: {region: us-west-2", "FAR: {region: us-east-1"))
    assert costs == {"FAR": 0, "NEAR": 1, "BETWEEN": 2}


def test_two_regions_of_no_known_continent_are_not_on_one() -> None:
    assert public_vif.tags("xx-north-1", "yy-north-1") == (public_vif.NO_EXPORT,)
    assert public_vif.tags("xx-north-1", "us-east-1") == (public_vif.NO_EXPORT,)
    assert public_vif.tags("us-west-2", "us-east-1") == (public_vif.FROM_CONTINENT, public_vif.NO_EXPORT)
