"""Why a namespace's kernel dropped TCP segments: its counters."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.netlink.namespace import Namespace

REFUSED: Mapping[str, str] = {
    "TCPMD5NotFound": "without an MD5 signature",
    "TCPMD5Unexpected": "with an MD5 signature that nobody expected",
    "TCPMD5Failure": "with a wrong MD5 signature",
    "TCPMinTTLDrop": "with a TTL below the least",
}
"""The counters of linux/snmp.h (LINUX_MIB_*) that say so, as /proc/net/netstat names them, in words."""


def refused(namespace: Namespace) -> dict[str, int]:
    """How many segments were dropped for each reason of `REFUSED`, those that were."""
    with namespace.entered(), open("/proc/thread-self/net/netstat", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
        names, values = (line.split()[1:] for line in file if line.startswith("TcpExt:"))
    counters = dict(zip(names, map(int, values), strict=True))
    return {name: counters[name] for name in REFUSED if counters.get(name)}
