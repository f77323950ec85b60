"""A VPN's routes wait behind those of Direct Connect, whatever else is said of the VPN."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
WRITTEN: list[dict[str, object]] = [
    {},
    {"as_path_prepend": 1},
    {"med": 10},
    {"communities": ["65000:1"]},
    {"announce": ["10.0.0.0/16"]},
    {"accept": ["172.31.0.0/16"]},
    {"allow_as_in": 1},
    {"send_communities": False},
    {"enabled": False},
]


@pytest.mark.parametrize("customer", WRITTEN, ids=lambda written: next(iter(written), "nothing"))
def test_another_key_leaves_the_local_preference(customer: dict[str, object]) -> None:
    (vpn,) = load(TOPOLOGIES / "vpn_backup.yaml", {"vpns": {"vpn": {"customer": customer}}}).vpns
    assert vpn.customer.local_pref == 50


def test_one_that_is_written_counts() -> None:
    (vpn,) = load(TOPOLOGIES / "vpn_backup.yaml", {"vpns": {"vpn": {"customer": {"local_pref": 100}}}}).vpns
    assert vpn.customer.local_pref == 100
