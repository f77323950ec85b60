"""The plan as text for people and as JSON for programs. Keys of sessions and tunnels appear in neither."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from dxemu.plan.model import Plan
from dxemu.report import plan_routing_rows as routing_rows
from dxemu.report import plan_rows as rows
from dxemu.units import BitsPerSecond, Seconds

SCHEMA = "dxemu.plan/1"
KEY_IS_SET = "set"
SECRETS = frozenset({"auth_key", "pre_shared_key"})
"""Fields of which only is told whether they are set."""

_GAP = "   "
_INDENT = "  "


def render_plan(plan: Plan) -> str:
    """The plan as aligned text, for `dxemu plan`."""
    sections: Sequence[tuple[str, Iterable[str]]] = (
        ("Namespaces", _aligned(rows.nodes(plan))),
        ("Cables", _aligned(rows.cables(plan))),
        ("Bridges", _aligned(rows.bridges(plan))),
        ("Bonds", _aligned(rows.bonds(plan))),
        ("VLANs", _aligned(rows.vlans(plan))),
        ("VRFs", _aligned(rows.vrfs(plan))),
        ("Routing rules", _aligned(rows.rules(plan))),
        ("Addresses", _aligned(rows.addresses(plan))),
        ("Static routes", _aligned(rows.static_routes(plan))),
        ("Source NAT", _aligned(rows.nats(plan))),
        ("MSS clamps", _aligned(rows.mss_clamps(plan))),
        ("Source filters", _aligned(rows.source_filters(plan))),
        ("Rate limits", _aligned(rows.limits(plan))),
        ("Silent drops", _aligned(rows.silent_drops(plan))),
        ("Services", _aligned(rows.services(plan))),
        ("VRRP", _aligned(rows.vrrp(plan))),
        (
            "IPsec tunnels",
            _with_details(
                [(routing_rows.tunnel_head(t), [routing_rows.tunnel_end(end) for end in t.ends]) for t in plan.tunnels]
            ),
        ),
        ("BGP speakers", _aligned(routing_rows.speakers(plan))),
        (
            "BGP sessions",
            _with_details(
                [
                    (routing_rows.session_head(s), [routing_rows.session_end(e, static=s.static) for e in s.ends])
                    for s in plan.sessions
                ]
            ),
        ),
        (
            "Gateways",
            _with_details(
                [(routing_rows.gateway_head(g), list(routing_rows.gateway_attachments(g))) for g in plan.gateways]
            ),
        ),
    )
    lines = [plan.topology, *([f"{_INDENT}{plan.story}"] if plan.story else [])]
    for title, section in sections:
        body = list(section)
        lines += ["", title, *body] if body else []
    return "\n".join(lines) + "\n"


def _aligned(table: Iterable[rows.Row]) -> Iterator[str]:
    """The rows with each column as wide as its widest cell. A row may be shorter than others."""
    table = [tuple(row) for row in table]
    columns = max((len(row) for row in table), default=0)
    widths = [max((len(row[c]) for row in table if c < len(row)), default=0) for c in range(columns)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False) if width)
        yield (_INDENT + _GAP.join(cells)).rstrip()


def _with_details(parts: Sequence[tuple[rows.Row, Sequence[rows.Row]]]) -> Iterator[str]:
    """For each part a line, then one for each of its details, aligned over all parts."""
    heads = _aligned(head for head, _ in parts)
    details = _aligned(detail for _, of_part in parts for detail in of_part)
    for head, (_, of_part) in zip(heads, parts, strict=True):
        yield head
        yield from (_INDENT + next(details) for _ in of_part)


def plan_to_json(plan: Plan) -> dict[str, object]:
    """The plan as JSON values, under the names of `dxemu.plan.model`.

    Durations are numbers under keys that end in `_s`, bit rates under keys that end in `_bps`; addresses are text.
    `auth_key` and `pre_shared_key` are "set" or null.
    """
    return {"schema": SCHEMA, **_fields(plan)}


def _fields(value: object) -> dict[str, object]:
    """The fields of a dataclass as JSON values, with the unit in the key."""
    found: dict[str, object] = {}
    for field in dataclasses.fields(value):  # type: ignore[arg-type]  # only called with dataclasses
        item = getattr(value, field.name)
        if field.name in SECRETS:
            found[field.name] = None if item is None else KEY_IS_SET
        elif isinstance(item, Seconds):
            found[f"{field.name}_s"] = float(item)
        elif isinstance(item, BitsPerSecond):
            found[f"{field.name}_bps"] = int(item)
        else:
            found[field.name] = _plain(item)
    return found


def _plain(value: object) -> object:
    """A value of a field as a JSON value."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return _fields(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, IPv4Address | IPv4Interface | IPv4Network | IPv6Address | IPv6Interface | IPv6Network):
        return str(value)
    return value
