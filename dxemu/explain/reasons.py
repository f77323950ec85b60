"""The entry of a route table that decides about a packet, where it comes from, and what it was chosen over."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.aws import route_rules
from dxemu.aws.route_rules import RouteRule
from dxemu.bgp.decision_step import DecisionStep
from dxemu.control.forward import CONNECTED, Match
from dxemu.control.not_passed_on import not_passed_on
from dxemu.explain import routes
from dxemu.explain.kept_out import kept_out
from dxemu.explain.model import Dropped, LosingRoute, Reason
from dxemu.explain.names import table_words, what
from dxemu.explain.routes import Held
from dxemu.explain.state import State
from dxemu.plan.model import MAIN_TABLE, GatewayKind, Role, Side
from dxemu.topology.words import listed
from dxemu.units import IPAddress, IPNetwork

ONLY = DecisionStep.ONLY_PATH.value
ENDS = (Role.HOST, Role.INSTANCE, Role.SERVICE)


def reason(state: State, node: str, incoming: str | None, address: IPAddress) -> Reason | Dropped:
    """Why `node` sends a packet for `address` where it does, if it came in by `incoming`; or why it drops it."""
    matches = state.tables.matches(node, incoming, address)
    if not matches:
        kept_out = _kept_out(state, node, MAIN_TABLE, address)
        return Dropped(f"{what(state, node)} has no route to {address}{kept_out}")
    match = matches[0]
    if match.interface is None and match.via is None:
        return Dropped(_nowhere(state, node, match, address))
    return _chosen(state, node, match, [m for m in matches[1:] if m.table == match.table])


def _chosen(state: State, node: str, match: Match, shorter: Iterable[Match]) -> Reason:
    found = _held(state, node, match)
    losers = [*_losers(state, found), *_fixed_over(state, node, match)]
    rules = _rules(state, node, found)
    if _is_fixed(state, node, match):
        rules.append(route_rules.STATIC_ROUTE)
    longer = [
        LosingRoute(
            prefix=str(other.prefix),
            how=how(state, node, other),
            why=f"longest prefix (/{match.prefix.prefixlen} over /{other.prefix.prefixlen})",
        )
        for other in shorter
        if match.session != CONNECTED and _is_another(state, node, match, other)
    ]
    if longer and (longest := route_rules.LONGEST_PREFIX.get(_kind(state, node))) is not None:
        rules.append(longest)
    return Reason(
        table=table_words(state, node, match.table),
        prefix=str(match.prefix),
        how=how(state, node, match),
        rule=_rule(found, losers, longer),
        shared=_shared(state, found),
        losers=(*losers, *longer),
        aws=tuple(dict.fromkeys(f"{rule.text} ({rule.page})" for rule in rules)),
    )


def _is_another(state: State, node: str, match: Match, other: Match) -> bool:
    """Whether a shorter entry leads anywhere else."""
    return other.interface is not None and how(state, node, other) != how(state, node, match)


def _rule(found: Held | None, losers: list[LosingRoute], longer: list[LosingRoute]) -> str:
    if found is not None and found.choice.step is not DecisionStep.ONLY_PATH:
        return found.choice.rule
    if losers:
        return losers[0].why
    return longer[0].why if longer else ONLY


def _held(state: State, node: str, match: Match) -> Held | None:
    return None if match.session in ("", CONNECTED) else routes.held(state, node, match.table, match.prefix)


def how(state: State, node: str, match: Match) -> str:
    """How an entry is known, in words."""
    if match.session == CONNECTED:
        return "local" if _is_local(state, node, match.prefix) else "connected"
    found = _held(state, node, match)
    if found is not None:
        return routes.entry_in_words(state, found, match.table)
    if match.via is None:
        return "blackhole"
    return static_in_words(state, node, match.table, match.prefix, match.via)


def static_in_words(state: State, node: str, table: int, prefix: IPNetwork, via: IPAddress) -> str:
    """An entry that is there from the start, by what it leads to."""
    to = state.wires.node_of(via, {})
    if to is None:
        return f"default route to {via}" if prefix.prefixlen == 0 else f"static route via {via}"
    gateway = state.plan.gateway_at(node)
    if state.plan.node(to).role is Role.VPC and gateway is not None and (table, prefix) not in gateway.fixed:
        return f"propagated from VPC {to}"
    if state.plan.node(node).role in ENDS:
        return f"default route to {what(state, to)}"
    where = "behind" if state.plan.node(node).role in (Role.DX_DEVICE, Role.VPN_ENDPOINT) else "static route to"
    return f"{where} {what(state, to)}"


def _is_local(state: State, node: str, prefix: IPNetwork) -> bool:
    role = state.plan.node(node).role
    return role is Role.VPC or any(g.node == node and prefix in g.prefixes for g in state.plan.gateways)


def _losers(state: State, found: Held | None) -> list[LosingRoute]:
    if found is None:
        return []
    return [
        LosingRoute(prefix=str(lost.route.prefix), how=routes.in_words(state, lost.route, found), why=lost.why)
        for lost in found.choice.losers
    ]


def _shared(state: State, found: Held | None) -> tuple[str, ...]:
    if found is None or len(found.choice.routes) == 1:
        return ()
    return tuple(routes.in_words(state, route, found) for route in found.choice.routes)


def _kind(state: State, node: str) -> str:
    gateway = state.plan.gateway_at(node)
    return state.plan.node(node).role.value if gateway is None else gateway.kind.value


def _rules(state: State, node: str, found: Held | None) -> list[RouteRule]:
    """AWS's rules behind the steps that put somebody out."""
    if found is None or state.plan.node(node).side is not Side.AWS:
        return []
    rules = (route_rules.RULES.get((_kind(state, node), step)) for step in routes.steps(found.choice))
    return [rule for rule in rules if rule is not None]


