"""What vanishes on its way, by what it is: filters in the kernels, each under a name; several may stand at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from zlib import crc32

from dxemu.errors import LabError
from dxemu.lab.node import LabNode
from dxemu.netlink import ingress
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.packets import Arrival, Packets

if TYPE_CHECKING:
    from dxemu.lab.guards import StatefulGuards

_Sites = Mapping[str, Mapping[str, Sequence[Packets]]]
"""By node and interface."""


class PacketFilters:
    """Those of a lab's nodes. Which flows a share of them is, is drawn from the run's `seed`."""

    def __init__(self, nodes: Mapping[str, LabNode], seed: int = 1) -> None:
        self._nodes = nodes
        self._seed = seed
        self._standing: dict[str, _Sites] = {}

    @cached_property
    def guards(self) -> StatefulGuards:
        """Stateful firewalls."""
        from dxemu.lab.guards import StatefulGuards  # few labs need it

        return StatefulGuards(self._nodes)

    @property
    def standing(self) -> Collection[str]:
        """The names of those that stand."""
        return self._standing.keys()

    async def put(self, name: str, arrivals: Sequence[Arrival]) -> Mapping[str, int]:
        """From now on these packets vanish where they arrive. Gives how many rules the kernels hold, by node.

        Raises LabError, also if a filter of that name stands.
        """
        if name in self._standing:
            raise LabError(f"a filter '{name}' stands already")
        self._standing[name] = sites = _sites(arrivals)
        for node, vanishing in sites.items():
            async with self._netfilter(node) as netlink:
                await ingress.apply(netlink, name, vanishing, crc32(f"{self._seed}/{name}".encode()))
        return {node: held for node, (held, _) in (await self._read(name)).items()}

    async def dropped(self, name: str) -> int:
        """How many packets a filter has dropped; 0 if there is none."""
        return sum(dropped for _, dropped in (await self._read(name)).values())

    async def take(self, name: str) -> Mapping[str, int]:
        """Let those packets pass again. Gives how many rules of the filter the kernels still hold, by node."""
        for node in self._still_there(name):
            async with self._netfilter(node) as netlink:
                await ingress.delete(netlink, name)
        left = {node: held for node, (held, _) in (await self._read(name)).items()}
        self._standing.pop(name, None)
        return left

    async def _read(self, name: str) -> dict[str, tuple[int, int]]:
        """The rules that each node's kernel holds, and the packets that they have dropped."""
        found = {}
        for node, vanishing in self._still_there(name).items():
            async with self._netfilter(node) as netlink:
                rules = [rule for interface in vanishing for rule in await ingress.read(netlink, name, interface)]
            found[node] = len(rules), sum(rule.packets for rule in rules)
        return found

    def _still_there(self, name: str) -> _Sites:
        """Where a filter is: a design may have lost a node since."""
        return {node: sites for node, sites in self._standing.get(name, {}).items() if node in self._nodes}

    def _netfilter(self, node: str) -> Netlink:
        return Netlink(self._nodes[node].namespace, NETLINK_NETFILTER)


def _sites(arrivals: Sequence[Arrival]) -> _Sites:
    found: defaultdict[str, defaultdict[str, list[Packets]]] = defaultdict(lambda: defaultdict(list))
    for one in arrivals:
        found[one.node][one.interface].append(one.packets)
    return found
