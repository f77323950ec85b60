"""A bridge without spanning tree: a LAN switch, or a carrier's layer 2 circuit."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.netlink import link
from dxemu.netlink.session import Netlink


@dataclass(frozen=True, slots=True)
class BridgeDevice:
    """`name` over `ports`."""

    name: str
    ports: tuple[str, ...]


async def apply(netlink: Netlink, bridge: BridgeDevice) -> None:
    """Make it and put its ports in. Raises LabError."""
    await link.create(netlink, bridge.name, "bridge")
    for port in bridge.ports:
        await link.set_master(netlink, port, bridge.name)
