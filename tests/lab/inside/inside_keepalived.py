"""keepalived on a LAN of two routers and a host: who has the address, from when on, and what the host loses meanwhile.

The virtual clock makes it exact: what is left beside RFC 5798's arithmetic is the cables' delay.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_interface
from typing import Any

import pytest

from dxemu.daemons.keepalived import Keepalived, virtual_interface
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.netlink import bridge, link, netem, sysctl, veth
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink
from dxemu.plan.model import VrrpGroup
from dxemu.predict.vrrp import master_down
from dxemu.units import IPInterface, Seconds

ON_THE_LAN = ("first", "second", "host")
DELAY_S = 100e-6
CROSSING_S = 0.0005
"""More than what two cables and a bridge take."""
ANNOUNCING_S = 0.005
"""An IPv6 host hears of a new master by the second of two neighbour advertisements, a millisecond apart."""
PORT = 9
TICK_S = 0.002
IPV4 = VrrpGroup(
    virtual_router_id=7,
    address=ip_interface("10.0.0.1/24"),
    advertisement_interval=Seconds(1),
    priorities=(("first", 200), ("second", 100)),
    interfaces=(("first", "lan"), ("second", "lan")),
)
IPV6 = dataclasses.replace(IPV4, virtual_router_id=8, address=ip_interface("fd00::1/64"))
VIRTUAL_MAC = "00:00:5e:00:01:07"
"""Of the IPv4 group (RFC 5798 section 7.3)."""


@dataclasses.dataclass
class Lan:
    """The running LAN. `arrived` holds each datagram of the host's: when, at which router, which number."""

    netlinks: Mapping[str, Netlink]
    group: VrrpGroup
    clock: Clock = dataclasses.field(default_factory=Clock)
    states: list[tuple[float, str, str]] = dataclasses.field(default_factory=list)
    arrived: list[tuple[float, str, int]] = dataclasses.field(default_factory=list)
    changed: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    routers: dict[str, Keepalived] = dataclasses.field(default_factory=dict)

    def hear(self, router: str, virtual_router_id: int, state: str) -> None:
        assert virtual_router_id == self.group.virtual_router_id
        self.states.append((self.clock.now(), router, state))
        self.changed.set()

    async def until(self, router: str, state: str, after_s: float = 0.0) -> float:
        """When `router` went into `state`: the first time after a moment."""
        async with asyncio.timeout(30):
            while True:
                for t, who, what in self.states:
                    if (who, what) == (router, state) and t >= after_s:
                        return t
                self.changed.clear()
                await self.changed.wait()

    async def silence(self, router: str, *, silent: bool) -> float:
        """Both ends of the router's cable lose everything, or nothing. Gives the moment."""
        for node, port in ((router, "lan"), ("switch", router)):
            await netem.apply(self.netlinks[node], port, cable(100.0 if silent else 0.0))
        return self.clock.now()

    async def send(self, duration_s: float) -> int:
        """Datagrams from the host to the virtual address, one every `TICK_S`. Gives how many."""
        family = socket.AF_INET if self.group.address.version == IPV4.address.version else socket.AF_INET6
        with self.netlinks["host"].namespace.entered():
            sender = socket.socket(family, socket.SOCK_DGRAM)
        with sender:
            first, count = self.clock.now(), round(duration_s / TICK_S)
            for number in range(count):
                await self.clock.until(first + number * TICK_S)
                sender.sendto(number.to_bytes(4, "big"), (str(self.group.address.ip), PORT))
            await self.clock.settle(CROSSING_S)
        return count

    def gaps(self) -> list[tuple[float, float]]:
        """Each time that no datagram arrived anywhere for longer than a tick: from when, how long."""
        times = [t for t, _, _ in self.arrived]
        pairs = itertools.pairwise(times)
        return [(a, b - a - TICK_S) for a, b in pairs if b - a > TICK_S + CROSSING_S]


def cable(loss_percent: float) -> netem.Netem:
    return netem.Netem(rate_bps=10_000_000_000, delay_s=DELAY_S, loss_percent=loss_percent, limit=1000)


