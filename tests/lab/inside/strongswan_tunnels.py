"""IPsec tunnels by strongSwan: what crosses the cable, new keys under traffic, wrong keys, dead peers, coming back."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import socket
import struct
import time

import pytest

from dxemu.daemons.strongswan_events import TunnelDown, TunnelEvent, TunnelRekeyed, TunnelUp
from dxemu.errors import LabError
from dxemu.host import machine, versions
from dxemu.host.clock import Clock
from dxemu.plan.versions import Versions
from dxemu.predict.dead_peer import dead_peer_window, give_up_after, retransmit_interval
from dxemu.units import Seconds
from tests.lab.ipsec_pair import AWS, CABLE, CUSTOMER, FOLDER, KEY, WAN, IpsecPair, ipsec_pair, tunnel

ETH_P_ALL = 3
IKE_PORT = 500
HANDSHAKE_S = 1.0
VERSIONS = Versions(strongswan=versions.strongswan(machine.find_program("charon-systemd")))
SILENT = dataclasses.replace(CABLE, loss_percent=100.0)


def clock_settle(seconds: float) -> asyncio.Future[None]:
    return asyncio.ensure_future(Clock().settle(seconds))


def events(pair: IpsecPair, kind: type, node: str | None = None) -> list[TunnelEvent]:
    return [event for _, who, event in pair.heard if isinstance(event, kind) and node in (None, who)]


def kinds_of(frames: list[bytes]) -> set[tuple[int, int]]:
    """IP protocol and UDP destination port (0 for others) of the IPv4 packets among Ethernet frames."""
    kinds = set()
    for frame in frames:
        if frame[12:14] == b"\x08\x00":
            protocol, header = frame[23], (frame[14] & 15) * 4
            udp = protocol == socket.IPPROTO_UDP
            kinds.add((protocol, struct.unpack_from("!H", frame, 14 + header + 2)[0] if udp else 0))
    return kinds


def test_packets_cross_the_cable_as_plain_esp_only() -> None:
    async def run() -> None:
        one, two = tunnel(1), tunnel(2)
        async with ipsec_pair(one, two) as pair:
            frames: list[bytes] = []
            loop = asyncio.get_running_loop()
            with pair.socket(CUSTOMER, socket.SOCK_RAW, socket.AF_PACKET, socket.htons(ETH_P_ALL)) as capture:
                capture.bind((WAN, ETH_P_ALL))
                loop.add_reader(capture, lambda: frames.append(capture.recv(2000)))
                await pair.connect(one, two)
                arrived = [await pair.send_each_millisecond(each, 0.5) for each in (one, two)]
                loop.remove_reader(capture)
            assert arrived == [list(range(500))] * 2
            assert kinds_of(frames) == {(socket.IPPROTO_UDP, IKE_PORT), (socket.IPPROTO_ESP, 0)}
            assert sum(frame[23] == socket.IPPROTO_ESP for frame in frames) == 1000
            assert {type(event) for _, _, event in pair.heard} == {TunnelUp}

    asyncio.run(run())


def test_a_rekeying_under_traffic_loses_nothing() -> None:
    async def run() -> None:
        one = tunnel(1)
        async with ipsec_pair(one) as pair:
            await pair.connect(one)
            stream = asyncio.create_task(pair.send_each_millisecond(one, 8.0))
            await clock_settle(1.0)
            await pair.charons[CUSTOMER].rekey(one.name)
            await pair.until(1.0, lambda: len(events(pair, TunnelRekeyed)) == 2)
            assert await stream == list(range(8000))
            assert events(pair, TunnelRekeyed) == [TunnelRekeyed(one.name, "child")] * 2
            assert not events(pair, TunnelDown)

    asyncio.run(run())


def test_keys_are_renewed_before_their_lifetimes_end() -> None:
    async def run() -> None:
        changes = {"phase1_lifetime": Seconds(1800), "phase2_lifetime": Seconds(900), "rekey_margin": Seconds(60)}
        one = tunnel(1, **changes)
        async with ipsec_pair(one) as pair:
            await pair.connect(one)
            connected = pair.heard[-1][0]
            await clock_settle(1810.0)
            whats = [event.what for event in events(pair, TunnelRekeyed, CUSTOMER) if isinstance(event, TunnelRekeyed)]
            assert (whats.count("child"), whats.count("ike")) == (2, 1)
            first = min(moment for moment, _, event in pair.heard if isinstance(event, TunnelRekeyed)) - connected
            assert 900 - 120 - 1 <= first <= 900 - 60 + 1
            assert not events(pair, TunnelDown)
            assert await pair.send_each_millisecond(one, 0.1) == list(range(100))

    asyncio.run(run())


def test_a_wrong_key_is_told_at_both_ends() -> None:
    async def run() -> None:
        one, wrong = tunnel(1), tunnel(1, pre_shared_key="another.key_of_theirs")
        async with ipsec_pair(one, at_aws=[wrong]) as pair:
            await pair.charons[CUSTOMER].initiate(one.name)
            await pair.until(5.0, lambda: len(events(pair, TunnelDown)) == 2)
            (customers,), (awss,) = (events(pair, TunnelDown, node) for node in (CUSTOMER, AWS))
            assert isinstance(customers, TunnelDown)
            assert isinstance(awss, TunnelDown)
            assert (customers.reason, awss.reason) == ("refused", "refused")
            assert "AUTHENTICATION_FAILED" in customers.detail
            assert "MAC mismatched" in awss.detail
            assert not events(pair, TunnelUp)

    asyncio.run(run())


@pytest.mark.parametrize(("dpd_timeout", "cut_after"), [(40, 7.3), (40, 61.9), (30, 23.5)])
def test_a_dead_peer_is_noticed_in_its_window_and_the_tunnel_comes_back(dpd_timeout: int, cut_after: float) -> None:
    async def run() -> None:
        one = tunnel(1, dpd_timeout=Seconds(dpd_timeout))
        earliest, latest = dead_peer_window(one.dpd_at(CUSTOMER), VERSIONS, give_up_after([one], CUSTOMER))
        async with ipsec_pair(one) as pair:
            await pair.connect(one)
            await clock_settle(cut_after)
            await pair.send_each_millisecond(one, 0.2)
            await pair.cable(SILENT)
            silent = time.monotonic() - 0.5  # the stream ended then
            await pair.until(latest + 15, lambda: events(pair, TunnelDown, CUSTOMER))
            ((dead, event),) = [(m, e) for m, node, e in pair.heard if node == CUSTOMER and isinstance(e, TunnelDown)]
            assert earliest <= dead - silent <= latest
            assert (event.reason, event.detail) == ("dpd", "giving up after 2 retransmits")
            await clock_settle(17.0)
            await pair.cable(CABLE)
            healed = time.monotonic()
            await pair.until(60, lambda: pair.up(CUSTOMER, one.name) and pair.up(AWS, one.name))
            assert pair.heard[-1][0] - healed <= retransmit_interval([one], CUSTOMER) + HANDSHAKE_S
            assert await pair.send_each_millisecond(one, 0.1) == list(range(100))

    asyncio.run(run())


def test_tunnels_of_one_node_may_have_different_timeouts() -> None:
    async def run() -> None:
        quick, slow = tunnel(1, dpd_timeout=Seconds(30)), tunnel(2, dpd_timeout=Seconds(55))
        async with ipsec_pair(quick, slow) as pair:
            await pair.connect(quick, slow)
            for one in (quick, slow):
                await pair.send_each_millisecond(one, 0.1)
            await pair.cable(SILENT)
            silent = time.monotonic()
            await pair.until(70, lambda: len(events(pair, TunnelDown, CUSTOMER)) == 2)
            dead = {e.tunnel: m - silent for m, node, e in pair.heard if node == CUSTOMER and isinstance(e, TunnelDown)}
            for one in (quick, slow):
                earliest, latest = dead_peer_window(
                    one.dpd_at(CUSTOMER), VERSIONS, give_up_after((quick, slow), CUSTOMER)
                )
                assert earliest - 1.3 <= dead[one.name] <= latest
            assert give_up_after((quick, slow), CUSTOMER) == Seconds(20)

    asyncio.run(run())


def test_a_customer_that_gave_up_first_replaces_the_old_connection_at_aws() -> None:
    async def run() -> None:
        one = tunnel(1)
        async with ipsec_pair(one, at_aws=[tunnel(1, dpd_timeout=Seconds(400))]) as pair:
            await pair.connect(one)
            await pair.cable(SILENT)
            await pair.until(60, lambda: events(pair, TunnelDown, CUSTOMER))
            await pair.cable(CABLE)
            await pair.until(60, lambda: pair.up(CUSTOMER, one.name) and len(events(pair, TunnelUp, AWS)) == 2)
            (down,) = events(pair, TunnelDown, AWS)
            assert isinstance(down, TunnelDown)
            assert down.reason == "replaced"
            assert pair.up(AWS, one.name)

    asyncio.run(run())


def test_a_closed_tunnel_stays_closed_if_the_customer_did_it_and_comes_back_if_aws_did() -> None:
    async def run() -> None:
        one, two = tunnel(1), tunnel(2)
        async with ipsec_pair(one, two) as pair:
            await pair.connect(one, two)
            await pair.charons[AWS].terminate(one.name)
            await pair.until(5, lambda: len(events(pair, TunnelDown)) == 2)
            assert {event.reason for event in events(pair, TunnelDown) if isinstance(event, TunnelDown)} == {"deleted"}
            await pair.until(5, lambda: pair.up(CUSTOMER, one.name) and pair.up(AWS, one.name))
            await pair.charons[CUSTOMER].terminate(one.name)
            await pair.until(5, lambda: len(events(pair, TunnelDown)) == 4)
            await clock_settle(60.0)
            assert not pair.up(CUSTOMER, one.name)
            assert not pair.up(AWS, one.name)
            assert {event.tunnel for event in events(pair, TunnelDown)} == {one.name}
            with pytest.raises(LabError, match="no matching"):
                await pair.charons[CUSTOMER].rekey(one.name)

    asyncio.run(run())


def test_the_key_is_in_no_file_log_or_process_list() -> None:
    async def run() -> None:
        one = tunnel(1)
        async with ipsec_pair(one) as pair:
            await pair.connect(one)
            files = [f"{FOLDER}/{name}" for name in os.listdir(FOLDER) if os.path.isfile(f"{FOLDER}/{name}")]
            assert len(files) >= 4
            for path in files:
                with open(path, "rb") as file:
                    assert KEY.encode() not in file.read(), path
            for charon in pair.charons.values():
                for name in ("cmdline", "environ"):
                    with open(f"/proc/{charon.process.pid}/{name}", "rb") as file:
                        assert KEY.encode() not in file.read()

    asyncio.run(run())


def test_a_death_is_told_with_the_last_words() -> None:
    async def run() -> None:
        one = tunnel(1)
        async with ipsec_pair(one) as pair:
            deaths: list[LabError] = []
            died = asyncio.Event()
            charon = pair.charons[AWS]

            def note(error: LabError) -> None:
                deaths.append(error)
                died.set()

            charon._on_death = note
            os.kill(charon.process.pid, 15)
            await asyncio.wait_for(died.wait(), 10)
            assert "charon on aws died" in str(deaths[0])
            assert "SIGTERM received" in str(deaths[0])
            with pytest.raises(LabError, match="charon on aws"):
                await charon.initiate(one.name)

    asyncio.run(run())
