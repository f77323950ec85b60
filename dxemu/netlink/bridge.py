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


async def read_master(netlink: Netlink, port: str) -> str:
    """The bridge (or bond, or VRF) that a port is in; empty if none."""
    message = await link.read_message(netlink, port)
    master = message.get_attr("IFLA_MASTER")
    return await netlink.name(master) if master else ""
