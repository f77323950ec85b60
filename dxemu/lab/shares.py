"""How a node shares flows among equal routes: by addresses, protocol and ports, with a seed of its own.

Every router and every device of AWS's hashes with a seed of its own. With one seed for all of them, the second of two
routers in a row would see only flows whose hash led here, and would send them all one way (polarisation).
"""

from __future__ import annotations

from random import Random

from dxemu.netlink import sysctl
from dxemu.netlink.namespace import Namespace

BY_FIELDS = "3"
"""net/ipv4/fib_multipath_hash_policy. 1 would take the hash that the sender's socket gave the packet (net/ipv4/route.c,
fib_multipath_hash: l4_hash), which no router sees and which TCP changes when it sends again."""

SOURCE, DESTINATION, PROTOCOL, PORTS = 0x1, 0x2, 0x4, 0x30
ALL_FIELDS = SOURCE | DESTINATION | PROTOCOL | PORTS
FEWER_FIELDS = tuple(ALL_FIELDS & ~left for left in (0, PROTOCOL, SOURCE, DESTINATION, SOURCE | PROTOCOL))
"""Without a seed (Linux before 6.11) nodes differ in what they leave out of the hash; each tells flows apart by the
ports still. That is as independent as two seeds, but there are only five."""
SEED = "net/ipv4/fib_multipath_hash_seed"
"""For both IP versions. Source: Linux, Documentation/networking/ip-sysctl.rst; since 6.11."""
LARGEST_SEED = 2**32 - 1


def share_flows(namespace: Namespace, node: str, seed: int, *, ipv6: bool) -> None:
    """Let `node` share flows by a hash that is drawn from its name and the run's `seed`. Raises LabError."""
    drawn = Random(f"{seed}/{node}").randint(1, LARGEST_SEED)  # 0 would mean: the kernel draws one for all
    seeded = sysctl.exists(namespace, SEED)
    fields = ALL_FIELDS if seeded else FEWER_FIELDS[drawn % len(FEWER_FIELDS)]
    for version in ("ipv4", "ipv6") if ipv6 else ("ipv4",):
        sysctl.write(namespace, f"net/{version}/fib_multipath_hash_policy", BY_FIELDS)
        sysctl.write(namespace, f"net/{version}/fib_multipath_hash_fields", str(fields))
    if seeded:
        sysctl.write(namespace, SEED, str(drawn))