def own_address(group: VrrpGroup, number: int) -> IPInterface:
    return ip_interface(f"{group.address.ip + number}/{group.address.network.prefixlen}")


async def built(group: VrrpGroup, stack: AsyncExitStack) -> dict[str, Netlink]:
    netlinks = {}
    for node in (*ON_THE_LAN, "switch"):
        namespace = Namespace.create(node)
        stack.callback(namespace.delete)
        sysctl.write(namespace, "net/ipv6/conf/default/accept_dad", "0")
        netlinks[node] = await stack.enter_async_context(Netlink(namespace))
    for number, node in enumerate(ON_THE_LAN):
        ends = veth.End("lan", f"02:00:00:00:00:1{number}"), veth.End(node, f"02:00:00:00:00:2{number}")
        await veth.apply(netlinks[node], ends[0], netlinks["switch"], ends[1], mtu=1500)
    await bridge.apply(netlinks["switch"], bridge.BridgeDevice("bridge", ON_THE_LAN))
    for number, node in enumerate(ON_THE_LAN, start=2):
        for holder, port in ((node, "lan"), ("switch", node)):
            await netem.apply(netlinks[holder], port, cable(0.0))
            await link.set_up(netlinks[holder], port, up=True)
        ip(node, "address", "add", str(own_address(group, number)), "dev", "lan")
    await link.set_up(netlinks["switch"], "bridge", up=True)
    return netlinks


@asynccontextmanager
async def running(group: VrrpGroup) -> AsyncIterator[Lan]:
    """The LAN with keepalived on both routers, and a socket on each that takes the host's datagrams."""

    def die(error: LabError) -> None:
        pytest.fail(str(error))

    async with AsyncExitStack() as stack:
        lan = Lan(await built(group, stack), group)
        lan.clock.start()
        loop = asyncio.get_running_loop()
        for router in ("first", "second"):
            namespace = lan.netlinks[router].namespace

            def hear(number: int, state: str, router: str = router) -> None:
                lan.hear(router, number, state)

            with namespace.entered():
                sink = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
            sink.bind(("::", PORT))
            sink.setblocking(False)

            def take(sink: socket.socket = sink, router: str = router) -> None:
                number = int.from_bytes(sink.recv(4), "big")
                lan.arrived.append((lan.clock.now(), router, number))

            loop.add_reader(sink, take)
            stack.callback(loop.remove_reader, sink)
            lan.routers[router] = Keepalived(router, [group], namespace, hear, die)
            stack.callback(lan.routers[router].stop)
        yield lan


