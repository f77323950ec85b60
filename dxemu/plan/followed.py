"""What of a plan's rows a running lab follows. Everything else needs a lab of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dxemu.plan.diff import Changed, Diff
from dxemu.plan.model import BgpSession
from dxemu.plan.order import Step, careful

FOLLOWED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "speakers": frozenset({"originates"}),
        "gateways": frozenset({"allowed_prefixes"}),
        "sessions": frozenset(
            {"import_local_pref", "export_communities", "send_communities", "export_prepend", "export_med"}
            | {"announces", "accepts", "allow_as_in", "enabled"}
            | {"bfd", "hold_time", "keepalive", "auth_key", "graceful_restart", "until_bfd_down"}
        ),
    }
)
"""The values of a row, by table, that `dxemu.lab.apply` brings to a lab while it runs."""


def not_followed(found: Diff) -> Iterator[Step]:
    """What a running lab cannot do of a difference between two plans, in the careful order."""
    return (step for step in careful(found) if not _followed(step))


def _followed(step: Step) -> bool:
    one = step.difference
    known = FOLLOWED.get(one.table, frozenset())
    if not isinstance(one, Changed):
        return False
    if isinstance(one.old, BgpSession) and one.old.static:
        return False
    return all(not known.isdisjoint(value.name.split(".")) for value in one.values)
