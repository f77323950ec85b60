"""What AWS announces in a VPN's tunnels: of a transit gateway what the route table of the VPN has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dxemu.explain.prefix import explain_prefix
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.plan.model import Side
from dxemu.topology.load import load
from dxemu.units import IPNetwork

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
VPN = "vpn"
TABLES: list[tuple[Mapping[str, object], list[str]]] = [
    ({}, ["172.31.0.0/16"]),
    ({"propagations": ["prod", "dxgw", VPN]}, ["172.31.0.0/16"]),
    ({"propagations": ["dxgw", VPN]}, []),
    ({"static_routes": {"172.16.0.0/12": "prod"}}, ["172.16.0.0/12", "172.31.0.0/16"]),
    ({"static_routes": {"172.16.0.0/12": "blackhole"}}, ["172.31.0.0/16"]),
    ({"static_routes": {"172.16.0.0/12": VPN}}, ["172.31.0.0/16"]),
    ({"static_routes": {"172.16.0.0/12": "dxgw"}}, ["172.16.0.0/12", "172.31.0.0/16"]),
    ({"associations": ["prod", "dxgw"]}, []),
]


def state_of(table: Mapping[str, object]) -> State:
    routing = {"associations": ["prod", "dxgw", VPN], "propagations": ["prod", "dxgw", VPN], **table}
    tables = {"transit_gateways": {"tgw": {"route_tables": {"all": routing}}}}
    change = {"vpns": {VPN: {"routing": "bgp", "static_routes": []}}, "aws": tables}
    topology = load(TOPOLOGIES / "vpn_backup_static.yaml", change)
    return State(topology, make_plan(topology))


def announced(state: State) -> list[tuple[IPNetwork, ...]]:
    ends = [end for session in state.plan.sessions if session.tunnel for end in session.ends]
    return [end.announces or () for end in ends if state.plan.speaker(end.speaker).side is Side.AWS]


@pytest.mark.parametrize(("table", "prefixes"), TABLES, ids=str)
def test_what_the_route_table_has(table: Mapping[str, object], prefixes: list[str]) -> None:
    assert [sorted(map(str, each)) for each in announced(state_of(table))] == [prefixes, prefixes]


def test_what_it_lacks_is_explained() -> None:
    found = explain_prefix(state_of({"propagations": ["dxgw", VPN]}), "172.31.0.0/16")
    assert "tgw does not announce it over vpn: its route table all does not have it" in found.notes
    assert not [told for told in found.told if told.speaker.startswith("vpn_endpoint")]


@pytest.mark.parametrize("table", ["clear", "encrypted"])
def test_each_route_table_decides_for_itself(table: str) -> None:
    topology = load(TOPOLOGIES / "ipsec_over_transit_vif.yaml")
    found = explain_prefix(State(topology, make_plan(topology)), "10.0.0.0/16")
    (entry,) = [one for one in found.tables if one.kernel == f"route table {table}"]
    assert entry.how.startswith("Direct Connect" if table == "clear" else "private IP VPN")
