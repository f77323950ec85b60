"""FRR as a route reflector among our routers: what it reflects, what it chooses, and what our routers make of it.

CLUSTER_LIST, ORIGINATOR_ID and the tie-break of RFC 4456 section 9 are FRR's own here; both ends' tables are what
`converge` computes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Route
from dxemu.control.converge import converge
from dxemu.control.policy import ends_of
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from dxemu.units import IPNetwork, network
from tests.lab.guest import REPOSITORY
from tests.lab.running import all_seen
from tests.peers.aws_side import lab_where
from tests.peers.programs import frr, need

REFLECTOR = "core_1"
PREFIXES = ("172.31.0.0/16", "10.0.0.0/16")
ZEBRA = """
frr defaults traditional
hostname core_1
"""
BGPD = """
router bgp 65000
 bgp router-id %(router_id)s
 bgp cluster-id %(cluster_id)s
 no bgp default ipv4-unicast
"""
NEIGHBOR = """
 neighbor %(peer)s remote-as 65000
 address-family ipv4 unicast
  neighbor %(peer)s activate
  neighbor %(peer)s next-hop-self force
  %(client)s
 exit-address-family
"""


def configuration(plan: Plan) -> str:
    """What a network engineer would write for the router of the plan."""
    ends = [ends_of(session, REFLECTOR) for session in plan.sessions_of(REFLECTOR)]
    (cluster_id,) = {mine.cluster_id for mine, _ in ends}
    text = ZEBRA + BGPD % {"router_id": plan.speaker(REFLECTOR).router_id, "cluster_id": cluster_id}
    for mine, other in ends:
        client = f"neighbor {other.address} route-reflector-client" if mine.client else ""
        text += NEIGHBOR % {"peer": other.address, "client": client}
    return text


def told(route: Route) -> tuple[object, ...]:
    """What a route reflector may have changed, and must not have."""
    return (
        str(route.peer_address),
        route.local_pref,
        str(route.originator_id or "-"),
        tuple(map(str, route.cluster_list)),
        tuple(map(int, route.as_path)),
    )


def chosen(rib: LocRib, prefix: IPNetwork) -> str | None:
    """The session of the route in use."""
    return rib.best[prefix].route.session if prefix in rib.best else None


def shown(path: dict[str, Any]) -> tuple[object, ...]:
    """The same of FRR's words."""
    return (
        path["peer"]["peerId"],
        path["locPrf"],
        path.get("originatorId", "-"),
        tuple(path.get("clusterList", {}).get("list", ())),
        tuple(map(int, path["aspath"]["string"].split())) if path["aspath"]["string"] != "Local" else (),
    )


def test_frr_reflects_and_chooses_as_we_compute() -> None:
    need("frr", "zebra", "bgpd", "vtysh")

    async def story() -> None:
        plan = make_plan(load(REPOSITORY / "tests/unit/topology/valid/route_reflectors.yaml"))
        expected = converge(plan)
        async with lab_where(plan, lambda speaker: speaker.name != REFLECTOR) as (lab, events):
            with frr(lab.node(REFLECTOR), {"zebra": ZEBRA, "bgpd": configuration(plan)}) as reflector:
                up = [
                    {"event": "bgp", "session": session.name, "node": other.node, "state": "up"}
                    for session in plan.sessions_of(REFLECTOR)
                    for _, other in [ends_of(session, REFLECTOR)]
                ]
                await all_seen(lab.journal, events, up, within_s=180)
                await lab.journal.clock.settle(10.0)
                for prefix in map(network, PREFIXES):
                    for name, router in lab._routing.routers.items():
                        has = sorted(map(told, router.loc_rib.candidates(prefix)))
                        assert has == sorted(map(told, expected[name].candidates(prefix))), (name, prefix)
                        assert chosen(router.loc_rib, prefix) == chosen(expected[name], prefix), (name, prefix)
                    paths = reflector.show(f"ip bgp {prefix}")["paths"]
                    assert sorted(map(shown, paths)) == sorted(map(told, expected[REFLECTOR].candidates(prefix)))
                    (best,) = [path for path in paths if path.get("bestpath", {}).get("overall")]
                    assert shown(best) == told(expected[REFLECTOR].best[prefix].route)

    asyncio.run(story())
