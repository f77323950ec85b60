"""Inside the embedded kernel: Mininet as it comes builds nodes and links. Imports of dxemu's would cost it time."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dxemu.host.channel import Channel

Shape = tuple[tuple[str, ...], tuple[tuple[str, str, str, str], ...]]
"""Names of nodes; and for each link a node, its interface, the other node, its interface."""


def main(shape: Shape, channel: Channel, folder: str) -> None:
    """Build hosts and links of this shape, and say so. Raises RuntimeError if Mininet built something else."""
    del folder
    # Mininet's hosts are shells on pseudo-terminals.
    os.makedirs("/dev/pts", exist_ok=True)  # noqa: PTH103 - pathlib costs time here
    if ctypes.CDLL(None, use_errno=True).mount(b"devpts", b"/dev/pts", b"devpts", 0, b"ptmxmode=666"):
        raise RuntimeError(f"mount /dev/pts: {os.strerror(ctypes.get_errno())}")
    from mininet.net import Mininet
    from mininet.topo import Topo

    nodes, links = shape
    topo = Topo()
    for name in nodes:
        topo.addHost(name)
    for a, a_interface, b, b_interface in links:
        topo.addLink(a, b, intfName1=a_interface, intfName2=b_interface)
    net = Mininet(topo=topo, controller=None)
    net.build()
    channel.send("built", 0)
    found = {host.name: _interfaces(host.pid) for host in net.hosts}
    wanted = {name: {"lo"} for name in nodes}
    for a, a_interface, b, b_interface in links:
        wanted[a].add(a_interface)
        wanted[b].add(b_interface)
    if not all(wanted[name] <= found.get(name, set()) for name in nodes):
        raise RuntimeError(f"Mininet was to build {wanted} and built {found}")


def _interfaces(pid: int) -> set[str]:
    """What a process's network namespace holds."""
    return set(os.listdir(f"/proc/{pid}/root/sys/class/net"))  # noqa: PTH208 - pathlib costs time here
