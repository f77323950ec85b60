"""Who notices a failure, how, and when: every event that changes what the routers believe, with its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise

from dxemu.control.forward import Believed
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.wires import esp_of, vlan_of
from dxemu.plan.model import BgpSession, Bond, Plan, SessionEnd
from dxemu.predict import carrier_delay, held_down, lacp, unheard, vrrp
from dxemu.predict.detect import Detection, carrier, detection, earlier
from dxemu.predict.impact import Impact
from dxemu.predict.restarts import losses, stale_for
from dxemu.predict.tunnels import in_tunnel
from dxemu.predict.windows import Term


@dataclass(frozen=True, slots=True)
class Noticed:
    """`detection` says who, how and when; `changes` what is believed from then on; `session` which one it is about.

    What does not last is so no more some seconds later, though nothing was healed.
    """

    detection: Detection
    changes: Callable[[Believed], Believed]
    session: str | None = None
    lasts: bool = True


def ways_of(plan: Plan, session: BgpSession) -> tuple[tuple[str, ...], ...]:
    """The cables of a session as the members of its LAG; one way, if it is on none."""
    bond = bond_of(plan, session.ends[0])
    if bond is None:
        return (session.cables,)
    return tuple(member_cables(plan, bond, port) for port in bond.members)


def bond_of(plan: Plan, end: SessionEnd) -> Bond | None:
    """The bond that an end's port is."""
    return plan.bond_at(end.node, end.port)


def member_cables(plan: Plan, bond: Bond, port: str) -> tuple[str, ...]:
    """The cables of the connection that is the member at `port`."""
    mine = plan.cable_at(bond.node, port)
    of = (mine,) if mine.connection is None else plan.cables_of_connection(mine.connection)
    return tuple(cable.name for cable in of)


def is_dead(plan: Plan, session: BgpSession, dead: AbstractSet[str]) -> bool:
    """Whether a session's packets can no longer cross: of a LAG fewer members are left than it needs."""
    if not dead.isdisjoint(_vlans(session)):
        return True
    if session.tunnel is not None and esp_of(session.tunnel) in dead:
        return True
    ways = ways_of(plan, session)
    bond = bond_of(plan, session.ends[0])
    needed = max(1, bond.min_links) if bond is not None else 1
    return sum(dead.isdisjoint(way) for way in ways) < needed


def touches(impact: Impact, session: BgpSession) -> bool:
    """Whether anything of what the session crosses is hit."""
    if {end.node for end in session.ends} & set(impact.restarting) or unheard.concerns(impact, session):
        return True
    if held_down.concerns(impact, session):
        return True
    return loses_power(impact, session) or crosses(impact, session)


def loses_power(impact: Impact, session: BgpSession) -> bool:
    """Whether an end has no power: a tunnel that follows other sessions is dead then, too."""
    return any(end.node in impact.powerless for end in session.ends)


def crosses(impact: Impact, session: BgpSession) -> bool:
    """Whether any cable, or VLAN, that the session crosses is hit."""
    return not set(impact.cables).isdisjoint({*session.cables, *_vlans(session)})


def _vlans(session: BgpSession) -> set[str]:
    """The VLANs that it is dead without."""
    return {vlan_of(vif) for vif in (session.virtual_interface, session.pinned_to) if vif is not None}


