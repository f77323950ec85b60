"""The tables of a plan by name, and what tells a row of each from all others: its stable key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from operator import attrgetter
from types import MappingProxyType

from dxemu.plan.model import Plan

Key = tuple[object, ...]
"""What identifies a row in its table. Rows that nothing tells apart are numbered behind it, from 1."""

Row = object

_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nodes": ("name",),
        "cables": ("name",),
        "bridges": ("node", "name"),
        "bonds": ("node", "name"),
        "vlans": ("node", "name"),
        "tunnels": ("name",),
        "vrfs": ("node", "name"),
        "addresses": ("node", "interface", "address"),
        "rules": ("node", "incoming", "table"),
        "static_routes": ("node", "table", "destination"),
        "limits": ("node", "interface", "kind"),
        "silent_drops": ("node", "interface"),
        "source_filters": ("node", "interface"),
        "nats": ("node", "interface", "network"),
        "mss_clamps": ("node", "interface"),
        "vrrp": ("virtual_router_id", "address"),
        "services": ("node",),
        "gateways": ("node",),
        "speakers": ("name",),
        "sessions": ("name",),
    }
)
"""In the order in which they are built: what a row stands on is in a table before its own."""

TABLES: tuple[str, ...] = tuple(_OF)
SETTINGS: tuple[str, ...] = tuple(entry.name for entry in fields(Plan) if entry.name not in _OF)
"""What a plan has that is no table: its name, its story, the daemons' versions."""


def rows(plan: Plan, table: str) -> Mapping[Key, Row]:
    """The rows of a table by their keys, in the plan's order."""
    return keyed(getattr(plan, table), table)


def keyed(found: Iterable[Row], table: str) -> Mapping[Key, Row]:
    """Rows by their keys, in their order."""
    of: Callable[[Row], object] = attrgetter(*_OF[table])
    single = len(_OF[table]) == 1
    seen: Counter[Key] = Counter()
    result: dict[Key, Row] = {}
    for row in found:
        value = of(row)
        key: Key = (value,) if single or not isinstance(value, tuple) else value
        seen[key] += 1
        result[key if seen[key] == 1 else (*key, seen[key])] = row
    return result
