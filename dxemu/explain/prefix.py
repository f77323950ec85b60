"""`dxemu explain route`: where a prefix comes from, who hears of it, and what each table does with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import ip_network

from dxemu.bgp.decision import Choice
from dxemu.bgp.rib import in_order
from dxemu.control.converge import tables_of
from dxemu.explain import routes
from dxemu.explain.kept_out import kept_out
from dxemu.explain.model import LosingRoute
from dxemu.explain.names import NotExplained, speaker_words, table_words, what
from dxemu.explain.notes import notes
from dxemu.explain.prefix_model import PrefixExplanation, TableEntry
from dxemu.explain.reasons import static_in_words
from dxemu.explain.routes import Held
from dxemu.explain.state import State
from dxemu.explain.telling import telling
from dxemu.explain.vpc_tables import entry_in_words
from dxemu.plan.model import MAIN_TABLE, Gateway
from dxemu.plan.transit_gateways import TransitGatewayTables
from dxemu.units import IPNetwork

MOST = 8


def explain_prefix(state: State, text: str) -> PrefixExplanation:
    """What becomes of a prefix. Raises NotExplained for what is no prefix."""
    prefix = _prefix(text)
    originated = tuple(
        f"{speaker.name} (AS {speaker.asn})"
        for speaker in state.plan.speakers
        if (choice := state.tables.ribs[speaker.name].best.get(prefix)) is not None and choice.route.originated
    )
    tables = (*_connected(state, prefix), *_speakers(state, prefix), *_gateways(state, prefix))
    nobody = not originated and not tables
    known = _known(state) if nobody else set()
    around = [p for p in known if _inside(prefix, p)]
    return PrefixExplanation(
        topology=state.plan.topology,
        moment=state.moment,
        prefix=str(prefix),
        originated=originated,
        told=tuple(telling(state, prefix)),
        tables=tables,
        notes=tuple(notes(state, prefix)),
        covering=tuple(str(p) for p in sorted(around, key=lambda p: -p.prefixlen)[:1]),
        covered=tuple(str(p) for p in in_order(p for p in known if _inside(p, prefix))[:MOST]),
        down=state.down,
    )


def _prefix(text: str) -> IPNetwork:
    try:
        return ip_network(text)
    except ValueError as error:
        try:
            meant = ip_network(text, strict=False)
        except ValueError:
            raise NotExplained(f"{text} is no prefix\n  Write one such as 10.0.0.0/16 or 2001:db8::/32.") from None
        raise NotExplained(f"{text} is no prefix: {error}\n  Did you mean {meant}?") from None


def _inside(prefix: IPNetwork, other: IPNetwork) -> bool:
    """Whether `prefix` is in `other` and not the same."""
    if prefix.version != other.version or prefix == other:
        return False
    return prefix.prefixlen > other.prefixlen and prefix.network_address in other


def _known(state: State) -> set[IPNetwork]:
    """Every prefix that any table has."""
    found = {prefix for rib in state.tables.ribs.values() for prefix in rib.best}
    found |= {held.address.network for held in state.plan.addresses}
    found |= {prefix for gateway in state.plan.gateways for _, prefix, _ in gateway.led}
    return found | {fixed.destination for fixed in state.plan.static_routes if fixed.via is not None or fixed.throw}


def _kernel(state: State, node: str, table: int) -> str:
    name = table_words(state, node, table)
    return "main table" if table == MAIN_TABLE and name == "route table" else name


def _connected(state: State, prefix: IPNetwork) -> Iterator[TableEntry]:
    """Kernel routes that are there from the start: interfaces, and static routes."""
    for held in state.plan.addresses:
        if held.address.network == prefix:
            table = state.plan.table_of(held.node, held.interface)
            how = f"connected by {held.interface}"
            yield TableEntry(where=what(state, held.node), how=how, rule="", kernel=_kernel(state, held.node, table))
    for gateway in state.plan.gateways:
        if gateway.vpc_table is not None and (how := entry_in_words(state, gateway, prefix)):
            yield _of_the_vpc(state, gateway, gateway.vpc_table, how)
    for fixed in state.plan.static_routes:
        if fixed.destination == prefix and fixed.via is not None:
            how = static_in_words(state, fixed.node, fixed.table, fixed.destination, fixed.via)
            yield TableEntry(
                where=what(state, fixed.node), how=how, rule="", kernel=_kernel(state, fixed.node, fixed.table)
            )


def _of_the_vpc(state: State, gateway: Gateway, table: int, how: str, why_not: str = "") -> TableEntry:
    """An entry of a VPC's own route table."""
    words = table_words(state, gateway.node, table)
    vpc = words.removesuffix(" route table")
    return TableEntry(where=vpc, how=how, rule="", kernel="" if why_not else words, why_not=why_not)


