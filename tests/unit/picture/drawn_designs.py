"""Designs to draw: those that come with dxemu, and larger ones than have a file yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import Location
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"

REDUNDANT = """\
story: Two connections at each of two locations, on four devices, into two VPCs; every pair of routers has a cable.
customer:
  asn: 65000
  data_center:
    networks: [10.0.0.0/16]
    hosts: {app: 10.0.1.10, database: 10.0.1.11, build: 10.0.1.12}
    routers: {customer_router_1: {}, customer_router_2: {}}
  colocation:
    location: EqDC2
    routers: {colo_router_1: {}, colo_router_2: {}, colo_router_3: {}, colo_router_4: {}}
  circuits:
    metro_1: {from: customer_router_1, to: colo_router_1, bandwidth: 10 Gbps, delay: 3 ms}
    metro_2: {from: customer_router_2, to: colo_router_2, bandwidth: 10 Gbps, delay: 3 ms}
    far_1: {from: customer_router_1, to: colo_router_3, bandwidth: 1 Gbps, delay: 30 ms}
    far_2: {from: customer_router_2, to: colo_router_4, bandwidth: 1 Gbps, delay: 32 ms}
    between: {from: customer_router_1, to: customer_router_2, bandwidth: 100 Gbps, delay: 50 us}
    colo_between: {from: colo_router_1, to: colo_router_2, bandwidth: 100 Gbps, delay: 50 us}
    across: {from: colo_router_2, to: colo_router_3, bandwidth: 10 Gbps, delay: 28 ms}
aws:
  region: us-east-1
  locations:
    EqDC2: {devices: [dx_1, dx_2, dx_3, dx_4], delay_to_region: 1 ms}
  vpcs:
    prod: {cidr: 172.31.0.0/16, instances: {web: 172.31.1.10, api: 172.31.1.11}}
    test: {cidr: 172.30.0.0/16, instances: {probe: 172.30.1.10}}
  virtual_private_gateways:
    vgw_prod: {asn: 64512, vpc: prod, route_propagation: on}
    vgw_test: {asn: 64512, vpc: test, route_propagation: on}
connections:
  east_1: {location: EqDC2, device: dx_1, router: colo_router_1, bandwidth: 10 Gbps}
  east_2: {location: EqDC2, device: dx_2, router: colo_router_2, bandwidth: 10 Gbps}
  west_1: {location: EqDC2, device: dx_3, router: colo_router_3, bandwidth: 1 Gbps}
  west_2: {location: EqDC2, device: dx_4, router: colo_router_4, bandwidth: 1 Gbps}
virtual_interfaces:
  prod_east_1: {type: private, connection: east_1, vlan: 101, gateway: vgw_prod}
  test_east_1: {type: private, connection: east_1, vlan: 102, gateway: vgw_test}
  prod_east_2: {type: private, connection: east_2, vlan: 101, gateway: vgw_prod}
  test_east_2: {type: private, connection: east_2, vlan: 102, gateway: vgw_test}
  prod_west_1: {type: private, connection: west_1, vlan: 101, gateway: vgw_prod}
  test_west_1: {type: private, connection: west_1, vlan: 102, gateway: vgw_test}
  prod_west_2: {type: private, connection: west_2, vlan: 101, gateway: vgw_prod}
  test_west_2: {type: private, connection: west_2, vlan: 102, gateway: vgw_test}
"""

MANY_VPCS = """\
story: Ten VPCs & four connections at two locations; <every> VPC has a virtual interface on each, one VPC is empty.
customer:
  asn: 65000
  data_center:
    networks: [10.0.0.0/16]
    hosts: {hosts}
    routers: {{customer_router_1: {{}}, customer_router_2: {{}}}}
  colocation: circuit
  circuits:
    metro_1: {{from: customer_router_1, to: one, bandwidth: 10 Gbps, delay: 3 ms}}
    metro_2: {{from: customer_router_2, to: two, bandwidth: 10 Gbps, delay: 3 ms}}
    metro_3: {{from: customer_router_1, to: three, bandwidth: 10 Gbps, delay: 30 ms}}
    metro_4: {{from: customer_router_2, to: four, bandwidth: 10 Gbps, delay: 30 ms}}
    between: {{from: customer_router_1, to: customer_router_2, bandwidth: 100 Gbps, delay: 50 us}}
aws:
  region: us-east-1
  locations:
    EqDC2: {{devices: [dx_1, dx_2], delay_to_region: 1 ms}}
    CSOW: {{devices: [dx_3, dx_4], delay_to_region: 30 ms}}
  vpcs: {{{vpcs}}}
  virtual_private_gateways: {{{gateways}}}
connections:
  one: {{location: EqDC2, device: dx_1, router: customer_router_1, bandwidth: 10 Gbps}}
  two: {{location: EqDC2, device: dx_2, router: customer_router_2, bandwidth: 10 Gbps}}
  three: {{location: CSOW, device: dx_3, router: customer_router_1, bandwidth: 10 Gbps}}
  four: {{location: CSOW, device: dx_4, router: customer_router_2, bandwidth: 10 Gbps}}
virtual_interfaces: {{{vifs}}}
"""


@dataclass(frozen=True)
class Design:
    """A topology with its plan."""

    topology: Topology
    plan: Plan


def shipped(name: str) -> Design:
    topology = load(TOPOLOGIES / f"{name}.yaml")
    return Design(topology, make_plan(topology))


def _from_text(name: str, text: str) -> Design:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        topology = load(file)
    return Design(topology, make_plan(topology))


def _redundant() -> Design:
    """The text says one location, because a file cannot yet say two colocations; half of it moves to a second one."""
    design = _from_text("redundant", REDUNDANT)
    moved = {"colo_router_3", "colo_router_4", "dx_3", "dx_4"}
    nodes = tuple(replace(node, place="CSOW") if node.name in moved else node for node in design.plan.nodes)
    second = Location(code="CSOW", devices=("dx_3", "dx_4"), region="us-east-1", delay_to_region=Seconds(0.03))
    aws = replace(design.topology.aws, locations=(*design.topology.aws.locations, second))
    return Design(replace(design.topology, aws=aws), replace(design.plan, nodes=nodes))


def _a_dozen_vpcs() -> Design:
    vpcs = {
        f"vpc_{i}: {{cidr: 172.{16 + i}.0.0/16" + (f", instances: {{web_{i}: 172.{16 + i}.1.10}}}}" if i != 4 else "}")
        for i in range(10)
    }
    text = MANY_VPCS.format(
        hosts="{" + ", ".join(f"host_{i}: 10.0.1.{i + 10}" for i in range(6)) + "}",
        vpcs=", ".join(sorted(vpcs)),
        gateways=", ".join(f"vgw_{i}: {{asn: 64512, vpc: vpc_{i}, route_propagation: on}}" for i in range(10)),
        vifs=", ".join(
            f"to_{i}_over_{c}: {{type: private, connection: {c}, vlan: {101 + i}, gateway: vgw_{i}}}"
            for i in range(10)
            for c in ("one", "two", "three", "four")
        ),
    )
    return _from_text("a_dozen_vpcs", text)


MADE: Mapping[str, Callable[[], Design]] = {"redundant": _redundant, "a_dozen_vpcs": _a_dozen_vpcs}
SHIPPED = tuple(sorted(path.stem for path in TOPOLOGIES.glob("*.yaml")))
NAMES = (*SHIPPED, *MADE)


@cache
def design(name: str) -> Design:
    return MADE[name]() if name in MADE else shipped(name)
