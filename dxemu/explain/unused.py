"""Direct Connect that is up and carries nothing: the rule by which it lost, or what it does not announce."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from dxemu.control.converge import tables_of
from dxemu.explain import routes
from dxemu.explain.kept_out import kept_out
from dxemu.explain.model import Direction, Unused
from dxemu.explain.names import speaker_words, what
from dxemu.explain.routes import Held
from dxemu.explain.state import State
from dxemu.plan.model import BgpSession, Gateway
from dxemu.units import IPAddress, IPNetwork

TO_AWS = "to_aws"


def unused(state: State, way: Direction, both: Sequence[Direction]) -> Iterator[Unused]:
    """The virtual interfaces that are up, lead to a gateway of the path, and are not on `way`; each with the reason."""
    if not way.direction:
        return
    address = ip_address(way.address)
    crossed = {hop.crossing.virtual_interface for hop in way.hops if hop.crossing is not None}
    under = {name for hop in way.hops if hop.crossing is not None for name in hop.crossing.underlay}
    for session in state.plan.sessions:
        vif = session.virtual_interface
        same = session.ends[0].address.version == address.version
        if vif is None or not same or vif in crossed | under or not state.is_up(session):
            continue
        if not _leads_there(state, session, both) or _shares(state, session, way):
            continue
        yield Unused(
            connection=session.connection or "",
            virtual_interface=vif,
            direction=way.direction,
            why=_why(state, session, way, address),
        )


def _leads_there(state: State, session: BgpSession, both: Sequence[Direction]) -> bool:
    """Whether the session's AWS end is behind a gateway on either way, or one in front of either address."""
    nodes = {hop.node for way in both for hop in way.hops}
    addresses = [ip_address(way.address) for way in both]
    return any(
        attachment.speaker == session.ends[1].speaker
        for gateway in state.plan.gateways
        if gateway.node in nodes or any(_covers(prefix, a) for prefix in gateway.prefixes for a in addresses)
        for attachment in gateway.attachments
    )


def _shares(state: State, session: BgpSession, way: Direction) -> bool:
    """Whether some flows take it, where several routes are used together."""
    for hop in way.hops:
        if hop.reason is None or not hop.reason.shared:
            continue
        for place in _places(state, hop.node, ip_network(hop.reason.prefix)):
            behind = (routes.session_of(state, route, place) for route in place.choice.routes)
            if any(other is not None and other.name == session.name for other in behind):
                return True
    return False


def _why(state: State, session: BgpSession, way: Direction, address: IPAddress) -> str:
    """The first place at which its routes lost: at its own end, on the way, or before anything was announced."""
    hears, says = session.ends if way.direction == TO_AWS else session.ends[::-1]
    rib = state.tables.ribs[hears.speaker]
    known = [prefix for prefix in rib.learnt(session.name) if _covers(prefix, address)]
    if not known:
        one, other = (speaker_words(state, end.speaker) for end in (says, hears))
        return f"{one} announces no prefix on it that {other} accepts and that covers {address}"
    prefix = max(known, key=lambda p: p.prefixlen)
    places = [Held(rib.best[prefix], speaker=hears.speaker), *_on_the_way(state, way, prefix)]
    for place in places:
        for lost in place.choice.losers:
            behind = routes.session_of(state, lost.route, place)
            if behind is not None and behind.name == session.name:
                return f"{_at(state, place)}: {lost.why}"
        behind = routes.session_of(state, place.choice.route, place)
        if behind is not None and behind.name == session.name and not way.arrives and place.gateway is not None:
            kept = _in_no_table(state, session, way, prefix)
            return kept or f"{_at(state, place)} would send by it, but gets none of the packets"
    longer = next(
        (
            hop
            for hop in way.hops
            if hop.reason is not None and any(loser.prefix == str(prefix) for loser in hop.reason.losers)
        ),
        None,
    )
    if longer is not None and longer.reason is not None:
        return f"{longer.what}: it has {prefix} by it, and the longer {longer.reason.prefix} by {longer.reason.how}"
    if (kept := _in_no_table(state, session, way, prefix)) is not None:
        return kept
    where = speaker_words(state, hears.speaker)
    at = next((hop for hop in way.hops if hop.node == state.plan.speaker(hears.speaker).node), None)
    if at is None:
        return f"{where} has {prefix} by it, but the packets do not come by there"
    if at.reason is not None and way.direction == TO_AWS:
        return f"{at.what}: it has {prefix} by it, and takes {at.reason.prefix}, {at.reason.how}"
    return f"none of the gateways on the way is one that {where} tells of {prefix}"


def _in_no_table(state: State, session: BgpSession, way: Direction, prefix: IPNetwork) -> str | None:
    """Where a gateway on the way hears of the route and has it in no table that counts: why not."""
    for gateway in state.plan.gateways:
        if gateway.node not in {hop.node for hop in way.hops}:
            continue
        for table in tables_of(gateway):
            choice = routes.rib_of(state, gateway, table, everything=True).best.get(prefix)
            heard = () if choice is None else choice.candidates
            held = None if choice is None else Held(choice, gateway=gateway)
            behind = [routes.session_of(state, route, held) for route in heard if held is not None]
            why = kept_out(state, gateway, table, prefix)
            if why and any(one is not None and one.name == session.name for one in behind):
                return f"{what(state, gateway.node)} hears of {prefix} by it, but {why}"
    return None


def _on_the_way(state: State, way: Direction, prefix: IPNetwork) -> Iterator[Held]:
    for hop in way.hops:
        yield from _places(state, hop.node, prefix)


def _places(state: State, node: str, prefix: IPNetwork) -> Iterator[Held]:
    """Every choice of a route to `prefix` at a node."""
    gateway = state.plan.gateway_at(node)
    if gateway is not None:
        for table in tables_of(gateway):
            choice = routes.rib_of(state, gateway, table).best.get(prefix)
            if choice is not None:
                yield Held(choice, gateway=gateway)
    for speaker in state.plan.speakers_at(node):
        choice = state.tables.ribs[speaker.name].best.get(prefix)
        if choice is not None:
            yield Held(choice, speaker=speaker.name)


def _at(state: State, place: Held) -> str:
    gateway: Gateway | None = place.gateway
    return what(state, gateway.node if gateway is not None else state.plan.speaker(place.speaker).node)


def _covers(prefix: IPNetwork, address: IPAddress) -> bool:
    return prefix.version == address.version and address in prefix