def with_lan(group: VrrpGroup, story: Callable[[Lan], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running(group) as lan:
            await story(lan)

    asyncio.run(run())


def ip(node: str, *words: str) -> list[dict[str, Any]]:
    """What iproute2 says of a node."""
    command = ["ip", "-n", node, "-j", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return [entry for entry in json.loads(done.stdout or "[]") if entry]


def host_knows_where(group: VrrpGroup, router: str) -> bool:
    """Whether the host's ARP table or neighbour cache leads to `router`."""
    (entry,) = [e for e in ip("host", "neigh", "show") if e["dst"] == str(group.address.ip)]
    own = interfaces(router)["lan"]["address"]
    return bool(entry["lladdr"] == (VIRTUAL_MAC if group.address.version == IPV4.address.version else own))


def interfaces(node: str) -> dict[str, dict[str, Any]]:
    return {entry["ifname"]: entry for entry in ip(node, "address", "show")}


CASES = [
    pytest.param(IPV4, 0.05, id="just after an advertisement"),
    pytest.param(IPV4, 0.95, id="just before one"),
    pytest.param(
        dataclasses.replace(IPV4, advertisement_interval=Seconds(0.1), priorities=(("first", 254), ("second", 253))),
        0.5,
        id="100 ms and a small skew",
    ),
    pytest.param(
        dataclasses.replace(IPV4, advertisement_interval=Seconds(0.37), priorities=(("first", 2), ("second", 1))),
        0.5,
        id="370 ms and the longest skew",
    ),
    pytest.param(dataclasses.replace(IPV6, advertisement_interval=Seconds(0.2)), 0.5, id="IPv6"),
]


@pytest.mark.parametrize(("group", "phase"), CASES)
def test_the_backup_takes_over_when_the_master_falls_silent(group: VrrpGroup, phase: float) -> None:
    interval = float(group.advertisement_interval)
    window = master_down(group, "second")

    async def story(lan: Lan) -> None:
        became = await lan.until("first", "master")
        assert became == pytest.approx(master_down(group, "first").high_s, abs=0.05)
        await lan.clock.until(became + 2 * interval + phase * interval)
        sending = asyncio.create_task(lan.send(window.high_s + 5 * interval))
        await lan.clock.settle(interval / 10)
        cut = await lan.silence("first", silent=True)
        took = await lan.until("second", "master", after_s=cut) - cut
        await lan.clock.settle(3 * TICK_S + ANNOUNCING_S)
        assert host_knows_where(group, "second")
        assert window.contains(took, tolerance_s=CROSSING_S), (took, window.in_words())
        assert took == pytest.approx(window.high_s - (phase + 0.1) % 1 * interval, abs=CROSSING_S)
        ((began, lasted),) = lan.gaps()
        assert began == pytest.approx(cut, abs=TICK_S + CROSSING_S)
        assert lasted == pytest.approx(took, abs=TICK_S + ANNOUNCING_S)
        assert [router for _, router, _ in lan.arrived[-2:]] == ["second"] * 2

        await lan.clock.settle(phase * interval)
        back = await lan.silence("first", silent=False)
        assert await lan.until("second", "backup", after_s=back) - back <= interval + CROSSING_S
        sent = await sending
        assert all(lost <= ANNOUNCING_S for _, lost in lan.gaps()[1:])
        assert lan.arrived[-1][1:] == ("first", sent - 1)
        assert host_knows_where(group, "first")

    with_lan(group, story)


def test_a_router_that_was_cut_off_takes_the_address_back_after_its_own_wait() -> None:
    group = dataclasses.replace(IPV4, advertisement_interval=Seconds(0.5))

    async def story(lan: Lan) -> None:
        became = await lan.until("first", "master")
        await lan.clock.until(became + 1)
        sending = asyncio.create_task(lan.send(8))
        await lan.clock.settle(0.2)
        await link.set_up(lan.netlinks["switch"], "first", up=False)
        cut = lan.clock.now()
        assert await lan.until("first", "fault", after_s=cut) - cut < CROSSING_S
        took = await lan.until("second", "master", after_s=cut) - cut
        assert master_down(group, "second").contains(took, tolerance_s=CROSSING_S)
        await link.set_up(lan.netlinks["switch"], "first", up=True)
        up = await lan.until("first", "backup", after_s=cut + took)
        again = await lan.until("first", "master", after_s=up) - up
        assert again == pytest.approx(master_down(group, "first").high_s, abs=CROSSING_S)
        sent = await sending
        ((_, lasted),) = lan.gaps()
        assert lasted == pytest.approx(took, abs=TICK_S + CROSSING_S)
        assert lan.arrived[-1][1:] == ("first", sent - 1)

    with_lan(group, story)


def test_a_router_that_is_stopped_hands_over_without_the_wait_and_takes_its_interface_with_it() -> None:
    async def story(lan: Lan) -> None:
        await lan.until("first", "master")
        await lan.clock.settle(CROSSING_S)  # keepalived 2.3 says so first, and then takes the address
        held = interfaces("first")[virtual_interface(IPV4)]
        assert held["address"] == VIRTUAL_MAC
        assert [entry["local"] for entry in held["addr_info"] if entry["family"] == "inet"] == [str(IPV4.address.ip)]
        before = lan.clock.now()
        lan.routers["first"].stop()
        took = await lan.until("second", "master", after_s=before) - before
        assert took < master_down(IPV4, "second").low_s
        assert virtual_interface(IPV4) not in interfaces("first")
        lan.routers["second"].stop()

    with_lan(IPV4, story)
