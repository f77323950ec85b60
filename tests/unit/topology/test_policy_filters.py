"""Filters of prefixes that match something which only one key of the file makes known: they are taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxemu.errors import InputErrors
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
ORIGINATED = {
    "customer": {"data_center": {"routers": {"customer_router": {"announcements": {"10.77.0.0/16": "originate"}}}}}
}


def of(vif: str, **policies: Any) -> dict[str, Any]:
    return {"virtual_interfaces": {vif: {"customer": {"policies": policies}}}}


@pytest.mark.parametrize(
    ("topology", "change"),
    [
        ("backup_connection", ORIGINATED | of("primary", **{"10.77.0.0/16": {"med": 50}})),
        (
            "public_vif",
            {"aws": {"public_prefix_count": 4}} | of("public", **{"198.18.0.0/16 le 29": {"local_pref": 50}}),
        ),
        ("site_link", of("dc", **{"10.2.0.0/16": {"local_pref": 50}})),
        (
            "backup_connection",
            of("primary", **{"10.0.0.0/16": {"accept": False}, "172.31.0.0/16": {"announce": False}}),
        ),
        ("backup_connection", of("primary", **{"10.0.0.0/16": {"med": 50}, "0.0.0.0/0 le 32": {"local_pref": 300}})),
    ],
)
def test_it_is_taken(topology: str, change: dict[str, Any]) -> None:
    load(TOPOLOGIES / f"{topology}.yaml", change)


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ({"10.0.0.0/8 le 24": {"med": 1}, "10.0.0.0/16": {"med": 2}}, "DX-T123"),
        ({"10.0.0.0/16": {"local_pref": 300}}, "DX-T124"),
        ({"172.31.0.0/16": {"communities": ["7224:7100"]}}, "DX-T124"),
        ({"172.31.0.0/16": {"accept": False, "local_pref": 300}}, "DX-T124"),
    ],
)
def test_what_never_has_an_effect_is_refused(policies: dict[str, Any], said: str) -> None:
    with pytest.raises(InputErrors) as found:
        load(TOPOLOGIES / "backup_connection.yaml", of("primary", **policies))
    assert {problem.code for problem in found.value.problems} == {said}
