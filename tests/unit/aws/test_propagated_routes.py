"""A VPC's route table while routes come and go, against what is left out of all of them at once."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from dxemu.aws.propagated_routes import PropagatedRoutes, left_out

PREFIXES = [ip_network(f"10.{number}.0.0/16") for number in range(5)]


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize("gone", range(5))
def test_what_a_withdrawn_route_makes_room_for(count: int, gone: int) -> None:
    """Three of them fit. Who moves up is who was left out, and only if there is somebody."""
    table, most = PropagatedRoutes(3), 3
    held = PREFIXES[:count]
    for prefix in held:
        table.add(prefix)
    assert {prefix for prefix in held if not table.installed(prefix)} == left_out(held, most)
    moved_up = table.remove(PREFIXES[gone])
    left = [prefix for prefix in held if prefix != PREFIXES[gone]]
    assert {prefix for prefix in left if not table.installed(prefix)} == left_out(left, most)
    came_in = left_out(held, most) - left_out(left, most) - {PREFIXES[gone]}
    assert moved_up == next(iter(came_in), None)
    assert len(table) == len(left)
