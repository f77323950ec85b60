"""A customer's router and AWS's endpoint with IPsec tunnels between them, for tests inside the embedded kernel."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.daemons.strongswan import StrongSwan
from dxemu.daemons.strongswan_events import TunnelDown, TunnelEvent, TunnelUp
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.netlink import address, link, netem, route, sysctl, veth, xfrm_interface
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.netem import Netem
from dxemu.netlink.session import Netlink
from dxemu.plan.model import IpsecTunnel, TunnelEnd
from dxemu.units import BitsPerSecond, Seconds

WAN = "wan"
CUSTOMER, AWS = "customer", "aws"
CABLE = Netem(rate_bps=100 * 10**6, delay_s=0.002, loss_percent=0.0, limit=1000, seed=1)
KEY = "a_key.of_the_topology"
FOLDER = "/run"


def tunnel(number: int, **changes: object) -> IpsecTunnel:
    """AWS's defaults. The tunnels share the customer's outside address and have different ones at AWS, as in a plan."""
    outside = IPv4Address("203.0.113.1"), IPv4Address("203.0.113.10") + number
    inside = IPv4Interface(f"169.254.{number}.2/30"), IPv4Interface(f"169.254.{number}.1/30")
    ends = [
        TunnelEnd(
            node=node,
            interface=f"tunnel{number}",
            underlay_interface=("lo", WAN)[index],
            outside=outside[index],
            inside=inside[index],
            initiates=index == 0,
        )
        for index, node in enumerate((CUSTOMER, AWS))
    ]
    plain = IpsecTunnel(
        name=f"backup_tunnel_{number}",
        vpn="backup",
        if_id=number,
        ends=(ends[0], ends[1]),
        pre_shared_key=f"{KEY}_{number}",
        mtu=1446,
        rate=BitsPerSecond(1250 * 10**6),
        phase1_lifetime=Seconds(28800),
        phase2_lifetime=Seconds(3600),
        rekey_margin=Seconds(270),
        dpd_delay=Seconds(10),
        dpd_timeout=Seconds(40),
        replay_window=1024,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's own words


class IpsecPair:
    """Both nodes, and all that was heard of their tunnels: moment on the monotonic clock, node, event."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, str, TunnelEvent]] = []
        self.charons: dict[str, StrongSwan] = {}
        self.netlinks: dict[str, Netlink] = {}
        self._news = asyncio.Event()

    def hear(self, node: str) -> Callable[[TunnelEvent], None]:
        """What `node` takes for its `on_event`."""

        def note(event: TunnelEvent) -> None:
            self.heard.append((time.monotonic(), node, event))
            self._news.set()

        return note

    async def until(self, limit_s: float, holds: Callable[[], object]) -> None:
        """Wait until it holds; it is looked at after each event."""
        try:
            async with asyncio.timeout(limit_s):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"it did not come true within {limit_s} s; heard: {self.heard}") from None

    def up(self, node: str, name: str) -> bool:
        """Whether the last that `node` said of the tunnel is that it is up."""
        states = [
            e for _, n, e in self.heard if n == node and e.tunnel == name and isinstance(e, TunnelUp | TunnelDown)
        ]
        return bool(states) and isinstance(states[-1], TunnelUp)

    async def connect(self, *tunnels: IpsecTunnel) -> None:
        """Bring them up."""
        for one in tunnels:
            await self.charons[CUSTOMER].initiate(one.name)
        await self.until(60, lambda: all(self.up(node, one.name) for node in (CUSTOMER, AWS) for one in tunnels))

    async def cable(self, setting: Netem) -> None:
        """Change the cable, both ways."""
        for netlink in self.netlinks.values():
            await netem.apply(netlink, WAN, setting)

    def socket(self, node: str, kind: int, family: int = socket.AF_INET, protocol: int = 0) -> socket.socket:
        """A socket in the node's namespace."""
        with self.netlinks[node].namespace.entered():
            return socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)

    async def send_each_millisecond(self, one: IpsecTunnel, seconds: float) -> list[int]:
        """Numbered packets of 200 bytes from AWS to the customer through the tunnel; the numbers that arrived."""
        near, far = one.ends
        arrived: list[int] = []
        loop = asyncio.get_running_loop()
        with self.socket(AWS, socket.SOCK_DGRAM) as sender, self.socket(CUSTOMER, socket.SOCK_DGRAM) as receiver:
            receiver.bind((str(near.inside.ip), 5000))
            sender.bind((str(far.inside.ip), 5000))
            loop.add_reader(receiver, lambda: arrived.append(int.from_bytes(receiver.recv(4)[:4], "big")))
            try:
                clock = Clock()
                clock.start()
                for number in range(round(seconds * 1000)):
                    await clock.until(number / 1000)
                    sender.sendto(number.to_bytes(4, "big") + bytes(196), (str(near.inside.ip), 5000))
                await clock.until(seconds + 0.5)
            finally:
                loop.remove_reader(receiver)
        return arrived


