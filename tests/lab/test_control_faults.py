"""Sessions that one end holds down, routers that stand still and Regions that nobody reaches, in labs that live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxemu.events.routes import PrefixesLetOut, PrefixesOriginated
from dxemu.events.sessions import ADMINISTRATIVELY_DOWN, BfdChanged, BgpChanged
from dxemu.faults.failover_test import FailoverTest
from dxemu.faults.fis_disconnect import FisDisconnect
from dxemu.faults.flapping import Flapping
from dxemu.faults.quota_lowered import QuotaLowered
from dxemu.labs.status import status
from dxemu.run.living import LivingLab
from dxemu.run.orders import Advance, AskPaths, Heal, Inject, OrderRefused
from dxemu.units import Seconds
from tests.lab.test_protocol_faults import are_up, in_lab

pytestmark = pytest.mark.lab

UP, DOWN = [True, True], [False, False]


async def after(lab: LivingLab, seconds: float, name: str) -> list[bool]:
    """So much later: which ends of a session are up."""
    await lab.give(Advance(by=Seconds(seconds)))
    return await are_up(lab, "sessions", name)


def test_aws_holds_sessions_down_and_lets_them_come_back(tmp_path: Path) -> None:
    async def hold(lab: LivingLab) -> None:
        test = FailoverTest(virtual_interface="primary", duration=Seconds(120))
        begun: Any = await lab.give(Inject(id="test", fault=test, lasts=test.ends_after))
        assert begun["evidence"] == "AWS holds primary down: testing"
        assert await after(lab, 10, "primary") == DOWN
        assert await are_up(lab, "bfd", "primary") == UP
        told: Any = await status(lab)
        assert told["virtual_interfaces"] == {"primary": "testing", "backup": "available"}
        assert await after(lab, 100, "primary") == DOWN
        assert await after(lab, 75, "primary") == UP
        assert lab.faults == ()

        flood: Any = await lab.fail("prefix_flood: {router: colo_router, count: 150}")
        assert "150 networks more" in flood["evidence"]
        assert await after(lab, 5, "primary") == DOWN
        assert await are_up(lab, "sessions", "backup") == DOWN
        done: Any = await lab.give(Heal(id="prefix_flood"))
        assert done["evidence"].endswith("primary is up, backup is up")

        lowered = await lab.give(Inject(id="lowered", fault=QuotaLowered(virtual_interface="primary", to=0)))
        assert lowered["evidence"] == "AWS takes 0 prefixes on primary: primary is down"
        assert await after(lab, 5, "primary") == DOWN
        done = await lab.give(Heal(id="lowered"))
        assert done["evidence"] == "primary is up"

        fis = FisDisconnect(virtual_interface="primary", duration=Seconds(600))
        begun = await lab.give(Inject(id="fis", fault=fis, lasts=fis.ends_after))
        assert begun["evidence"] == "AWS holds primary down: testing"
        assert await after(lab, 5, "primary") == DOWN
        refused = await lab.give(Inject(id="flap", fault=Flapping(virtual_interface="backup", count=1)))
        assert refused["evidence"] == "AWS holds down backup, and so on"
        done = await lab.give(Heal(id="flap"))
        assert done["evidence"] == "AWS takes connections of backup"
        done = await lab.give(Heal(id="fis"))
        assert done["evidence"] == "AWS takes connections of primary"
        assert await after(lab, 75, "primary") == UP

        leak: Any = await lab.fail("route_leak: {router: customer_router, prefixes: [10.99.0.0/16]}")
        assert leak["evidence"] == "customer_router announces 10.99.0.0/16"
        await lab.act("announce_prefixes: {router: customer_router, prefixes: [10.98.0.0/16]}")
        again: Any = await lab.fail("route_leak: {router: customer_router, prefixes: [10.98.0.0/17]}", name="second")
        assert again["evidence"] == "customer_router announces 10.98.0.0/17"
        await lab.give(Heal(id="route_leak"))
        await lab.give(Heal(id="second"))
        assert await after(lab, 1, "primary") == UP
        let_out = {e.speaker: e.prefixes for e in lab.happened() if isinstance(e, PrefixesLetOut)}
        own = {e.speaker: e.prefixes for e in lab.happened() if isinstance(e, PrefixesOriginated)}
        assert set(let_out.values()) == {()}, "the act is a part of the design, and the faults are forgotten"
        assert own["customer_router"] == ("10.0.0.0/16", "10.98.0.0/16")

    in_lab("backup_connection", tmp_path, hold)


def test_a_router_stands_still_and_a_region_is_cut_off(tmp_path: Path) -> None:
    async def strike(lab: LivingLab) -> None:
        firewall: Any = await lab.fail("security_filter: {router: colo_router}")
        assert "whose beginning it sees" in firewall["evidence"]
        assert await after(lab, 1, "primary") == UP, "its own sessions are not what passes it"
        firewall = await lab.give(Heal(id="security_filter"))
        assert firewall["evidence"].endswith("0 packets dropped meanwhile")
        slow: Any = await lab.fail("control_plane_slow: {virtual_interface: primary, by: 300 ms}")
        assert slow["evidence"] == "BGP and BFD of primary are late by 300 ms from colo_router and dx_1"
        with pytest.raises(OrderRefused, match="one queue"):
            await lab.fail("vlan_pruned: {virtual_interface: primary}")
        assert await after(lab, 3, "primary") == UP
        assert await are_up(lab, "bfd", "primary") == UP
        slow = await lab.give(Heal(id="control_plane_slow"))
        late = int(slow["evidence"].rpartition(", ")[2].split()[0])
        assert 12 <= late <= 40, "BFD every 300 ms from both ends, and what waits"
        full: Any = await lab.fail("congested: {connection: primary, share: 100 %, priority: bgp_and_bfd}")
        assert "100 % of all but BGP and BFD lost on arrival at dx_1 and colo_router" in full["evidence"]
        assert await after(lab, 5, "primary") == UP
        assert await are_up(lab, "bfd", "primary") == UP
        await lab.give(Heal(id="congested"))
        await lab.fail("router_freeze: {device: dx_1}")
        assert await after(lab, 3, "primary") == [False, True], "the frozen end believes what it did"
        paths: Any = await lab.give(AskPaths(from_node="web", to_node="app"))
        assert "backup" in paths["back"]["hops"], "the customer has gone around it"
        assert "primary" in paths["there"]["hops"], "and it still forwards by its routes of before"
        await lab.give(Heal(id="router_freeze"))
        assert await after(lab, 10, "primary") == UP
        assert await are_up(lab, "bfd", "primary") == UP
        cut: Any = await lab.fail("region_isolated: {region: us-east-1}")
        assert cut["evidence"] == "2 cables of the backbone into us-east-1 are dark"
        assert await after(lab, 2, "primary") == UP
        await lab.give(Heal(id="region_isolated"))
        await lab.give(Advance(by=Seconds(2)))
        paths = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert paths["there"]["complete"]
        assert paths["back"]["complete"]

    in_lab("backup_connection", tmp_path, strike)


def test_aws_maintains_a_device_in_phases_and_its_backbone_loses_packets(tmp_path: Path) -> None:
    async def maintain(lab: LivingLab) -> None:
        prepend: Any = await lab.fail("aws_device_maintenance: {device: dx_1, phase: prepend}")
        assert prepend["evidence"] == "AS_PATHs on primary have 6 ASNs"
        lost: Any = await lab.give(Heal(id="aws_device_maintenance"))
        assert lost["evidence"] == "AS_PATHs on primary have 1 ASNs"
        drained: Any = await lab.fail("aws_device_maintenance: {device: dx_1, phase: withdraw}")
        assert drained["evidence"] == "dx_1 announces nothing on primary"
        assert await after(lab, 1, "primary") == UP
        paths: Any = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert "backup" in paths["there"]["hops"]
        assert "backup" in paths["back"]["hops"]
        away: Any = await lab.fail("aws_device_maintenance: {device: dx_1, phase: away}")
        assert "dark" in away["evidence"]
        assert {one["outage_ms"][1] for one in away["predicted"]} == {0.0}, "nothing goes over it any more"
        assert await after(lab, 5, "primary") == DOWN
        await lab.give(Heal(id="aws_device_maintenance#3"))
        assert await after(lab, 10, "primary") == UP
        back: Any = await lab.give(Heal(id="aws_device_maintenance#2"))
        assert back["evidence"] == "dx_1 announces 1 on primary"
        await lab.give(Advance(by=Seconds(1)))
        paths = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert "primary" in paths["there"]["hops"]
        assert "primary" in paths["back"]["hops"]
        loss: Any = await lab.fail("backbone_loss: {device: dx_1, share: 100 %}")
        assert loss["evidence"].count("100 % lost") == 2
        assert await after(lab, 5, "primary") == UP
        await lab.give(Heal(id="backbone_loss"))

    in_lab("backup_connection", tmp_path, maintain)


def test_aws_replaces_the_endpoint_of_a_tunnel(tmp_path: Path) -> None:
    async def replace(lab: LivingLab) -> None:
        await lab.fail("cable_cut: {connection: primary}")
        await lab.give(Advance(by=Seconds(1)))
        update: Any = await lab.fail("tunnel_endpoint_replaced: {tunnel: vpn_tunnel_1}")
        assert update["evidence"].startswith("the MED on vpn_tunnel_2 is 50; the MED on vpn_tunnel_1 is 100; every")
        await lab.give(Advance(by=Seconds(1)))
        paths: Any = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert "vpn_tunnel_2" in paths["there"]["hops"], "long before a timer"
        await lab.give(Advance(by=Seconds(50)))
        assert await are_up(lab, "tunnels", "vpn_tunnel_1") == DOWN
        healed: Any = await lab.give(Heal(id="tunnel_endpoint_replaced"))
        assert "the MED on vpn_tunnel_2 is" in healed["evidence"]
        assert "50" not in healed["evidence"].partition("MED")[2]
        assert await after(lab, 30, "vpn_tunnel_1") == UP
        both: Any = await lab.fail("tunnel_endpoint_replaced: {tunnel: vpn_tunnel_1, by: modification}")
        assert "vpn_endpoint_1, vpn_endpoint_2" in both["evidence"]
        await lab.give(Heal(id="tunnel_endpoint_replaced#2"))
        await lab.give(Heal(id="cable_cut"))

    in_lab("vpn_backup", tmp_path, replace)


def test_bfd_that_is_shut_down_does_not_end_bgp(tmp_path: Path) -> None:
    async def shut(lab: LivingLab) -> None:
        down: Any = await lab.fail("bfd_admin_down: {virtual_interface: primary}")
        assert down["evidence"] == "BFD of primary is administratively down"
        assert await after(lab, 5, "primary") == UP
        assert await are_up(lab, "bfd", "primary") == DOWN
        told = [event for event in lab.happened() if isinstance(event, BfdChanged) and event.state == "down"]
        assert [event.reason for event in told] == [ADMINISTRATIVELY_DOWN] * 2
        await lab.give(Heal(id="bfd_admin_down"))
        assert await after(lab, 5, "primary") == UP
        assert not [event for event in lab.happened() if isinstance(event, BgpChanged) and event.state == "down"]
        assert await are_up(lab, "bfd", "primary") == UP
        await lab.fail("bfd_admin_down: {virtual_interface: primary, by: aws}")
        assert await after(lab, 5, "primary") == UP
        await lab.give(Heal(id="bfd_admin_down#2"))
        await lab.fail("bfd_silent: {virtual_interface: primary}")
        await lab.give(Heal(id="bfd_silent"))

    in_lab("backup_connection", tmp_path, shut)