def notices(plan: Plan, impact: Impact, dead: AbstractSet[str]) -> Iterator[Noticed]:
    """Everything that anybody notices of `impact`, when the cables in `dead` carry nothing."""
    hit = set(impact.cables)
    for session in plan.sessions:
        powerless = loses_power(impact, session)
        if not session.in_service or not (powerless or crosses(impact, session)):
            continue
        if powerless or is_dead(plan, session, dead):
            for end in session.ends:
                yield _session_down(plan, impact, session, end, dead)
    for session, end, found in losses(plan, impact):
        yield _gives_up(session, end, found)
    for session, end, found in (*unheard.losses(plan, impact), *held_down.losses(plan, impact)):
        yield _gives_up(session, end, found)
    for session, end, found in unheard.passing_losses(plan, impact):
        yield replace(_gives_up(session, end, found), lasts=False)
    yield from _members(plan, impact)
    yield from _silent_members(plan, impact)
    for gateway in plan.gateways:
        for attachment in gateway.attachments:
            cable = _cable_at(plan, gateway.node, attachment.gateway_interface)
            if cable in hit and gateway.node in impact.carrier_lost_at:
                gone = (gateway.node, attachment.speaker)
                yield Noticed(Detection(gateway.node, "carrier", carrier()), _loses(gone))
    yield from _static_routes(plan, impact)
    yield from _vrrp(plan, hit)


def _static_routes(plan: Plan, impact: Impact) -> Iterator[Noticed]:
    """A router whose port loses light takes the static routes out that lead over it."""
    for cable in plan.cables:
        for port in (cable.a, cable.b) if cable.name in impact.cables else ():
            if port.node not in impact.carrier_lost_at or carrier_delay.in_time(plan, impact, port.node, port.name):
                continue
            if plan.own_static_routes(port.node):
                dark = (port.node, port.name)
                yield Noticed(
                    Detection(port.node, "carrier", carrier(carrier_delay.waits_s(plan, impact, port.node, port.name))),
                    lambda believed, dark=dark: replace(believed, dark=believed.dark | {dark}),  # type: ignore[misc]
                )


def _cable_at(plan: Plan, node: str, port: str) -> str:
    return plan.cable_at(node, port).name


def _loses(gone: tuple[str, str]) -> Callable[[Believed], Believed]:
    return lambda believed: replace(believed, lost=believed.lost | {gone})


def _session_down(plan: Plan, impact: Impact, session: BgpSession, end: SessionEnd, dead: AbstractSet[str]) -> Noticed:
    found = detection(plan, impact, session, end) if session.tunnel is None else in_tunnel(plan, session, end)
    bond = bond_of(plan, end)
    if bond is not None:
        by_bond = _bond_down(plan, impact, bond, dead)
        waits = found.by == "carrier" and bond.carrier_delay.down > 0
        if by_bond is not None and (waits or by_bond.after.high_s <= found.after.high_s):
            found = by_bond
    return _gives_up(session, end, stale_for(session, end, found))


def silent(plan: Plan, dead: AbstractSet[str]) -> frozenset[str]:
    """The sessions that carry nothing, whether or not anybody has noticed."""
    return frozenset(session.name for session in plan.sessions if session.in_service and is_dead(plan, session, dead))


def _gives_up(session: BgpSession, end: SessionEnd, found: Detection) -> Noticed:
    down = (session.name, end.speaker)
    return Noticed(found, lambda believed: replace(believed, down_ends=believed.down_ends | {down}), session.name)


def _bond_down(plan: Plan, impact: Impact, bond: Bond, dead: AbstractSet[str]) -> Detection | None:
    """The bond as a whole loses carrier once too many members are out, however each is noticed."""
    gone = [port for port in bond.members if not dead.isdisjoint(member_cables(plan, bond, port))]
    if len(bond.members) - len(gone) >= max(1, bond.min_links):
        return None
    return max((_member_out(plan, impact, bond) for _ in gone), key=lambda d: d.after.high_s, default=None)


def _member_out(plan: Plan, impact: Impact, bond: Bond) -> Detection:
    silent = Detection(bond.node, "lacp", lacp.expired(fast=bond.lacp_fast))
    if bond.node not in impact.carrier_lost_at or carrier_delay.in_time(plan, impact, bond.node, bond.name):
        return silent
    waits_s = carrier_delay.waits_s(plan, impact, bond.node, bond.name)
    dark = Detection(bond.node, "carrier", lacp.carrier_lost(waits_s))
    return earlier(dark, silent) if waits_s else dark


