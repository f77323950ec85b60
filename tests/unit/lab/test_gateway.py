"""A gateway forgets what it heard at a port without light, and hears all of it again when the light is back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.lab.gateway import GatewayRouter
from dxemu.plan.make import make_plan
from dxemu.plan.model import AttachmentKind
from dxemu.topology.load import load

TOPOLOGY = Path(__file__).parents[3] / "topologies/vpn_backup.yaml"
LED = Path(__file__).parents[1] / "topology/valid/static_routes_to_attachments.yaml"
FED_BY_TUNNELS = {"main": {"propagations": ["prod", "vpn"]}}
"""What the tunnels tell of 10.0.0.0/16 is longer than the static route to the Direct Connect gateway."""


class Nowhere:
    """A kernel's table, and a journal, that nobody looks at."""

    async def apply(self, routes: Iterable[object]) -> None:
        list(routes)

    def limit(self, prefix: object, mtu: int | None) -> bool:
        del prefix, mtu
        return False

    def tell_each(self, events: Iterable[object]) -> None:
        list(events)

    def tell(self, event: object) -> None:
        del event


Heard = tuple[GatewayRouter, dict[str, LocRib]]


@pytest.fixture
def heard() -> Heard:
    """A gateway that has heard all, and its neighbours' tables."""
    plan = make_plan(load(TOPOLOGY))
    gateway = plan.gateways[0]
    nowhere: Any = Nowhere()
    router = GatewayRouter(plan, gateway, dict.fromkeys(tables_of(gateway), nowhere), nowhere)
    tables = dict(converge(plan))
    for attachment in gateway.attachments:
        asyncio.run(_told(router, attachment.speaker, tables[attachment.speaker]))
    return router, tables


async def _told(router: GatewayRouter, speaker: str, table: LocRib) -> None:
    """A neighbour with `table` says all that it has, as at the start."""
    attachment = next(a for a in router.gateway.attachments if a.speaker == speaker)
    empty = LocRib()
    hear = router.listener_for(attachment, table)
    await hear(empty.learn("", [choice.route for choice in table.best.values()]))


def routes(router: GatewayRouter) -> dict[int, dict[object, str]]:
    return {
        number: {prefix: choice.route.session for prefix, choice in table.best.items()}
        for number, table in router.loc_ribs.items()
    }


def lose_light(router: GatewayRouter, kind: AttachmentKind) -> str:
    attachment = next(a for a in router.gateway.attachments if a.kind is kind)
    asyncio.run(router.carrier_changed(attachment.gateway_interface, up=False))
    return attachment.gateway_interface


def test_what_did_not_change_meanwhile_is_heard_again(heard: Heard) -> None:
    router, _ = heard
    before = routes(router)
    port = lose_light(router, AttachmentKind.DIRECT_CONNECT)
    assert routes(router) != before
    asyncio.run(router.carrier_changed(port, up=True))
    assert routes(router) == before


def test_what_was_lost_meanwhile_stays_lost(heard: Heard) -> None:
    router, tables = heard
    port = lose_light(router, AttachmentKind.DIRECT_CONNECT)
    without = routes(router)
    attachment = next(a for a in router.gateway.attachments if a.kind is AttachmentKind.DIRECT_CONNECT)
    table = tables[attachment.speaker]
    for session in {choice.route.session for choice in table.best.values()} - {""}:
        table.purge(session)
    asyncio.run(router.carrier_changed(port, up=True))
    assert routes(router) == without


@pytest.mark.parametrize("seed", range(4))
def test_static_routes_to_attachments_come_to_what_is_computed_whatever_the_order(seed: int) -> None:
    plan = make_plan(load(LED, {"aws": {"transit_gateways": {"tgw": {"route_tables": FED_BY_TUNNELS}}}}))
    gateway = plan.gateway_at("tgw")
    assert gateway is not None
    (table,) = tables_of(gateway)
    nowhere: Any = Nowhere()
    router, tables = GatewayRouter(plan, gateway, {table: nowhere}, nowhere), dict(converge(plan))
    chance = Random(seed)
    for attachment in chance.sample(gateway.attachments, len(gateway.attachments)):
        asyncio.run(_told(router, attachment.speaker, tables[attachment.speaker]))

    def agrees(*lost: str) -> None:
        rib = gateway_rib(plan, gateway, tables, table, frozenset(lost))
        assert routes(router)[table] == {prefix: choice.route.session for prefix, choice in rib.best.items()}

    agrees()
    dark: list[str] = []
    for attachment in chance.sample(gateway.attachments, len(gateway.attachments)):
        asyncio.run(router.carrier_changed(attachment.gateway_interface, up=False))
        dark.append(attachment.speaker)
        agrees(*dark)
    for attachment in chance.sample(gateway.attachments, len(gateway.attachments)):
        asyncio.run(router.carrier_changed(attachment.gateway_interface, up=True))
        dark.remove(attachment.speaker)
        agrees(*dark)
    for attachment in chance.sample(gateway.attachments, len(gateway.attachments)):
        gone = tables[attachment.speaker]
        hear = router.listener_for(attachment, gone)
        for session in {choice.route.session for choice in gone.best.values()} - {""}:
            asyncio.run(hear(gone.purge(session)))
            agrees()
    assert routes(router)[table] == {}
