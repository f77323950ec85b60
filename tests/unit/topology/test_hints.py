"""A hint names what was meant, or nothing: one that misleads is worse than none."""

from __future__ import annotations

import pytest

from dxemu.topology.words import edits, nearest

KINDS = ("cable_cut", "cable_silent", "carrier_down", "location_down", "node_down", "vlan_pruned", "bgp_restart")
KEYS = ("connection", "connections", "circuit", "bandwidth", "virtual_interfaces", "customer_router")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("direction", None),
        ("cable_loss", None),
        ("router_x", None),
        ("colo_router", None),
        ("conection", "connection"),
        ("Bandwith", "bandwidth"),
        ("circuits", "circuit"),
        ("virtual-interfaces", "virtual_interfaces"),
        ("interfaces", "virtual_interfaces"),
        ("cable_slient", "cable_silent"),
        ("carier_down", "carrier_down"),
    ],
)
def test_what_was_meant(word: str, meant: str | None) -> None:
    assert nearest(word, (*KINDS, *KEYS)) == meant


@pytest.mark.parametrize(
    ("one", "other", "count"), [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3)]
)
def test_edits(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count
