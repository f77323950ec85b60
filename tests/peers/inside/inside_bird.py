"""BIRD 2 as the customer's router, against our AWS side: ExaBGP, the decision process, the gateway."""

from __future__ import annotations

import asyncio

import pytest

from dxemu.lab.lab import Lab
from dxemu.plan.model import BgpSession
from tests.lab.running import Told, all_seen, ip, plan_of, said
from tests.peers.aws_side import aws_side_of
from tests.peers.programs import bird, need

ROUTER = """
log stderr { warning, error, fatal, bug, auth };
router id 10.0.0.1;
protocol device { }
protocol static customer { ipv4; route 10.0.0.0/16 unreachable; }
protocol kernel { ipv4 { import none; export where proto != "customer"; }; }
"""
SESSION = """
protocol bgp vif_%(name)s {
  local %(local)s as 65000;
  neighbor %(peer)s as 64512;
  password "%(key)s";
  hold time 90;
  ipv4 {
    import filter { bgp_local_pref = %(local_pref)d; accept; };
    export filter { if proto != "customer" then reject; bgp_community.add((7224, %(community)d)); accept; };
  };
}
"""
AWS_ASN = 64512


def configuration(sessions: tuple[BgpSession, ...], preferred: str) -> str:
    """A router that wants both directions through one of its sessions."""
    text = ROUTER
    for session in sessions:
        mine, other = session.ends
        text += SESSION % {
            "name": session.name,
            "local": mine.address,
            "peer": other.address,
            "key": session.auth_key,
            "local_pref": 200 if session.name == preferred else 100,
            "community": 7300 if session.name == preferred else 7100,
        }
    return text


def up(session: str, node: str) -> Told:
    return {"event": "bgp", "session": session, "node": node, "state": "up"}


async def learnt_by(lab: Lab, events: list[Told], preferred: str) -> None:
    """Wait until all is up and the gateway has chosen."""
    wanted = [up("primary", "dx_1"), up("backup", "dx_2")]
    wanted += [{"event": "best", "node": "vgw", "prefix": "10.0.0.0/16", "session": preferred}]
    await all_seen(lab.journal, events, wanted, within_s=120)
    await lab.journal.clock.settle(1.0)


@pytest.mark.parametrize(("preferred", "device"), [("primary", "dx_1"), ("backup", "dx_2")])
def test_routes_go_both_ways_with_md5_and_communities(preferred: str, device: str) -> None:
    need("bird2", "bird", "birdc")

    async def story() -> None:
        plan = plan_of("backup_connection_by_circuit")
        async with aws_side_of(plan) as (lab, events):
            with bird(lab.node("customer_router"), configuration(plan.sessions, preferred)) as customer:
                await learnt_by(lab, events, preferred)
                for name in ("primary", "backup"):
                    shown = customer.show("protocols", "all", f"vif_{name}")
                    assert "BGP state:          Established" in shown
                    assert "Neighbor AS:      64512" in shown
                    assert "Hold timer:" in shown and "/90" in shown
                shown = customer.show("route", "for", "172.31.1.10", "all")
                assert "172.31.0.0/16" in shown
                assert f"BGP.as_path: {AWS_ASN}\n" in shown
                assert "BGP.origin: IGP" in shown
                chosen = next(line for line in shown.splitlines() if "*" in line)
                assert f"vif_{preferred}" in chosen, shown
            attachment = next(way for way in plan.gateways[0].attachments if way.device == device)
            (route,) = [r for r in ip("vgw", "-4", "route", "show") if r["dst"] == "10.0.0.0/16"]
            assert route["gateway"] == str(attachment.device_addresses[0])

    asyncio.run(story())


def test_wrong_key_is_refused_on_both_sides() -> None:
    need("bird2", "bird", "birdc")

    async def story() -> None:
        plan = plan_of("backup_connection_by_circuit")
        text = configuration(plan.sessions, "primary").replace('"rehearse-1"', '"rehearse-9"')
        async with aws_side_of(plan) as (lab, events):
            with bird(lab.node("customer_router"), text) as customer:
                await all_seen(lab.journal, events, [up("backup", "dx_2")], within_s=120)
                await lab.journal.clock.settle(60.0)
                assert "Established" not in customer.show("protocols", "all", "vif_primary")
                (backup,) = [session for session in plan.sessions if session.name == "backup"]
                assert f"172.31.0.0/16 via {backup.ends[1].address} " in said("ip", "-n", "customer_router", "route")
            assert not [event for event in events if up("primary", "dx_1").items() <= event.items()]

    asyncio.run(story())
