"""A remedy that `explain path` prints is one: laid over the design it is taken, and both directions take one way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from dxemu.aws.virtual_interface import VifType
from dxemu.explain.path import explain_path
from dxemu.explain.remedy import NOTHING_FOUND
from dxemu.explain.state import State
from dxemu.plan.model import Role, Side
from dxemu.units import IPAddress
from tests.unit.explain.designs import NAMES, changed, state_of

POLICIES: list[Mapping[str, object]] = [
    {"local_pref": 10},
    {"local_pref": 400, "communities": ["7224:7100"]},
    {"as_path_prepend": 3},
]


def ends(state: State, role: Role) -> list[str]:
    side = Side.CUSTOMER if role is Role.HOST else Side.AWS
    return [node.name for node in state.plan.nodes_of(role, side)]


def over(state: State, source: str, address: IPAddress) -> set[str]:
    """What the flows cross: virtual interfaces, and VPNs by their names."""
    found: set[str] = set()
    vpns = {tunnel.vpn: {end.node for end in tunnel.ends} for tunnel in state.plan.tunnels}
    for way in state.tables.ways(source, address):
        assert way.arrives
        tunnels = {vpn for vpn, nodes in vpns.items() if nodes <= set(way.nodes)}
        found |= tunnels or {cable for cable in way.cables() if cable.startswith("vif:")}
    return found


def variants(name: str) -> Iterator[Mapping[str, object]]:
    """An arrangement as it is, and with each of its first ways to AWS by each policy."""
    yield {}
    topology = state_of(name).topology
    tagged = {vif.name for vif in topology.virtual_interfaces if vif.type is not VifType.PUBLIC}
    ways = [("virtual_interfaces", vif.name) for vif in topology.virtual_interfaces[:2]]
    ways += [("vpns", vpn.name) for vpn in topology.vpns]
    for (key, way), policy in product(ways, POLICIES):
        if way in tagged or "communities" not in policy:
            yield {key: {way: {"customer": policy}}}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_brings_both_onto_one_way(name: str) -> None:
    for change in variants(name):
        state = changed(name, **change)
        for near, far in product(ends(state, Role.HOST), ends(state, Role.INSTANCE)[:2]):
            found = explain_path(state, near, far)
            assert found.changes == () or found.asymmetric
            for patch in found.changes:
                mended = changed(name, **laid_over(dict(change), patch))
                there = over(mended, near, mended.plan.address_of(far, 4))
                assert there == over(mended, far, mended.plan.address_of(near, 4))


def laid_over(low: dict[str, object], high: Mapping[str, object]) -> dict[str, object]:
    """One patch over another: mappings merge."""
    for key, value in high.items():
        below = low.get(key)
        merges = isinstance(below, Mapping) and isinstance(value, Mapping)
        low[key] = laid_over(dict(below), value) if merges else value  # type: ignore[arg-type]  # both are
    return low


ONE_TABLE = {"aws": {"transit_gateways": {"tgw": {"route_tables": None}}}}
"""Then the transit gateway has the data center by Direct Connect and by the tunnels in it."""


@pytest.mark.parametrize("local_pref", [50, 500])
def test_answers_that_leave_the_tunnel_are_told_of(local_pref: int) -> None:
    """Whatever the customer prefers: to raise it for what carries the tunnels would bring nothing into them."""
    policy = {"customer": {"local_pref": local_pref}}
    vifs = {"virtual_interfaces": {"primary": policy, "backup": policy}}
    found = explain_path(changed("ipsec_over_transit_vif", **ONE_TABLE, **vifs), "app", "web")
    assert found.asymmetric
    assert found.remedy.startswith(
        "web to app does not go through the tunnel: it is not encrypted. Announce on primary"
    )


def test_nothing_is_promised_where_nothing_helps() -> None:
    """Which of its tunnels AWS takes is AWS's to choose, and a blackhole is nobody's preference."""
    assert NOTHING_FOUND.startswith("No one setting")
    found = explain_path(changed("vpn_backup", vpns={"vpn": {"customer": {"local_pref": 500}}}), "app", "web")
    assert found.changes and NOTHING_FOUND not in found.remedy
