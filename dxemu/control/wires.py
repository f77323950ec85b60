"""Layer 2 of a plan: which cables lead from an interface to the node that holds an address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from dxemu.plan.model import Cable, Plan, Port, Role, VrrpGroup
from dxemu.units import IPAddress

SWITCHING = (Role.SWITCH, Role.CARRIER)


def vlan_of(virtual_interface: str) -> str:
    """The name among cables that stands for one virtual interface's VLAN."""
    return f"vif:{virtual_interface}"


def is_vlan(name: str) -> bool:
    """Whether a name among cables stands for a virtual interface's VLAN."""
    return name.startswith("vif:")


def esp_of(tunnel: str) -> str:
    """The name among cables that stands for the packets of one IPsec tunnel."""
    return f"esp:{tunnel}"


def tunnel_of(name: str) -> str | None:
    """The IPsec tunnel whose packets a name among cables stands for; None: it stands for something else."""
    return name.removeprefix("esp:") if name.startswith("esp:") else None


def is_cable(name: str) -> bool:
    """Whether a name among cables is a cable's, and stands for nothing else."""
    return not name.startswith(("vif:", "esp:"))


@dataclass(frozen=True, slots=True)
class Crossing:
    """From one node to the next. `ways` are the members of a LAG, or one; each is its cables in order.

    On a virtual interface the last of them is its VLAN (`vlan_of`), in a tunnel its packets (`esp_of`).

    `through` are the switches on the way, in order.
    """

    ways: tuple[tuple[str, ...], ...]
    through: tuple[str, ...]


class Wires:
    """Indexes of a plan's ports, VLANs, bonds, bridges and addresses."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._cable_at: dict[tuple[str, str], tuple[Cable, Port]] = {}
        for cable in plan.cables:
            self._cable_at[cable.a.node, cable.a.name] = cable, cable.b
            self._cable_at[cable.b.node, cable.b.name] = cable, cable.a
        self._parent = {(v.node, v.name): v.parent for v in plan.vlans}
        self._vif = {
            (end.node, end.interface): session.virtual_interface
            for session in plan.sessions
            for end in session.ends
            if session.virtual_interface is not None
        }
        self._bond = {(b.node, b.name): b.members for b in plan.bonds}
        self._bridge = {(b.node, b.name): b.ports for b in plan.bridges}
        self._bridge_of = {(b.node, port): b.ports for b in plan.bridges for port in b.ports}
        self._roles = {node.name: node.role for node in plan.nodes}
        self.holders: defaultdict[IPAddress, list[tuple[str, str]]] = defaultdict(list)
        for held in plan.addresses:
            self.holders[held.address.ip].append((held.node, held.interface))
        self.virtual: dict[IPAddress, VrrpGroup] = {group.address.ip: group for group in plan.vrrp}
        self._towards: dict[tuple[IPAddress, str], str | None] = {}
        self._tunnel_of = {(end.node, end.interface): (t, i) for t in plan.tunnels for i, end in enumerate(t.ends)}

    def ports(self, node: str, interface: str) -> tuple[str, ...]:
        """The physical ports under an interface: itself, its parent's, a bond's members, a bridge's ports."""
        interface = self._parent.get((node, interface), interface)
        for group in (self._bond, self._bridge):
            if (node, interface) in group:
                return group[node, interface]
        return (interface,)

    def crossing(self, node: str, interface: str, to: str) -> Crossing | None:
        """The cables from an interface to the next node `to`, through switches and carriers; None if there are none."""
        ways = []
        through: tuple[str, ...] = ()
        for port in self.ports(node, interface):
            found = self._follow(node, port, to)
            if found is not None:
                vif = self._vif.get((node, interface))
                ways.append(found[0] if vif is None else (*found[0], vlan_of(vif)))
                through = found[1]
        return Crossing(tuple(ways), through) if ways else None

    def _follow(self, node: str, port: str, to: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Breadth first over switches."""
        queue: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = [(node, port, (), ())]
        seen = {(node, port)}
        while queue:
            here, out, cables, through = queue.pop(0)
            if (here, out) not in self._cable_at:
                continue
            cable, far = self._cable_at[here, out]
            crossed = (*cables, cable.name)
            if far.node == to:
                return crossed, through
            if self._roles[far.node] not in SWITCHING:
                continue
            for further in self._bridge_of.get((far.node, far.name), ()):
                if (far.node, further) not in seen and further != far.name:
                    seen.add((far.node, further))
                    queue.append((far.node, further, crossed, (*through, far.node)))
        return None

    def parts(self, dead: AbstractSet[str]) -> Mapping[str, str]:
        """For each node one that stands for all that the cables join it with, without those in `dead`."""
        found = {name: name for name in self._roles}

        def part(node: str) -> str:
            while found[node] != node:
                found[node] = node = found[found[node]]
            return node

        for cable in self.plan.cables:
            if cable.name not in dead:
                found[part(cable.a.node)] = part(cable.b.node)
        return {node: part(node) for node in found}

    def node_of(self, address: IPAddress, holders: dict[IPAddress, str]) -> str | None:
        """The node that answers to `address`; `holders` say which router has a virtual one."""
        if address in holders:
            return holders[address]
        found = self.holders.get(address)
        return found[0][0] if found else None

    def holds(self, node: str, address: IPAddress) -> bool:
        """Whether `address` is one of the node's own."""
        return any(holder == node for holder, _ in self.holders.get(address, ()))

    def interface_towards(self, address: IPAddress, node: str) -> str | None:
        """The interface of `node` whose network `address` is in."""
        asked = address, node
        if asked not in self._towards:
            held = (h for h in self.plan.addresses_of(node) if h.address.version == address.version)
            self._towards[asked] = next((h.interface for h in held if address in h.address.network), None)
        return self._towards[asked]

    def tunnel_far_end(self, node: str, interface: str) -> tuple[str, str, str] | None:
        """For a tunnel's interface: tunnel, node and interface of its other end."""
        found = self._tunnel_of.get((node, interface))
        if found is None:
            return None
        tunnel, index = found
        other = tunnel.ends[1 - index]
        return tunnel.name, other.node, other.interface
