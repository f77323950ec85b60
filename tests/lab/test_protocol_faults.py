"""One protocol falls silent in a lab that lives: filters overlap, count what they drop, and end one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import versions, where
from dxemu.run.living import LivingLab, living
from dxemu.run.orders import Advance, AskStates, Heal, OrderRefused
from dxemu.topology import document
from dxemu.units import Seconds
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab


def in_lab(topology: str, folder: Path, do: Callable[[LivingLab], Awaitable[None]]) -> None:
    async def run() -> None:
        design = document.read(REPOSITORY / "topologies" / f"{topology}.yaml")
        async with living(design, versions.installed(), where.embedded("virtual", 240), folder) as lab:
            await lab.give(Advance(to=Seconds(5)))
            await do(lab)
            assert lab.faults == ()

    asyncio.run(run())


async def healed(lab: LivingLab, name: str) -> int:
    """Heal it; how many packets it says were dropped."""
    done = await lab.give(Heal(id=name))
    _, _, words = str(done["evidence"]).partition("passes again, ")
    return int(words.split()[0])


async def are_up(lab: LivingLab, of: str, name: str) -> list[bool]:
    """Whether each end of a session, its BFD or a tunnel says that it is up."""
    states: Any = await lab.give(AskStates(of=of))
    return list(states[of][name].values())


def test_filters_stand_beside_each_other_and_end_one_by_one(tmp_path: Path) -> None:
    async def filters(lab: LivingLab) -> None:
        with pytest.raises(OrderRefused, match="is no member of a LAG"):
            await lab.fail("lacp_silent: {connection: primary}")
        await lab.fail("port_filtered: {connection: primary, drops: udp_4500}")
        bgp: Any = await lab.fail("bgp_silent: {virtual_interface: primary}")
        assert bgp["evidence"] == "TCP port 179 dropped on arrival at colo_router and dx_1"
        assert bgp["predicted"][0]["detected_by"] == "hold_timer"
        with pytest.raises(OrderRefused, match="broken already"):
            await lab.fail("bgp_silent: {virtual_interface: primary}")
        await lab.give(Advance(by=Seconds(50)))
        assert await are_up(lab, "bfd", "primary") == [True, True]
        assert await are_up(lab, "sessions", "primary") == [True, True]
        await lab.fail("port_filtered: {connection: primary, drops: udp_3784}")
        await lab.give(Advance(by=Seconds(2)))
        assert await are_up(lab, "bfd", "primary") == [False, False]
        assert await are_up(lab, "sessions", "primary") == [False, False]
        assert await healed(lab, "bgp_silent") > 0
        await lab.give(Advance(by=Seconds(10)))
        assert await are_up(lab, "bfd", "primary") == [False, False]
        assert await are_up(lab, "sessions", "primary") == [True, True]
        assert await healed(lab, "port_filtered#2") > 5, "BFD sends every 300 ms, and every second while it is down"
        assert await healed(lab, "port_filtered") == 0, "nobody speaks NAT-T"
        await lab.give(Advance(by=Seconds(5)))
        assert await are_up(lab, "bfd", "primary") == [True, True]

    in_lab("backup_connection", tmp_path, filters)


def test_a_tunnel_lives_on_its_keys_while_ike_is_blocked(tmp_path: Path) -> None:
    """Or not, where strongSwan takes IKE's own messages alone for a sign of life."""
    lives = versions.installed().traffic_is_a_sign_of_life

    async def block(lab: LivingLab) -> None:
        await lab.fail("ike_blocked: {tunnel: vpn_tunnel_1}")
        await lab.fail("bgp_silent: {tunnel: vpn_tunnel_2}")
        await lab.give(Advance(by=Seconds(60)))
        assert await are_up(lab, "tunnels", "vpn_tunnel_1") == [lives, lives]
        assert await are_up(lab, "tunnels", "vpn_tunnel_2") == [True, True]
        assert await are_up(lab, "sessions", "vpn_tunnel_1") == [lives, lives]
        assert await are_up(lab, "sessions", "vpn_tunnel_2") == [False, False]
        await lab.give(Heal(id="ike_blocked"))
        assert await healed(lab, "bgp_silent") > 0
        await lab.give(Advance(by=Seconds(10)))
        assert await are_up(lab, "sessions", "vpn_tunnel_2") == [True, True]
        dead: Any = await lab.fail("ike_peer_dead: {tunnel: vpn_tunnel_2}")
        assert dead["evidence"] == "the IKE daemon of vpn_endpoint_2 stands still"
        await lab.give(Advance(by=Seconds(3)))
        assert await are_up(lab, "sessions", "vpn_tunnel_2") == [True, True]
        dead = await lab.give(Heal(id="ike_peer_dead"))
        assert dead["evidence"] == "the IKE daemon of vpn_endpoint_2 goes on"
        refused: Any = await lab.fail("rekey_refused: {tunnel: vpn_tunnel_1}")
        assert refused["evidence"].startswith("vpn_endpoint_1 takes no new keys: received NO_PROPOSAL_CHOSEN notify")
        with pytest.raises(OrderRefused, match="has one IKE daemon"):
            await lab.fail("ike_peer_dead: {tunnel: vpn_tunnel_1}")
        await lab.give(Advance(by=Seconds(20)))
        assert await are_up(lab, "tunnels", "vpn_tunnel_1") == [True, True]
        assert await are_up(lab, "sessions", "vpn_tunnel_1") == [True, True]
        refused = await lab.give(Heal(id="rekey_refused"))
        assert refused["evidence"] == "vpn_endpoint_1 takes new keys: they are renewed"

    in_lab("vpn_backup", tmp_path, block)
