"""Audits of shipped topologies, with changes laid over them as a scenario's `change` is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dxemu.audit.base import Found
from dxemu.audit.menu import Audit, make_audit
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

REPOSITORY = Path(__file__).parents[3]
TOPOLOGIES = sorted(path.stem for path in (REPOSITORY / "topologies").glob("*.yaml"))
Change = Mapping[str, object]

NOTHING_SHARED: Change = {
    "customer": {
        "data_center": {"routers": {"customer_router": {"vrrp_priority": 200}, "other_router": {"vrrp_priority": 100}}},
        "circuits": {
            "metro_dc": {"carrier": "north"},
            "metro_ny": {"carrier": "south"},
            "other_dc": {
                "from": "other_router",
                "to": "colo_dc",
                "bandwidth": "10 Gbps",
                "delay": "3 ms",
                "carrier": "south",
            },
            "other_ny": {
                "from": "other_router",
                "to": "colo_ny",
                "bandwidth": "10 Gbps",
                "delay": "5 ms",
                "carrier": "north",
            },
        },
    }
}
"""Makes of `high_resiliency` a design that survives whatever fails alone."""


def audited(name: str, change: Change | None = None, *, pairs: bool = False) -> Audit:
    topology = load(REPOSITORY / "topologies" / f"{name}.yaml", change)
    return make_audit(topology, make_plan(topology), pairs=pairs)


def found(code: str, name: str, change: Change | None = None) -> list[Found]:
    return [one for one in audited(name, change).found if one.code == code]


def problems(code: str, name: str, change: Change | None = None) -> list[str]:
    return [one.finding.problem for one in found(code, name, change)]


def vif(**keys: object) -> Change:
    """A change of virtual interfaces, by name."""
    return {"virtual_interfaces": keys}
