"""The proof of changes finds a patch for whatever a design lets change."""

from __future__ import annotations

from pathlib import Path

from tools.change_examples import KINDS, covering
from tools.fault_examples import Site

SITE = Site(Path(__file__).parents[3] / "topologies" / "backup_connection.yaml")
SOME = {
    "virtual_interfaces.*.customer.enabled",
    "virtual_interfaces.*.mtu",
    "virtual_interfaces.*",
    "connections.*",
    "customer.data_center.hosts.*",
    "aws.vpcs.*",
    "aws.virtual_private_gateways.*.route_propagation",
}


def test_few_patches_cover_every_kind_that_a_design_can_have() -> None:
    chosen = covering([SITE], 1)
    found = [kind for example in chosen for kind in example.kinds]
    assert set(found) <= {row.pattern for row in KINDS}
    assert set(found) >= SOME
    assert not any(kind.startswith(("lags.*.", "vpns.", "aws.transit_gateways.")) for kind in found)
    assert len(chosen) <= len(set(found))
    assert not any("<" in example.patch for example in chosen), "every name is filled in"
