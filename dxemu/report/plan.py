"""The plan as text for people and as JSON for programs. Keys of BGP sessions appear in neither."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from dxemu.plan.model import BgpSession, Cable, Node, Plan, SessionEnd
from dxemu.units import BitsPerSecond, IPAddress, IPInterface, IPNetwork, Seconds

SCHEMA = "dxemu.plan/1"
KEY_IS_SET = "set"
SECRETS = ("auth_key", "pre_shared_key")
_GAP = "   "
_INDENT = "  "


def render_plan(plan: Plan) -> str:
    """The plan as aligned text, for `dxemu plan`."""
    sections: Sequence[tuple[str, Iterable[str]]] = (
        ("Namespaces", _aligned(_nodes(plan))),
        ("Cables", _aligned(_cables(plan))),
        ("Bridges", _aligned((b.node, b.name, f"over {', '.join(b.ports)}") for b in plan.bridges)),
        ("VLANs", _aligned(_vlans(plan))),
        ("Addresses", _aligned((a.node, a.interface, str(a.address)) for a in plan.addresses)),
        ("Static routes", _aligned((r.node, str(r.destination), f"via {r.via}") for r in plan.static_routes)),
        ("BGP speakers", _aligned(_speakers(plan))),
        ("BGP sessions", _session_lines(plan)),
        ("Gateways", _aligned(_gateways(plan))),
    )
    lines = [plan.topology, *([f"{_INDENT}{plan.story}"] if plan.story else [])]
    for title, section in sections:
        body = list(section)
        lines += ["", title, *body] if body else []
    return "\n".join(lines) + "\n"


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """`rows` with each column as wide as its widest cell. A row may be shorter than others."""
    table = [tuple(row) for row in rows]
    columns = max((len(row) for row in table), default=0)
    widths = [max((len(row[c]) for row in table if c < len(row)), default=0) for c in range(columns)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield (_INDENT + _GAP.join(cells)).rstrip()


def _nodes(plan: Plan) -> Iterator[Sequence[str]]:
    """One row for each place of each side: who is there."""
    groups: dict[tuple[str, str], list[Node]] = {}
    for node in plan.nodes:
        groups.setdefault((node.side, node.place), []).append(node)
    for (side, place), nodes in groups.items():
        yield side, place, ", ".join(f"{node.name} ({_words(node.role)})" for node in nodes)


def _cables(plan: Plan) -> Iterator[Sequence[str]]:
    for cable in plan.cables:
        yield (
            cable.name,
            f"{cable.a.node} {cable.a.name} -- {cable.b.node} {cable.b.name}",
            str(cable.bandwidth),
            str(cable.delay),
            f"MTU {cable.mtu}",
            _what(cable),
        )


def _vlans(plan: Plan) -> Iterator[Sequence[str]]:
    for vlan in plan.vlans:
        yield vlan.node, vlan.name, f"VLAN {vlan.vlan_id} on {vlan.parent}", f"MTU {vlan.mtu}"


def _what(cable: Cable) -> str:
    """What a cable is, and which connection runs over it if its name does not say so."""
    if cable.connection is None or cable.connection == cable.name:
        return _words(cable.role)
    return f"{_words(cable.role)} of {cable.connection}"


def _speakers(plan: Plan) -> Iterator[Sequence[str]]:
    for speaker in plan.speakers:
        originates = ", ".join(str(prefix) for prefix in speaker.originates) or "nothing of its own"
        yield speaker.node, f"AS {speaker.asn}", f"router ID {speaker.router_id}", f"announces {originates}"


def _session_lines(plan: Plan) -> Iterator[str]:
    """For each session a line on what both ends agree on, then one line for each end."""
    heads = _aligned(_session(session) for session in plan.sessions)
    ends = _aligned(("", *_end(end)) for session in plan.sessions for end in session.ends)
    for head in heads:
        yield head
        yield next(ends)
        yield next(ends)


def _session(session: BgpSession) -> Sequence[str]:
    return (
        session.name,
        "eBGP" if session.external else "iBGP",
        f"hold {session.hold_time}, keepalive {session.keepalive}",
        _bfd(session),
        "MD5 key set" if session.auth_key is not None else "no MD5 key",
        f"over {', '.join(session.cables)}",
    )


def _end(end: SessionEnd) -> Sequence[str]:
    policy = [] if end.import_local_pref is None else [f"local preference {end.import_local_pref}"]
    policy += [f"sends {community}" for community in end.export_communities]
    return (
        "passive" if end.passive else "active",
        end.node,
        str(end.address),
        f"AS {end.asn}",
        ", ".join(policy),
    )


def _bfd(session: BgpSession) -> str:
    own = session.ends[0].bfd
    return "no BFD" if own is None else f"BFD {own.interval} x {own.detect_mult}"


def _gateways(plan: Plan) -> Iterator[Sequence[str]]:
    for gateway in plan.gateways:
        yield (
            gateway.node,
            f"AS {gateway.asn}",
            f"in front of {', '.join(str(prefix) for prefix in gateway.prefixes) or 'nothing'}",
            f"route propagation {'on' if gateway.route_propagation else 'off'}",
            f"hears {', '.join(f'{a.speaker} ({a.kind})' for a in gateway.attachments) or 'nobody'}",
        )


def _words(name: str) -> str:
    return {"dx_device": "Direct Connect device"}.get(name, name.replace("_", " "))


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
    if isinstance(value, IPAddress | IPInterface | IPNetwork):
        return str(value)
    return value