async def _wire(pair: IpsecPair, stack: AsyncExitStack, tunnels: Sequence[IpsecTunnel]) -> None:
    for node in (CUSTOMER, AWS):
        namespace = Namespace.create(node)
        stack.callback(namespace.delete)
        sysctl.write(namespace, "net/ipv6/conf/default/disable_ipv6", "1")
        pair.netlinks[node] = await stack.enter_async_context(Netlink(namespace))
    ends = veth.End(WAN, "02:00:00:00:00:01"), veth.End(WAN, "02:00:00:00:00:02")
    await veth.apply(pair.netlinks[CUSTOMER], ends[0], pair.netlinks[AWS], ends[1], mtu=1500)
    await pair.cable(CABLE)
    for netlink in pair.netlinks.values():
        await link.set_up(netlink, WAN, up=True)
    hops = {CUSTOMER: IPv4Interface("192.0.2.1/30"), AWS: IPv4Interface("192.0.2.2/30")}
    for node, hop in hops.items():
        await address.apply(pair.netlinks[node], WAN, hop)
    for node, outside in sorted({(end.node, end.outside) for one in tunnels for end in one.ends}):
        await address.apply(pair.netlinks[node], "lo", IPv4Interface((outside, 32)))
        other = AWS if node == CUSTOMER else CUSTOMER
        await route.replace(pair.netlinks[other], IPv4Network((outside, 32)), hops[node].ip)
    for one in tunnels:
        for end in one.ends:
            wanted = xfrm_interface.XfrmInterface(end.interface, one.if_id, end.underlay_interface, one.mtu)
            await xfrm_interface.apply(pair.netlinks[end.node], wanted)
            await link.set_up(pair.netlinks[end.node], end.interface, up=True)
            await address.apply(pair.netlinks[end.node], end.interface, end.inside)


def _die(error: LabError) -> None:
    raise AssertionError(str(error))


@asynccontextmanager
async def ipsec_pair(*tunnels: IpsecTunnel, at_aws: Sequence[IpsecTunnel] | None = None) -> AsyncIterator[IpsecPair]:
    """Both ends ready, nothing initiated. `at_aws`: what AWS's end believes the tunnels to be, if that differs."""
    pair = IpsecPair()
    async with AsyncExitStack() as stack:
        await _wire(pair, stack, tunnels)
        for node in (AWS, CUSTOMER):
            known = at_aws if node == AWS and at_aws is not None else tunnels
            namespace = pair.netlinks[node].namespace
            await Clock(virtual=True).whole_second(0)  # or both draw the same jitter
            charon = StrongSwan(node, known, namespace, pair.hear(node), _die, f"{FOLDER}/{node}.charon.log")
            stack.callback(charon.stop)
            pair.charons[node] = charon
        for charon in pair.charons.values():
            await charon.ready()
        yield pair
