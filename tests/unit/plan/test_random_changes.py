"""Whatever is changed, and taken back, in whatever order: the plan that follows by differences is a fresh start's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dxemu.plan.diff import applied, diff
from dxemu.plan.followed import not_followed
from dxemu.plan.listing import moved
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology import yaml
from dxemu.topology.document import Document

ROOT = Path(__file__).parents[3]
EXAMPLES = 150
CHANGES = {
    "backup_connection": (
        "{virtual_interfaces: {primary: {customer: {local_pref: 50, as_path_prepend: 3}}}}",
        "{virtual_interfaces: {primary: {amazon: {enabled: off}}}}",
        "{virtual_interfaces: {primary: {mtu: 8500, auth_key: another-1}}}",
        "{virtual_interfaces: {primary: {bfd: off, hold_time: 30 s}}}",
        "{virtual_interfaces: {backup: null}}",
        "{aws: {virtual_private_gateways: {vgw: {route_propagation: off}}}}",
        "{aws: {vpcs: {prod: {static_routes: {10.0.0.0/8: vgw}}}}}",
        "{customer: {data_center: {routers: {customer_router: {static_routes: {172.31.0.0/16: colo_router}}}}}}",
        "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}",
    ),
    "direct_connect_gateway": (
        "{aws: {direct_connect_gateways: {dxgw: {associations: {vgw_west: null}}}}}",
        "{aws: {direct_connect_gateways: {dxgw: {associations: {vgw_east: {allowed_prefixes: [172.31.0.0/17]}}}}}}",
        "{aws: {virtual_private_gateways: {vgw_west: {route_propagation: off}}}}",
        "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}",
        "{virtual_interfaces: {dxgw: {mtu: 8500}}}",
        "{virtual_interfaces: {dxgw: {customer: {enabled: off}}}}",
    ),
}


@cache
def plan_of(topology: str, changes: frozenset[int]) -> Plan:
    """A fresh start's, with these changes."""
    document = Document(topology, yaml.read(ROOT / "topologies" / f"{topology}.yaml"))
    for number in sorted(changes):
        document = document.changed(yaml.parse(CHANGES[topology][number], "change"))
    return make_plan(document.topology())


@pytest.mark.parametrize("topology", CHANGES)
def test_the_plan_is_a_fresh_starts(topology: str) -> None:
    numbers = st.integers(0, len(CHANGES[topology]) - 1)

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.lists(numbers, min_size=1, max_size=5))
    def each(sequence: Sequence[int]) -> None:
        stands: frozenset[int] = frozenset()
        here = plan_of(topology, stands)
        for number in sequence:
            stands ^= {number}  # one that stands is taken back
            fresh = plan_of(topology, stands)
            found = diff(here, fresh)
            assert moved(here, fresh) == ()
            assert [step.words for step in not_followed(found)] == []
            here = applied(here, found)
            assert here == fresh

    each()