def _speakers(state: State, prefix: IPNetwork) -> Iterator[TableEntry]:
    for speaker in state.plan.speakers:
        choice = state.tables.ribs[speaker.name].best.get(prefix)
        if choice is None or choice.route.originated:
            continue
        words = speaker_words(state, speaker.name)
        where = what(state, speaker.node) + (f", BGP table of {words}" if words != speaker.node else "")
        yield _entry(
            state,
            Held(choice, speaker=speaker.name),
            where,
            kernel=_kernel(state, speaker.node, speaker.table),
            why_not="",
        )


def _gateways(state: State, prefix: IPNetwork) -> Iterator[TableEntry]:
    for gateway in state.plan.gateways:
        for table in _tables(state, gateway):
            led = _led(state, gateway, table, prefix)
            if led is not None:
                yield led
            possible = routes.rib_of(state, gateway, table, everything=True).best.get(prefix)
            if possible is None:
                continue
            why_not = kept_out(state, gateway, table, prefix)
            if led is not None and (not why_not or _is_led(gateway, table, prefix, possible)):
                continue
            choice = possible if why_not else routes.rib_of(state, gateway, table).best.get(prefix, possible)
            if table == gateway.vpc_table:
                yield _of_the_vpc(state, gateway, table, f"propagated from {what(state, gateway.node)}", why_not)
                continue
            yield _entry(
                state,
                Held(choice, gateway=gateway),
                what(state, gateway.node),
                kernel="" if why_not else _kernel(state, gateway.node, table),
                why_not=why_not,
            )


def _led(state: State, gateway: Gateway, table: int, prefix: IPNetwork) -> TableEntry | None:
    """What a static route to an attachment comes to, or that the attachment knows no way; None if there is none."""
    choice = routes.rib_of(state, gateway, table).best.get(prefix)
    where, kernel = what(state, gateway.node), _kernel(state, gateway.node, table)
    if choice is not None and routes.led_to(gateway, table, prefix, choice.route.session):
        held = Held(choice, gateway=gateway)
        how = routes.entry_in_words(state, held, table)
        return replace(_entry(state, held, where, kernel=kernel, why_not=""), how=how)
    to = next((to for at, fixed, to in gateway.led if (at, fixed) == (table, prefix)), None)
    return None if to is None else TableEntry(where=where, how=f"static route to {to}", rule="", kernel=kernel)


def _is_led(gateway: Gateway, table: int, prefix: IPNetwork, choice: Choice) -> bool:
    """Whether a choice is the static route's own, and nothing that it keeps out."""
    return bool(routes.led_to(gateway, table, prefix, choice.route.session))


def _tables(state: State, gateway: Gateway) -> tuple[int, ...]:
    """Every route table of a gateway: those that are fed, and those of a transit gateway that are not."""
    tgw = next((g for g in state.topology.aws.transit_gateways if g.name == gateway.node), None)
    return tables_of(gateway) if tgw is None else TransitGatewayTables(tgw).all


def _entry(state: State, held: Held, where: str, *, kernel: str, why_not: str) -> TableEntry:
    choice = held.choice
    losers: Iterable[LosingRoute] = (
        LosingRoute(prefix=str(lost.route.prefix), how=routes.in_words(state, lost.route, held), why=lost.why)
        for lost in choice.losers
    )
    shared = tuple(routes.in_words(state, route, held) for route in choice.routes) if len(choice.routes) > 1 else ()
    return TableEntry(
        where=where,
        how=routes.in_words(state, choice.route, held),
        rule=choice.rule,
        losers=tuple(losers),
        shared=shared,
        kernel=kernel,
        why_not=why_not,
    )
