"""The customer's own words on a running lab: what is on the wire, and in the kernels' tables. Needs root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dxemu.bgp.notification import Cease
from dxemu.lab.lab import Lab
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY
from tests.lab.running import Loop, Told, all_seen, ip, lab_of

WORDS = REPOSITORY / "tests/unit/topology/valid/the_customers_own_routing.yaml"
WITHIN_S = 30.0


@dataclass
class Running:
    """A lab that stays up from one test to the next."""

    loop: Loop
    lab: Lab
    plan: Plan
    events: list[Told]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with Loop() as loop:
        plan = make_plan(load(WORDS))
        context = lab_of(plan)
        lab, events = loop.run(context.__aenter__())
        loop.run(lab.converged([]))
        yield Running(loop, lab, plan, events)
        loop.run(context.__aexit__(None, None, None))


def heard(lab: Lab, speaker: str) -> dict[str, tuple[int | None, tuple[str, ...], int]]:
    """What an AWS speaker uses of what the customer told it: MED, communities, length of AS_PATH, by prefix."""
    told = {session.name for session in lab.plan.sessions_of(speaker) if session.virtual_interface or session.tunnel}
    routes = lab._routing.routers[speaker].loc_rib.routes()
    return {str(r.prefix): (r.med, r.communities, len(r.as_path)) for r in routes if r.session in told}


def table_of(plan: Plan, speaker: str) -> str:
    """The kernel's number of a speaker's table."""
    return str(plan.speaker(speaker).table)


def default_routes(node: str, *words: str) -> set[str]:
    """Who put a default route into a table."""
    return {route["protocol"] for route in ip(node, "route", "show", *words) if route["dst"] == "default"}


def test_aws_hears_med_and_exactly_the_prefixes_of_each_virtual_interface(running: Running) -> None:
    of_primary = ("0.0.0.0/0", "10.0.0.0/8", "2001:db8:10::/48")
    assert heard(running.lab, "dx_1:vgw") == dict.fromkeys(of_primary, (10, (), 1))
    assert heard(running.lab, "dx_2:vgw") == {}
    assert heard(running.lab, "vpn_endpoint_1") == dict.fromkeys(("10.0.0.0/16", "10.0.1.0/24"), (50, (), 2))


def test_a_static_route_is_in_the_kernel_in_place_of_bgps_to_the_same_prefix(running: Running) -> None:
    routes = {(r["dst"], r["protocol"]): r for r in ip("customer_router", "route", "show", "table", "all")}
    fixed = next(r for r in running.plan.static_routes if str(r.destination) == "172.31.0.0/16")
    assert routes["172.31.0.0/16", "static"]["gateway"] == str(fixed.via)
    assert ("172.31.0.0/16", "bgp") not in routes
    assert routes["10.9.0.0/16", "static"]["type"] == "unreachable"
    best = running.lab._routing.routers["customer_router"].loc_rib.best
    assert "172.31.0.0/16" in {str(prefix) for prefix in best}


def test_a_default_route_of_the_customers_stands_before_aws_own_last_resort(running: Running) -> None:
    assert default_routes("dx_1", "table", table_of(running.plan, "dx_1:vgw")) == {"bgp", "static"}
    assert default_routes("vgw") == {"bgp"}


@pytest.mark.parametrize(
    ("cease", "reason", "stays"),
    [(Cease.ADMINISTRATIVE_RESET, "notification", False), (Cease.BFD_DOWN, "peer_closed", True)],
    ids=["a reset says Cease and the routes go", "BFD says nothing and they stay"],
)
def test_what_ends_a_graceful_session(running: Running, cease: int, reason: str, stays: bool) -> None:
    lab, events, table = running.lab, running.events, table_of(running.plan, "dx_1:vgw")

    async def story() -> None:
        await lab.converged([])
        del events[:]
        lab._routing.speakers["colo_router"].teardown("primary", cease)
        down = {"event": "bgp", "node": "dx_1", "session": "primary", "state": "down"}
        await all_seen(lab.journal, events, [{**down, "reason": reason}], WITHIN_S)
        await lab._routing.idle()
        assert default_routes("dx_1", "table", table) == ({"bgp", "static"} if stays else {"static"})
        assert ("stale", "primary", "dx_1") in [(e["event"], e.get("session"), e["node"]) for e in events] or not stays
        await all_seen(lab.journal, events, [{**down, "state": "up"}], WITHIN_S)
        if stays:
            over = {"event": "stale_over", "node": "dx_1", "session": "primary", "reason": "end_of_rib"}
            await all_seen(lab.journal, events, [over], WITHIN_S)

    running.loop.run(story())
