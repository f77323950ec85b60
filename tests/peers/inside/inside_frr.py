"""FRR as the customer's router against our AWS side: BGP with MD5, BFD with AWS's passive end, a silent cut."""

from __future__ import annotations

import asyncio
import re
import time

from dxemu.faults.cable_silent import CableSilent
from dxemu.plan.model import BgpSession
from tests.lab.running import all_seen, ip, plan_of
from tests.peers.aws_side import aws_side_of
from tests.peers.frr_customer import stamp_of
from tests.peers.programs import frr, need

ZEBRA = """
frr defaults traditional
hostname customer
"""
BGPD = """
router bgp 65000
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 address-family ipv4 unicast
  network 10.0.0.0/16
 exit-address-family
"""
BGP_SESSION = """
route-map in-%(name)s permit 10
 set local-preference %(local_pref)d
route-map out-%(name)s permit 10
 set community 7224:%(community)d
router bgp 65000
 neighbor %(peer)s remote-as %(asn)d
 neighbor %(peer)s password %(key)s
 neighbor %(peer)s bfd
 address-family ipv4 unicast
  neighbor %(peer)s activate
  neighbor %(peer)s route-map in-%(name)s in
  neighbor %(peer)s route-map out-%(name)s out
 exit-address-family
"""
BFD_SESSION = """
debug bfd peer
bfd
 peer %(peer)s local-address %(local)s interface %(interface)s
  receive-interval 300
  transmit-interval 300
  detect-multiplier 3
"""
INTERVAL_S, MULTIPLIER = 0.3, 3
BFD_DOWN = re.compile(r"(?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+) .*peer:(?P<peer>\S+) .*\] up -> down")


def configurations(sessions: tuple[BgpSession, ...]) -> dict[str, str]:
    """What a network engineer would give each daemon: both directions prefer the primary."""
    bgpd, bfdd = ZEBRA + BGPD, ZEBRA
    for session in sessions:
        mine, other = session.ends
        preferred = session.name == "primary"
        values = {
            "name": session.name,
            "local": mine.address,
            "interface": mine.interface,
            "peer": other.address,
            "asn": other.asn,
            "key": session.auth_key,
            "local_pref": 200 if preferred else 100,
            "community": 7300 if preferred else 7100,
        }
        bgpd += BGP_SESSION % values
        bfdd += BFD_SESSION % values
    return {"zebra": ZEBRA, "bfdd": bfdd, "bgpd": bgpd}


def test_silent_cut_is_noticed_by_bfd_as_the_timers_say() -> None:
    need("frr", "zebra", "bgpd", "bfdd", "vtysh")

    async def story() -> None:
        plan = plan_of("backup_connection_by_circuit")
        primary = next(s for s in plan.sessions if s.name == "primary")
        aws = str(primary.ends[1].address)
        async with aws_side_of(plan) as (lab, events):
            with frr(lab.node("customer_router"), configurations(plan.sessions)) as customer:
                wanted = [
                    {"event": kind, "session": session, "node": node, "state": "up"}
                    for kind in ("bgp", "bfd")
                    for session, node in (("primary", "dx_1"), ("backup", "dx_2"))
                ]
                await all_seen(lab.journal, events, wanted, within_s=180)
                await lab.journal.clock.settle(5.0)
                peer = customer.show(f"bfd peer {aws}")
                assert (peer["status"], peer["remote-detect-multiplier"]) == ("up", MULTIPLIER), peer
                assert {peer["remote-receive-interval"], peer["remote-transmit-interval"]} == {300}, peer
                neighbor = customer.show(f"ip bgp neighbors {aws}")[aws]
                assert (neighbor["bgpState"], neighbor["remoteAs"]) == ("Established", 64512)
                assert neighbor["bgpTimerHoldTimeMsecs"] == 90_000
                paths = customer.show("ip bgp 172.31.0.0/16")["paths"]
                (path,) = [path for path in paths if path.get("bestpath", {}).get("overall")]
                assert (path["aspath"]["string"], path["locPrf"], path["peer"]["peerId"]) == ("64512", 200, aws)
                assert gateway_of("vgw", "10.0.0.0/16") == str(plan.gateways[0].attachments[0].device_addresses[0])

                cut = time.time()
                events.clear()
                await CableSilent(connection="primary").inject(lab)
                down = {"event": "bfd", "session": "primary", "node": "dx_1", "state": "down"}
                await all_seen(lab.journal, events, [down], within_s=5)
                await lab.journal.clock.settle(2.0)
                log = customer.log.read_text()
                (took_s,) = [stamp_of(down["at"]) - cut for down in BFD_DOWN.finditer(log) if down["peer"] == aws]
                # What was on its way when the cable fell silent arrives one delay of the path later.
                delay_s = sum(float(plan.cable(name).delay) for name in primary.cables)
                assert (MULTIPLIER - 1) * INTERVAL_S <= took_s <= MULTIPLIER * INTERVAL_S + delay_s, f"took {took_s} s"
                assert gateway_of("customer_router", "172.31.0.0/16") != aws
                assert gateway_of("vgw", "10.0.0.0/16") == str(plan.gateways[0].attachments[1].device_addresses[0])

    asyncio.run(story())


def gateway_of(node: str, prefix: str) -> str:
    """The next hop in a node's kernel."""
    (route,) = [r for r in ip(node, "-4", "route", "show") if r["dst"] == prefix]
    return str(route["gateway"])
