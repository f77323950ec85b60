"""FRR, BIRD and GoBGP as a route reflector among our routers: what each reflects and chooses, and what ours make of it.

CLUSTER_LIST, ORIGINATOR_ID and the tie-break of RFC 4456 section 9 are the other program's own here; both ends' tables
are what `converge` computes, in IPv4 and IPv6.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Route
from dxemu.control.converge import converge
from dxemu.control.policy import ends_of
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from dxemu.units import IPNetwork, network
from tests.lab.guest import REPOSITORY
from tests.lab.running import all_seen
from tests.peers.aws_side import lab_where
from tests.peers.reflectors import REFLECTORS, Told

DESIGN = REPOSITORY / "tests/unit/topology/valid/route_reflectors.yaml"
REFLECTOR = "core_1"
WEB = ["172.31.1.10", "2001:db8:aaaa:1::10"]
PREFIXES = ("172.31.0.0/16", "10.0.0.0/16", "2001:db8:aaaa::/56", "2001:db8:10::/48")
ITS_PEERS_ARE_CLIENTS = {"gobgp"}
"""What reflects to clients alone as RFC 4456 section 8 wants it: GoBGP 3.10 tells others nothing of the cluster."""
SETTLES_WITHIN_S = 10.0


def both_families(clients: list[str]) -> dict[str, Any]:
    """What is changed of the design: IPv6 beside IPv4, and the reflector's clients."""
    return {
        "customer": {
            "data_center": {
                "networks": ["10.0.0.0/16", "2001:db8:10::/48"],
                "hosts": {"app": ["10.0.1.10", "2001:db8:10:1::10"]},
                "routers": {REFLECTOR: {"route_reflector_clients": clients}},
            }
        },
        "aws": {"vpcs": {"prod": {"ipv6_cidr": "2001:db8:aaaa::/56", "instances": {"web": WEB}}}},
        "virtual_interfaces": {"primary": {"ipv6": "on"}, "backup": {"ipv6": "on"}},
    }


def told(route: Route) -> Told:
    """What a route reflector may have changed, and must not have."""
    return Told(
        peer=str(route.peer_address),
        local_pref=route.local_pref,
        originator_id=str(route.originator_id or "-"),
        cluster_list=tuple(map(str, route.cluster_list)),
        as_path=tuple(map(int, route.as_path)),
    )


def chosen(rib: LocRib, prefix: IPNetwork) -> str | None:
    """The session of the route in use."""
    return rib.best[prefix].route.session if prefix in rib.best else None


@pytest.mark.parametrize("program", REFLECTORS)
def test_it_reflects_and_chooses_as_we_compute(program: str) -> None:
    async def story() -> None:
        clients = ["edge", "exit_1", *(["core_2"] if program in ITS_PEERS_ARE_CLIENTS else [])]
        plan = make_plan(load(DESIGN, both_families(clients)))
        expected = converge(plan)
        async with lab_where(plan, lambda speaker: speaker.name != REFLECTOR) as (lab, events):
            with REFLECTORS[program](lab.node(REFLECTOR), plan) as reflector:
                up = [
                    {"event": "bgp", "session": session.name, "node": other.node, "state": "up"}
                    for session in plan.sessions_of(REFLECTOR)
                    for _, other in [ends_of(session, REFLECTOR)]
                ]
                await all_seen(lab.journal, events, up, within_s=180)
                await lab.journal.clock.settle(SETTLES_WITHIN_S)
                for prefix in map(network, PREFIXES):
                    for name, router in lab._routing.routers.items():
                        has, should = router.loc_rib.candidates(prefix), expected[name].candidates(prefix)
                        assert sorted(map(told, has)) == sorted(map(told, should)), (name, prefix)
                        assert {one.next_hop for one in has} == {one.next_hop for one in should}, (name, prefix)
                        assert chosen(router.loc_rib, prefix) == chosen(expected[name], prefix), (name, prefix)
                    mine = expected[REFLECTOR]
                    assert sorted(reflector.candidates(prefix)) == sorted(map(told, mine.candidates(prefix)))
                    assert reflector.best(prefix) == told(mine.best[prefix].route)

    asyncio.run(story())
