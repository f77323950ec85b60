"""What a plan calls its things and which numbers it gives them, by their stable keys: a base for comparing plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dxemu.plan.model import Plan

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`names` are names and MAC addresses, `numbers` what comes from a pool; both by key: kind, then whose it is."""

    names: Mapping[Key, str]
    numbers: Mapping[Key, str]


def listing(plan: Plan) -> Listing:
    """Everything that `plan` names or numbers."""
    return Listing(names=dict(_names(plan)), numbers=dict(_numbers(plan)))


def moved(before: Plan, after: Plan) -> tuple[str, ...]:
    """What both plans have and call or number otherwise, in words: of numbers that is where two keys met on one."""
    old, new = listing(before), listing(after)
    return (
        *(f"{' '.join(key)}: {old.names[key]} became {new.names[key]}" for key in _changed(old.names, new.names)),
        *(f"{' '.join(k)}: {old.numbers[k]} moved to {new.numbers[k]}" for k in _changed(old.numbers, new.numbers)),
    )


def _changed(before: Mapping[Key, str], after: Mapping[Key, str]) -> Iterator[Key]:
    return (key for key, value in before.items() if after.get(key, value) != value)


def _names(plan: Plan) -> Iterator[tuple[Key, str]]:
    for node in plan.nodes:
        yield ("node", node.name), node.name
    for cable in plan.cables:
        for port, other in ((cable.a, cable.b), (cable.b, cable.a)):
            yield ("port", cable.name, port.node, other.node), port.name
            yield ("MAC", cable.name, port.node, other.node), port.mac
    for bond in plan.bonds:
        yield ("bond", bond.lag, bond.node), bond.name
        yield ("MAC", bond.lag, bond.node), bond.mac
    for session in plan.sessions:
        yield ("session", session.name), session.name
        for end in session.ends:
            yield ("speaker", session.name, end.node), end.speaker
            yield ("interface", session.name, end.node), end.interface
    speakers = {(speaker.node, speaker.table): speaker.name for speaker in plan.speakers}
    for vrf in plan.vrfs:
        yield ("VRF", speakers[vrf.node, vrf.table]), vrf.name
    for tunnel in plan.tunnels:
        for mouth in tunnel.ends:
            yield ("interface", tunnel.name, mouth.node), mouth.interface
    for gateway in plan.gateways:
        for way in gateway.attachments:
            yield ("attachment", gateway.node, way.speaker), f"{way.device_interface} {way.gateway_interface}"


def _numbers(plan: Plan) -> Iterator[tuple[Key, str]]:
    for speaker in plan.speakers:
        yield ("router ID", speaker.name), str(speaker.router_id)
        yield ("table", speaker.name), str(speaker.table)
    for session in plan.sessions:
        for end in session.ends:
            yield ("address", session.name, end.node), str(end.address)
    for gateway in plan.gateways:
        for way in gateway.attachments:
            for version, address in enumerate((*way.device_addresses, *way.gateway_addresses)):
                yield ("address", gateway.node, way.speaker, str(version)), str(address)
    for tunnel in plan.tunnels:
        yield ("if_id", tunnel.name), str(tunnel.if_id)
        for mouth in tunnel.ends:
            yield ("outside address", tunnel.name, mouth.node), str(mouth.outside)
    for group in plan.vrrp:
        yield ("virtual router ID", str(group.address)), str(group.virtual_router_id)