def _members(plan: Plan, impact: Impact) -> Iterator[Noticed]:
    for bond in plan.bonds:
        for port in bond.members:
            cables = member_cables(plan, bond, port)
            if not set(impact.cables).isdisjoint(cables):
                found = _member_out(plan, impact, bond)
                kept = carrier_delay.in_time(plan, impact, bond.node, bond.name)
                if not kept or found.after.low_s < carrier_delay.lasts_s(impact):
                    yield _out(bond, port, plan, found)


def _silent_members(plan: Plan, impact: Impact) -> Iterator[Noticed]:
    """Members that go for want of LACPDUs; and the sessions over a LAG that has too few left."""
    gone: dict[Bond, list[Detection]] = {}
    for bond, port, found in unheard.members(plan, impact):
        gone.setdefault(bond, []).append(found)
        yield _out(bond, port, plan, found)
    for bond, members in gone.items():
        if len(bond.members) - len(members) < max(1, bond.min_links):
            for session in plan.sessions:
                for end in session.ends:
                    if session.in_service and bond_of(plan, end) == bond:
                        last = max(members, key=lambda one: one.after.high_s)
                        yield _gives_up(session, end, stale_for(session, end, last))


def _out(bond: Bond, port: str, plan: Plan, found: Detection) -> Noticed:
    out = frozenset((bond.node, cable) for cable in member_cables(plan, bond, port))
    return Noticed(found, lambda believed: replace(believed, out=believed.out | out))


def _vrrp(plan: Plan, hit: AbstractSet[str]) -> Iterator[Noticed]:
    """A router that the others no longer hear: the next one takes the address over."""
    for group in plan.vrrp:
        interfaces = dict(group.interfaces)
        routers = [router for router, _ in group.priorities]
        for router, backup in pairwise(routers):
            if _cable_at(plan, router, interfaces[router]) in hit:
                gone = (group.virtual_router_id, router)
                yield Noticed(
                    Detection(backup, "vrrp", vrrp.master_down(group, backup)),
                    lambda believed, gone=gone: replace(believed, masters_gone=believed.masters_gone | {gone}),  # type: ignore[misc]
                )


class Witnesses:
    """Some of what is noticed, by who notices it and of which session."""

    def __init__(self, noticed: Sequence[Noticed]) -> None:
        self._any = noticed[0] if noticed else None
        self._at: dict[str, Noticed] = {}
        self._of: dict[str, list[tuple[int, Noticed]]] = {}
        for number, one in enumerate(noticed):
            self._at.setdefault(one.detection.node, one)
            if one.session is not None:
                self._of.setdefault(one.session, []).append((number, one))

    def first_on(self, way: ForwardingPath) -> Noticed | None:
        """The one of a session that packets on `way` are routed by, at the first node of it; else the first node's.

        Else any, and None if nothing is noticed.
        """
        any_of, at = self._any, self._at
        of = dict(one for session in way.sessions for one in self._of.get(session, ()))
        if of:
            any_of = of[min(of)]
            at = {of[number].detection.node: of[number] for number in sorted(of, reverse=True)}
        return next((at[node] for node in way.nodes if node in at), any_of)


def everything(noticed: Sequence[Noticed], believed: Believed) -> Believed:
    """What is believed once all of it has been noticed."""
    for one in noticed:
        believed = one.changes(believed)
    return believed


def sooner(term_low: float, detection_low: float) -> tuple[Term, ...]:
    """A term for what may end the outage before the decisive detection does."""
    if term_low >= detection_low:
        return ()
    return (Term("somebody else noticing first", term_low - detection_low, 0, "each end notices by itself"),)


def may_not_begin(low_s: float) -> tuple[Term, ...]:
    """A term for an outage of at least `low_s` that a flow does not see at all if its hash leads another way."""
    if low_s <= 0:
        return ()
    return (Term("where the flow uses another way", -low_s, 0, "the hash of addresses and ports"),)
