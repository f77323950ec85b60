"""Interfaces that can be used, and those that cannot: by the kernel's own word. Needs root."""

from __future__ import annotations

import asyncio
import os
from ipaddress import IPv6Interface

from dxemu.netlink import address, link, sysctl, veth, vlan
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink
from dxemu.netlink.usable import Usable

LIMIT_S = 5.0


async def lacking(usable: Usable, expected: dict[str, str]) -> bool:
    """Whether what is lacking comes to be that."""
    async with asyncio.timeout(LIMIT_S):
        while usable.lacking() != expected:
            await usable.changed()
    return True


async def story() -> None:
    near, far = (Namespace.create(f"test-{os.getpid()}-{name}") for name in ("near", "far"))
    try:
        async with Netlink(near) as a, Netlink(far) as b:
            ends = veth.End("port", "02:00:00:00:00:0a"), veth.End("port", "02:00:00:00:00:0b")
            await veth.apply(a, ends[0], b, ends[1], mtu=1500)
            await vlan.apply(a, vlan.Vlan("port.101", "port", 101, 1500))
            sysctl.write(near, "net/ipv6/conf/port.101/accept_dad", "1")
            async with Usable(near, ["lo", "port", "port.101", "none"]) as usable:
                missing = {"none": "it is not there"}
                assert usable.lacking() == {**missing, "port": "it is down", "port.101": "it is down"}
                await link.set_up(a, "port", up=True)
                without = {"port": "it has no carrier", "port.101": "it is down"}
                assert await lacking(usable, {**missing, **without})
                await link.set_up(b, "port", up=True)
                await link.set_up(a, "port.101", up=True)
                assert await lacking(usable, missing)
                await address.apply(a, "port.101", IPv6Interface("2001:db8::1/64"))
                assert await lacking(usable, {**missing, "port.101": "its address is tentative"})
                assert await lacking(usable, missing)
                await link.set_up(b, "port", up=False)
                assert await lacking(usable, {**missing, **dict.fromkeys(("port", "port.101"), "it has no carrier")})
    finally:
        near.delete()
        far.delete()


def test_an_interface_is_usable_with_carrier_and_addresses_that_are_not_tentative() -> None:
    asyncio.run(story())
