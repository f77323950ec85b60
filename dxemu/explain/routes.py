"""A route in words: how it is known at a speaker or gateway, and which virtual interface or tunnel it leads over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dxemu.bgp.decision import Choice
from dxemu.bgp.decision_step import DecisionStep
from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Announcement, Route
from dxemu.control.converge import gateway_rib, tables_of
from dxemu.control.policy import ends_of
from dxemu.explain.names import speaker_words
from dxemu.explain.state import State
from dxemu.plan.model import BgpSession, Gateway, SessionEnd
from dxemu.units import IPNetwork

MAX_SPEAKERS = 32


@dataclass(frozen=True, slots=True)
class Held:
    """A choice, where it was made: at a speaker (its name), or in the table of a gateway."""

    choice: Choice
    speaker: str = ""
    gateway: Gateway | None = None


def held(state: State, node: str, table: int, prefix: IPNetwork) -> Held | None:
    """The choice behind a routed entry of a kernel table."""
    gateway = state.plan.gateway_at(node)
    if gateway is not None and table in tables_of(gateway):
        choice = rib_of(state, gateway, table).best.get(prefix)
        if choice is not None:
            return Held(choice, gateway=gateway)
    for speaker in state.plan.speakers_at(node):
        if speaker.table == table:
            choice = state.tables.ribs[speaker.name].best.get(prefix)
            if choice is not None:
                return Held(choice, speaker=speaker.name)
    return None


def rib_of(state: State, gateway: Gateway, table: int, *, everything: bool = False) -> LocRib:
    """A gateway's route table; with `everything` as if no static route and no lack of propagation kept anything out."""
    lost = {speaker for node, speaker in state.believed.lost if node == gateway.node}
    if everything:
        attachments = tuple(replace(attachment, tables=(table,)) for attachment in gateway.attachments)
        gateway = replace(
            gateway, fixed=(), led=(), attached=(), local=(), route_propagation=True, attachments=attachments
        )
    return gateway_rib(state.plan, gateway, state.tables.ribs, table, lost)


def led_to(gateway: Gateway, table: int, prefix: IPNetwork, speaker: str) -> str:
    """The attachment that a static route of `table` leads to, whose way by `speaker` the entry is; empty if none."""
    at = next(one for one in gateway.attachments if one.speaker == speaker)
    covering = [fixed for where, fixed in gateway.fixed if where == table and _is_in(prefix, fixed)]
    longest = max(covering, key=lambda fixed: fixed.prefixlen, default=None)
    if longest is None or (longest != prefix and table in at.tables):
        return ""
    return at.name if (table, longest, at.name) in gateway.led else ""


def in_words(state: State, route: Route, where: Held) -> str:
    """How a route is known: `Direct Connect, dx_1, virtual interface primary`, `iBGP from colo_router`."""
    if where.gateway is not None:
        session = session_behind(state, route.session, route.prefix)
        over = "" if session is None else f", {carrier_in_words(session)}"
        device = (
            "" if session is not None and session.tunnel is not None else f", {speaker_words(state, route.session)}"
        )
        return f"{route.kind or 'BGP'}{device}{over}"
    session = state.plan.session_named(route.session)
    if session is None:
        return "originated here"
    other = _other_end(session, where.speaker)
    if session.static:
        return f"static route into {session.tunnel}"
    if not session.external:
        exchanges = state.plan.speaker(where.speaker).exchanges
        words = reflected_in_words(route)
        return f"{exchanges or 'iBGP'} from {other.node}{f' ({words})' if words else ''}"
    return f"eBGP from {other.node} (AS {other.asn}), {carrier_in_words(session)}"


def entry_in_words(state: State, where: Held, table: int) -> str:
    """The same of the chosen route as an entry of a kernel table, which a static route may have led to."""
    route, words = where.choice.route, in_words(state, where.choice.route, where)
    to = "" if where.gateway is None else led_to(where.gateway, table, route.prefix, route.session)
    return f"static route to {to}: {words}" if to else words


def reflected_in_words(route: Route | Announcement) -> str:
    """What route reflectors have added; empty if none has."""
    if route.originator_id is None:
        return ""
    clusters = " ".join(map(str, route.cluster_list))
    return f"reflected, ORIGINATOR_ID {route.originator_id}, CLUSTER_LIST {clusters}"


def carrier_in_words(session: BgpSession) -> str:
    """`virtual interface primary`, `vpn_tunnel_1`, or the session's name."""
    if session.tunnel is not None:
        return session.tunnel
    return session.name if session.virtual_interface is None else f"virtual interface {session.virtual_interface}"


def session_behind(state: State, speaker: str, prefix: IPNetwork) -> BgpSession | None:
    """The external session that `speaker`'s best route to `prefix` came in by, through its own AS if need be."""
    for _ in range(MAX_SPEAKERS):
        rib = state.tables.ribs.get(speaker)
        choice = None if rib is None else _longest(rib, prefix)
        session = None if choice is None else state.plan.session_named(choice.route.session)
        if session is None or session.external:
            return session
        speaker = _other_end(session, speaker).speaker
    return None


def _longest(rib: LocRib, prefix: IPNetwork) -> Choice | None:
    """The choice for a prefix, or for the longest one that covers it: a static route of a gateway may go by that."""
    best = rib.best
    if prefix in best:
        return best[prefix]
    covering = [other for other in best if _is_in(prefix, other)]
    return best[max(covering, key=lambda other: other.prefixlen)] if covering else None


def _is_in(prefix: IPNetwork, other: IPNetwork) -> bool:
    return prefix.version == other.version and prefix.subnet_of(other)  # type: ignore[arg-type]  # of one version


def session_of(state: State, route: Route, where: Held) -> BgpSession | None:
    """The external session that `route` leads over."""
    if where.gateway is not None:
        return session_behind(state, route.session, route.prefix)
    session = state.plan.session_named(route.session)
    if session is None or session.external:
        return session
    return session_behind(state, _other_end(session, where.speaker).speaker, route.prefix)


def steps(choice: Choice) -> Iterator[DecisionStep]:
    """The steps at which the losers went out, each once."""
    yield from dict.fromkeys(loser.step for loser in choice.losers)


def _other_end(session: BgpSession, speaker: str) -> SessionEnd:
    return ends_of(session, speaker)[1]
