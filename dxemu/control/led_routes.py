"""Static routes of a transit gateway to an attachment with several ways: a Direct Connect gateway, or a VPN.

The route table names the attachment alone, and the attachment sends a packet on by what it knows itself: its virtual
interfaces or tunnels, as they are up, with the rules by which a gateway chooses among them. So there are two lookups,
each by the longest prefix. Here they become entries of one table: the static route's own, by the longest prefix that
covers all of it, and one for each longer prefix inside it, unless a longer entry of the table decides there.
Without either the static route stays, as AWS's does, and leads nowhere.
Source: Transit Gateway User Guide, "Route tables" and "Route evaluation order"; read 2026-11-23. That AWS publishes no
more of how an attachment chooses is in `docs/assumptions.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Route
from dxemu.control.policy import gateway_route
from dxemu.control.public_scope import told
from dxemu.plan.model import Attachment, Gateway, Plan
from dxemu.units import IPNetwork

Led = Mapping[str, Mapping[IPNetwork, Route]]
"""By speaker and entry of the table: the customer's route that the entry goes by."""


def heard(plan: Plan, gateway: Gateway, attachment: Attachment, routes: Collection[Route]) -> Iterator[Route]:
    """What `gateway` makes of those of the routes of `attachment`'s speaker that it hears of.

    What a speaker has from another one by SiteLink the gateway hears from that one itself.
    """
    carried = {address.version for address in attachment.device_addresses}
    for route in routes:
        if route.originated or not route.external or route.prefix.version not in carried:
            continue
        found = told(plan, gateway, attachment, route)
        if isinstance(found, Route):
            yield gateway_route(plan, gateway, attachment, found)


def led_routes(
    plan: Plan,
    gateway: Gateway,
    ribs: Mapping[str, LocRib],
    table: int,
    *,
    lost: AbstractSet[str],
    propagated: Collection[IPNetwork],
) -> Led:
    """What the static routes of a table come to. `propagated` is what the table has beside them."""
    found: dict[str, dict[IPNetwork, Route]] = {}
    own = [prefix for where, prefix in (*gateway.fixed, *gateway.attached) if where == table]
    own += propagated
    for where, prefix, name in gateway.led:
        if where != table:
            continue
        for entry, route in _entries(prefix, _ways(plan, gateway, ribs, name, lost), own):
            found.setdefault(route.session, {})[entry] = route
    return found


def as_entries(led: Mapping[IPNetwork, Route]) -> list[Route]:
    """The routes of one speaker as the table has them."""
    return [replace(route, prefix=entry) for entry, route in led.items()]


def _ways(
    plan: Plan, gateway: Gateway, ribs: Mapping[str, LocRib], name: str, lost: AbstractSet[str]
) -> Mapping[IPNetwork, list[Route]]:
    """What an attachment knows, by prefix."""
    known: dict[IPNetwork, list[Route]] = {}
    for attachment in gateway.attachments:
        if attachment.name == name and attachment.speaker in ribs and attachment.speaker not in lost:
            for route in heard(plan, gateway, attachment, ribs[attachment.speaker].routes()):
                known.setdefault(route.prefix, []).append(route)
    return known


def _entries(
    prefix: IPNetwork, known: Mapping[IPNetwork, list[Route]], own: Collection[IPNetwork]
) -> Iterator[tuple[IPNetwork, Route]]:
    covering = max((way for way in known if _is_in(prefix, way)), key=lambda way: way.prefixlen, default=None)
    for route in () if covering is None else known[covering]:
        yield prefix, route
    longer = [one for one in own if one != prefix and _is_in(one, prefix)]
    for way, routes in known.items():
        if way != prefix and _is_in(way, prefix) and not any(_is_in(way, one) for one in longer):
            for route in routes:
                yield way, route


def _is_in(prefix: IPNetwork, other: IPNetwork) -> bool:
    return prefix.version == other.version and prefix.subnet_of(other)  # type: ignore[arg-type]  # of one version
