"""What of a plan's rows a running lab follows. Everything else needs a lab of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dxemu.plan.diff import Changed, Diff
from dxemu.plan.model import BgpSession, Node, Role
from dxemu.plan.order import Step, careful

FOLLOWED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cables": frozenset({"mtu"}),
        "bonds": frozenset({"mtu", "min_links", "members"}),
        "vlans": frozenset({"mtu"}),
        "vrfs": frozenset({"interfaces"}),
        "bridges": frozenset({"ports"}),
        "static_routes": frozenset({"via", "throw"}),
        "limits": frozenset({"rate", "burst"}),
        "mss_clamps": frozenset({"mss"}),
        "speakers": frozenset({"originates", "maximum_paths", "tags", "cloud_hub"}),
        "gateways": frozenset(
            {"allowed_prefixes", "prefixes", "route_propagation", "attachments", "fixed", "attached", "local"}
            | {"led", "vpc_table", "vpn_ecmp_support"}
        ),
        "sessions": frozenset(
            {"import_local_pref", "export_communities", "send_communities", "export_prepend", "export_med"}
            | {"announces", "accepts", "allow_as_in", "policies", "enabled"}
            | {"bfd", "hold_time", "keepalive", "auth_key", "graceful_restart", "until_bfd_down"}
            | {"speaker", "prefix_quota", "route_filter_prefixes", "confirmed", "cables", "client", "cluster_id"}
        ),
    }
)
"""The values of a row, by table, that `dxemu.lab.apply` brings to a lab while it runs."""

COME_AND_GO = frozenset(
    {"nodes", "cables", "bridges", "bonds", "vlans", "vrfs", "addresses", "static_routes", "rules", "speakers"}
    | {"sessions", "gateways", "tunnels", "limits", "silent_drops", "source_filters", "nats", "mss_clamps"}
)
"""The tables whose rows may come and go."""

_ROLES = frozenset({Role.HOST, Role.INSTANCE, Role.DX_DEVICE, Role.VPN_ENDPOINT, Role.GATEWAY, Role.VPC})
"""Nodes that may come and go: on the customer's side those that run nothing."""


def not_followed(found: Diff) -> Iterator[Step]:
    """What a running lab cannot do of a difference between two plans, in the careful order."""
    return (step for step in careful(found) if not _followed(step))


def _followed(step: Step) -> bool:
    one = step.difference
    if not isinstance(one, Changed):
        return one.table in COME_AND_GO and _may_come(one.row)
    known = FOLLOWED.get(one.table, frozenset())
    if isinstance(one.old, BgpSession) and one.old.static:
        known = frozenset({"announces", "import_local_pref"})
    return all(not known.isdisjoint(value.name.split(".")) for value in one.values)


def _may_come(row: object) -> bool:
    return not isinstance(row, Node) or row.role in _ROLES
