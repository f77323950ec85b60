"""Interfaces that can be used, and those that cannot: by the kernel's own word. Needs root."""

from __future__ import annotations

import asyncio
import os

from dxemu.netlink import link, veth, vlan
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
            async with Usable(near, ["lo", "port", "port.101", "none"]) as usable:
                missing = {"none": "it is not there"}
                assert usable.lacking() == {**missing, "port": "it is down", "port.101": "it is down"}
                await link.set_up(a, "port", up=True)
                without = {"port": "it has no carrier", "port.101": "it is down"}
                assert await lacking(usable, {**missing, **without})
                await link.set_up(b, "port", up=True)
                await link.set_up(a, "port.101", up=True)
                assert await lacking(usable, missing)
                await link.set_up(b, "port", up=False)
                assert await lacking(usable, {**missing, **dict.fromkeys(("port", "port.101"), "it has no carrier")})
    finally:
        near.delete()
        far.delete()


def test_an_interface_is_usable_when_it_is_up_and_has_carrier() -> None:
    asyncio.run(story())