def _is_fixed(state: State, node: str, match: Match) -> bool:
    gateway = state.plan.gateway_at(node)
    return gateway is not None and (match.table, match.prefix) in gateway.fixed


def _fixed_over(state: State, node: str, match: Match) -> list[LosingRoute]:
    """What would have been propagated to a prefix that a static route of a transit gateway decides."""
    gateway = state.plan.gateway_at(node)
    if gateway is None or not _is_fixed(state, node, match):
        return []
    choice = routes.rib_of(state, gateway, match.table, everything=True).best.get(match.prefix)
    if choice is None:
        return []
    at = Held(choice, gateway=gateway)
    why = "a static route over a propagated one"
    return [
        LosingRoute(prefix=str(match.prefix), how=routes.in_words(state, route, at), why=why)
        for route in choice.candidates
        if not routes.led_to(gateway, match.table, match.prefix, route.session)
    ]


def _nowhere(state: State, node: str, match: Match, address: IPAddress) -> str:
    """Why an entry sends packets nowhere."""
    where = f"{what(state, node)}, {table_words(state, node, match.table)}"
    if _is_fixed(state, node, match):
        lost = "".join(f"; it wins over {loser.how}" for loser in _fixed_over(state, node, match))
        gateway = state.plan.gateway_at(node)
        led = () if gateway is None else gateway.led
        to = next((name for *entry, name in led if entry == [match.table, match.prefix]), "")
        words = f"is a static route to {to}, which knows no way to {address}" if to else "is a blackhole"
        return f"{where}: {match.prefix} {words}{lost}"
    if match.prefix.prefixlen == 0:
        return f"{where}: no route to {address}{_kept_out(state, node, match.table, address)}"
    if state.plan.node(node).role is Role.DX_DEVICE:
        return f"{where}: a Direct Connect gateway carries nothing from one VPC to another"
    return f"{where}: {match.prefix} leads nowhere"


def _kept_out(state: State, node: str, table: int, address: IPAddress) -> str:
    """What the gateway knows and this route table does not get."""
    gateway = state.plan.gateway_at(node)
    if gateway is None:
        return _kept_back(state, node, address)
    if gateway.kind is GatewayKind.PUBLIC:
        return ""
    best = routes.rib_of(state, gateway, table, everything=True).best
    known = [prefix for prefix in best if prefix.version == address.version and address in prefix]
    if not known:
        return ""
    longest = max(known, key=lambda prefix: prefix.prefixlen)
    via = routes.in_words(state, best[longest].route, Held(best[longest], gateway=gateway))
    why = kept_out(state, gateway, table, longest)
    return f", because {why}: {node} knows {longest} by {via}"


def _kept_back(state: State, node: str, address: IPAddress) -> str:
    """Which neighbours of a router have a route by iBGP that they do not pass on by iBGP."""
    here = {speaker.name for speaker in state.plan.speakers_at(node)}
    silent = [
        (says, prefix)
        for says, hears, prefix in not_passed_on(state.plan, state.tables.ribs)
        if hears in here and prefix.version == address.version and address in prefix
    ]
    if not silent:
        return ""
    those = list(dict.fromkeys(says for says, _ in silent))
    has = "has" if len(those) == 1 else "have"
    return f": {listed(those, 'and')} {has} {silent[0][1]} by iBGP, and iBGP does not pass on what iBGP brought"
