from __future__ import annotations

import json
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.topology import yaml
from dxemu.topology.load import json_schema, load, loads
from dxemu.topology.model import Bfd, VifType
from dxemu.units import BitsPerSecond, Seconds

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests/unit/errors/topologies/good.yaml"


VALID = sorted((Path(__file__).parent / "valid").glob("*.yaml"))


@pytest.mark.parametrize("path", [*sorted((ROOT / "topologies").glob("*.yaml")), *VALID], ids=lambda p: p.stem)
def test_every_valid_topology_loads_and_has_a_plan(path: Path) -> None:
    topology = load(path)
    assert topology.name == path.stem
    assert topology.story
    assert make_plan(topology).nodes


def test_there_are_valid_topologies() -> None:
    assert VALID


def test_what_is_written() -> None:
    topology = load(GOOD)
    backup = topology.virtual_interfaces[1]
    assert backup.name == "backup"
    assert backup.amazon_address == IPv4Interface("169.254.10.1/30")
    assert backup.bfd is None
    assert (backup.hold_time, backup.keepalive, backup.mtu, backup.vlan) == (Seconds(30), Seconds(10), 9001, 102)
    assert backup.customer.communities == ("7224:7100",)
    assert topology.aws.virtual_private_gateways[0].route_propagation is True
    circuit = topology.customer.circuits[0]
    assert (circuit.from_router, circuit.to) == ("customer_router", "colo_router")
    assert (circuit.bandwidth, circuit.delay) == (BitsPerSecond(10**10), Seconds(0.003))
    assert "rehearse" not in repr(topology)


def test_what_is_left_out_is_as_at_aws() -> None:
    text = GOOD.read_text().replace("asn: 64512, vpc: prod, route_propagation: on", "vpc: prod")
    topology = loads(text.replace("auth_key: rehearse-1, bfd: 300 ms x 3,", ""))
    gateway = topology.aws.virtual_private_gateways[0]
    assert (gateway.asn, gateway.route_propagation) == (64512, False)
    primary = topology.virtual_interfaces[0]
    assert (primary.amazon_address, primary.customer_address, primary.auth_key, primary.bfd) == (None, None, None, None)
    assert (primary.hold_time, primary.keepalive, primary.mtu) == (Seconds(90), Seconds(30), 1500)
    assert (primary.asn, primary.type) == (65000, VifType.PRIVATE)
    assert topology.aws.locations[0].delay_to_region == Seconds(0.001)


def test_keepalive_follows_a_shorter_hold_time() -> None:
    topology = loads(GOOD.read_text().replace("hold_time: 30 s\n    keepalive: 10 s", "hold_time: 10 s"))
    assert topology.virtual_interfaces[1].keepalive == Seconds(3)


def test_circuit_colocation_has_no_routers() -> None:
    (colocation,) = load(ROOT / "topologies/backup_connection_by_circuit.yaml").customer.colocations
    assert (colocation.location, colocation.routers) == ("EqDC2", ())


@pytest.mark.parametrize(("word", "value"), [("on", True), ("true", True), ("off", False), ("false", False)])
def test_on_and_off(word: str, value: bool) -> None:
    topology = loads(GOOD.read_text().replace("route_propagation: on", f"route_propagation: {word}"))
    assert topology.aws.virtual_private_gateways[0].route_propagation is value


def test_overrides_merge() -> None:
    topology = load(GOOD, {"virtual_interfaces": {"backup": {"bfd": "500 ms x 4"}}})
    assert topology.virtual_interfaces[1].bfd == Bfd(interval=Seconds(0.5), detect_mult=4)
    assert topology.virtual_interfaces[1].vlan == 102
    assert topology.virtual_interfaces[0] == load(GOOD).virtual_interfaces[0]


def test_mistakes_in_overrides_are_marked_where_they_were_written() -> None:
    change = yaml.parse("change:\n  connections: {backup: {bandwidth: 2 Gbps}}\n", "scenario.yaml").below("change")
    with pytest.raises(InputErrors) as caught:
        load(GOOD, change)
    (problem,) = caught.value.problems
    assert str(problem.mark) == "scenario.yaml:2:37"
    assert load(GOOD).marks.at("connections", "backup", "bandwidth").file == str(GOOD)


def test_marks_of_values_keys_and_what_is_left_out() -> None:
    marks = load(GOOD).marks
    value = marks.at("connections", "primary", "device")
    assert marks.lines[value.line - 1][value.column - 1 :].startswith("dx_1")
    assert value.width == len("dx_1")
    key = marks.key_at("connections", "primary", "device")
    assert marks.lines[key.line - 1][key.column - 1 :].startswith("device: dx_1")
    assert marks.at("connections", "primary", "lag", "x") == marks.key_at("connections", "primary")
    assert str(marks.at("nothing")) == str(marks.at())


def test_json_schema_is_json_and_strict() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["additionalProperties"] is False
    assert "vlan" in schema["$defs"]["VirtualInterfaceEntry"]["properties"]
    assert {"const": "circuit"} in schema["$defs"]["CustomerEntry"]["properties"]["colocation"]["anyOf"]
    assert "from" in schema["$defs"]["CircuitEntry"]["properties"]
