"""A VPC's route table that is not its gateway's at once: which entry a packet takes, and what else there was."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.aws import route_rules
from dxemu.aws.quotas import PROPAGATED_ROUTES
from dxemu.aws.vpc_route_table import ORIGIN_WORDS, Decision, RouteOrigin, VpcRoute, look_up
from dxemu.control.route_tables import vpc_route_table
from dxemu.explain import routes
from dxemu.explain.model import Dropped, LosingRoute, Reason
from dxemu.explain.names import table_words, what
from dxemu.explain.routes import Held
from dxemu.explain.state import State
from dxemu.plan.model import MAIN_TABLE, Gateway
from dxemu.units import IPAddress, IPNetwork


def vpc_reason(state: State, node: str, incoming: str | None, address: IPAddress) -> Reason | Dropped | None:
    """What the VPC's route table says of a packet from one of its instances; None where no such table is asked."""
    gateway = state.plan.gateway_at(node)
    if gateway is None or gateway.vpc_table is None or gateway.vpc_table not in state.tables.asked(node, incoming):
        return None
    decision = look_up(vpc_entries(state, gateway), address)
    if decision.entry is None:
        return Dropped(f"{_words(state, gateway)}: no route to {address}{_kept_out(state, gateway, address)}")
    return Reason(
        table=_words(state, gateway),
        prefix=str(decision.entry.prefix),
        how=_how(state, decision.entry),
        rule=decision.rule,
        losers=tuple(LosingRoute(prefix=str(e.prefix), how=_how(state, e), why=why) for e, why in decision.losers),
        aws=tuple(f"{rule.text} ({rule.page})" for rule in _rules(decision)),
    )


def vpc_entries(state: State, gateway: Gateway) -> tuple[VpcRoute, ...]:
    """All that is in the VPC's route table, and what would be but for a static route to the same prefix."""
    assert gateway.vpc_table is not None
    found = tuple(vpc_route_table(gateway, routes.rib_of(state, gateway, gateway.vpc_table)))
    known = routes.rib_of(state, gateway, MAIN_TABLE).best if gateway.route_propagation else ()
    static = (entry.prefix for entry in found if entry.origin is RouteOrigin.STATIC)
    return (*found, *(VpcRoute(prefix, gateway.node, RouteOrigin.PROPAGATED) for prefix in static if prefix in known))


def entry_in_words(state: State, gateway: Gateway, prefix: IPNetwork) -> str:
    """The VPC's own entry for exactly this prefix; empty if it has none."""
    found = [e for e in vpc_entries(state, gateway) if e.prefix == prefix and e.origin is not RouteOrigin.PROPAGATED]
    return _how(state, found[0]) if found else ""


def _words(state: State, gateway: Gateway) -> str:
    assert gateway.vpc_table is not None
    return table_words(state, gateway.node, gateway.vpc_table)


def _how(state: State, entry: VpcRoute) -> str:
    if entry.origin is RouteOrigin.LOCAL:
        return ORIGIN_WORDS[RouteOrigin.LOCAL]
    if entry.origin is RouteOrigin.STATIC:
        return f"static route to {what(state, entry.target)}"
    return f"{ORIGIN_WORDS[entry.origin]} from {what(state, entry.target)}"


def _rules(decision: Decision) -> Iterator[route_rules.RouteRule]:
    """AWS's rules that put somebody out, each once."""
    assert decision.entry is not None
    for why in dict.fromkeys(why for _, why in decision.losers):
        if why.startswith("local wins"):
            yield route_rules.VPC_LOCAL
        elif why.startswith("longest prefix"):
            yield route_rules.VPC_LONGEST_PREFIX
        else:
            yield route_rules.VPC_STATIC


def _kept_out(state: State, gateway: Gateway, address: IPAddress) -> str:
    """Why what the gateway knows is not in the VPC's route table."""
    best = routes.rib_of(state, gateway, MAIN_TABLE).best
    known = [prefix for prefix in best if prefix.version == address.version and address in prefix]
    if not known:
        return ""
    longest = max(known, key=lambda prefix: prefix.prefixlen)
    why = f"a VPC's route table takes {PROPAGATED_ROUTES.most} propagated routes"
    if not gateway.route_propagation:
        why = "route propagation is off and no static route covers it"
    via = routes.in_words(state, best[longest].route, Held(best[longest], gateway=gateway))
    return f", because {why}: {gateway.node} knows {longest} by {via}"
