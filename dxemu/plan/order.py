"""Differences of two plans in a careful operator's order, with what must break for them.

Additions before removals: the new way stands before the old one goes. Additions from cable to session, removals from
session to cable. What takes in an interface (a VRF, a bond, a bridge) does so before anything is put on that. Changes
are between: all that is new is there, and what is about to go is there still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeGuard

from dxemu.plan.diff import Added, Changed, Diff, Difference, Removed, Reordered, Setting, Value
from dxemu.plan.tables import TABLES

SINGULAR: Mapping[str, str] = MappingProxyType(
    {
        "addresses": "address",
        "bridges": "bridge",
        "nats": "source NAT",
        "mss_clamps": "MSS clamp",
        "static_routes": "static route",
        "silent_drops": "silent drop",
        "source_filters": "source filter",
        "limits": "rate limit",
        "rules": "routing rule",
        "vlans": "VLAN interface",
        "vrfs": "VRF",
        "vrrp": "VRRP group",
    }
)
"""What a row is called where the table's name without its last letter does not do."""

RESET = "the session is made anew"
REBUILT = "it is taken down and built anew"

IN_PLACE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "nodes": frozenset({"place"}),
        "cables": frozenset({"bandwidth", "delay", "mtu"}),
        "bonds": frozenset({"min_links", "mtu"}),
        "bridges": frozenset({"ports"}),
        "vlans": frozenset({"mtu"}),
        "vrfs": frozenset({"interfaces"}),
        "static_routes": frozenset({"via", "throw"}),
        "limits": frozenset({"rate", "burst"}),
        "silent_drops": frozenset({"longer_than"}),
        "nats": frozenset({"address"}),
        "mss_clamps": frozenset({"mss"}),
        "services": frozenset({"kind", "text"}),
        "gateways": frozenset(
            {"prefixes", "route_propagation", "attachments", "fixed", "attached", "local", "vpn_ecmp_support"}
            | {"led", "vpc_table"}
        ),
        "speakers": frozenset({"originates", "maximum_paths", "tags", "region"}),
        "sessions": frozenset(
            {
                *(
                    "confirmed",
                    "route_filter_prefixes",
                    "prefix_quota",
                    "until_bfd_down",
                    "cables",
                    "static",
                    "keepalive",
                ),
                *("import_local_pref", "export_communities", "send_communities", "export_prepend", "export_med"),
                *("announces", "withholds", "accepts", "allow_as_in", "policies", "bfd"),
            }
        ),
    }
)
"""The values of a row, by table, that become others without anything being taken down for it."""


HOLDS: Mapping[str, str] = MappingProxyType({"bridges": "ports", "bonds": "members", "vrfs": "interfaces"})
"""What of a row, by table, are interfaces that are in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `words` are for people; `breaks` says what is lost for a while, empty if nothing is."""

    difference: Added | Removed | Changed
    words: str
    breaks: str = ""


def careful(found: Diff) -> tuple[Step, ...]:
    """All that a lab has to do to follow, in order. What is no thing of a lab's (names, order) is left out."""
    build = {table: number for number, table in enumerate(TABLES)}
    additions = [one for one in found if isinstance(one, Added) or takes_in(one)]
    changes = [one for one in found if isinstance(one, Changed) and not takes_in(one)]
    removals = [one for one in found if isinstance(one, Removed)]
    return (
        *(_step(one) for one in sorted(additions, key=lambda one: build[one.table])),
        *(_step(one) for one in sorted(changes, key=lambda one: build[one.table])),
        *(_step(one) for one in sorted(removals, key=lambda one: -build[one.table])),
    )


def takes_in(one: Difference) -> TypeGuard[Changed]:
    """Whether a row that holds interfaces takes in more.

    That is an addition: what is on an interface, addresses and routes, does not survive that it is put into a VRF.
    """
    if not isinstance(one, Changed) or one.table not in HOLDS:
        return False
    old, new = (set(getattr(row, HOLDS[one.table])) for row in (one.old, one.new))
    return not new <= old


def words(found: Diff) -> tuple[str, ...]:
    """The whole difference for people, in the careful order."""
    steps = (step.words + (f": {step.breaks}" if step.breaks else "") for step in careful(found))
    return (*(f"{one.name} {one.old} -> {one.new}" for one in found if isinstance(one, Setting)), *steps)


def unimportant(found: Diff) -> bool:
    """Whether a lab has nothing to do."""
    return all(isinstance(one, Reordered | Setting) for one in found)


def _step(one: Added | Removed | Changed) -> Step:
    noun = SINGULAR.get(one.table, one.table.removesuffix("s"))
    name = f"{noun} {' '.join(str(part) for part in one.key if part is not None)}"
    if isinstance(one, Added):
        return Step(difference=one, words=f"add {name}")
    if isinstance(one, Removed):
        breaks = "what uses it loses it" if one.table in ("cables", "tunnels", "sessions") else ""
        return Step(difference=one, words=f"remove {name}", breaks=breaks)
    values = one.values
    return Step(difference=one, words=f"{name}: {'; '.join(map(str, values))}", breaks=_breaks(one, values))


def _breaks(one: Changed, values: tuple[Value, ...]) -> str:
    in_place = IN_PLACE.get(one.table, frozenset())
    if all(not in_place.isdisjoint(value.name.split(".")) or _begins_or_ends(value) for value in values):
        return ""
    if one.table != "sessions":
        return REBUILT
    switched = [value for value in values if _part(value) == "enabled"]
    if switched:
        return "the session ends" if any(value.new is False for value in switched) else "the session begins"
    return RESET


def _begins_or_ends(value: Value) -> bool:
    """Whether a route reflector has a cluster from now on, or none: only another one makes its sessions anew."""
    return _part(value) == "cluster_id" and None in (value.old, value.new)


def _part(value: Value) -> str:
    """The last name of a value's path that is no number."""
    return next(part for part in reversed(value.name.split(".")) if not part.isdigit())
