"""What another plan says of a node's kernel, in the running lab: routes, rules, VLANs, limits, cables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.control.wires import Wires
from dxemu.errors import LabError
from dxemu.lab.build import policy_rules
from dxemu.lab.cable import LabCable
from dxemu.lab.extras import clamp_segments
from dxemu.lab.limits import put_limit
from dxemu.lab.node import LabNode
from dxemu.lab.routing import Routing
from dxemu.netlink import link, route, rule
from dxemu.plan.diff import Added, Changed, Removed
from dxemu.plan.model import Cable, LookupRule, MssClamp, Plan, RateLimit, StaticRoute, VlanInterface
from dxemu.units import IPNetwork

BUILT_WORDS, GONE_WORDS = "built", "taken down"
"""What is read back of a row that comes, or goes: the kernel took it."""


def _local(plan: Plan, planned: LookupRule) -> list[IPNetwork]:
    """The networks of an interface in a VRF, which are in the VRF's table only and looked up further in others."""
    if (planned.node, planned.incoming) not in {(of.node, name) for of in plan.vrfs for name in of.interfaces}:
        return []
    return [h.address.network for h in plan.addresses_of(planned.node) if h.interface == planned.incoming]


def _sort(fixed: StaticRoute) -> tuple[bool, bool]:
    """Routes to one prefix that differ in this stand beside each other in a kernel, and do not replace each other."""
    return fixed.via is None, fixed.throw


@dataclass(frozen=True, slots=True)
class KernelRows:
    """Brings rows of one plan to what they are in `after`."""

    before: Plan
    after: Plan
    nodes: Mapping[str, LabNode]
    cables: Mapping[str, LabCable]
    routing: Routing

    async def do(self, one: Added | Removed | Changed) -> str:
        """Do it; what was read back, in words. Raises LabError."""
        old = None if isinstance(one, Added) else one.row if isinstance(one, Removed) else one.old
        new = None if isinstance(one, Removed) else one.row if isinstance(one, Added) else one.new
        match old, new:
            case (StaticRoute() | None, StaticRoute()) | (StaticRoute(), None):
                return await self._static_route(old, new)  # type: ignore[arg-type]  # one of them is
            case (LookupRule(), None):
                return await self._no_rule(old)
            case (None, LookupRule()):
                return await self._rule(new)
            case (VlanInterface(), VlanInterface()):
                return await self._mtu(new.node, new.name, new.mtu)
            case (Cable(), Cable()):
                return await self._cable(new)
            case (RateLimit(), RateLimit()):
                return await put_limit(new, self.nodes)
            case (MssClamp(), MssClamp()):
                return await clamp_segments(self.after, self.nodes[new.node])
        raise LabError(f"a lab that runs cannot follow a change of {one.table}")

    async def _static_route(self, old: StaticRoute | None, new: StaticRoute | None) -> str:
        fixed = new or old
        assert fixed is not None
        netlink = self.nodes[fixed.node].netlink
        said = BUILT_WORDS if old is None else GONE_WORDS if new is None else "the kernel took it"
        router = self.routing.routers.get(fixed.node)
        if router is not None and fixed in (*self.before.own_static_routes(fixed.node), *self._own(fixed.node)):
            await router.follow_static_routes(self.after)
            return said
        if old is not None and (new is None or _sort(old) != _sort(new)):
            await route.delete(netlink, fixed.destination, protocol=route.STATIC, table=fixed.table, missing_ok=True)
        if new is not None and new.throw:
            await route.throw(netlink, new.destination, table=new.table)
        elif new is not None:
            towards = None if new.via is None else Wires(self.after).interface_towards(new.via, new.node)
            await route.replace(
                netlink, new.destination, new.via, protocol=route.STATIC, table=new.table, interface=towards
            )
        return said

    def _own(self, node: str) -> tuple[StaticRoute, ...]:
        return self.after.own_static_routes(node)

    async def _rule(self, planned: LookupRule) -> str:
        netlink = self.nodes[planned.node].netlink
        for network in _local(self.after, planned):
            await route.throw(netlink, network, table=planned.table)
        for wanted in policy_rules(self.after, planned):
            await rule.apply(netlink, wanted)
        return BUILT_WORDS

    async def _no_rule(self, planned: LookupRule) -> str:
        netlink = self.nodes[planned.node].netlink
        for version in (4, 6):
            for found in await rule.read(netlink, version=version):
                if (found.table, found.incoming) == (planned.table, planned.incoming):
                    await rule.delete(netlink, found)
        for network in _local(self.before, planned):
            await route.delete(netlink, network, protocol=route.STATIC, table=planned.table, missing_ok=True)
        return GONE_WORDS

    async def _mtu(self, node: str, name: str, mtu: int) -> str:
        netlink = self.nodes[node].netlink
        await link.set_mtu(netlink, name, mtu)
        found = (await link.read(netlink, name)).mtu
        if found != mtu:
            raise LabError(f"{name} on {node} should have an MTU of {mtu}, the kernel says {found}")
        return f"the kernels say MTU {mtu}"

    async def _cable(self, cable: Cable) -> str:
        said = ""
        for port in (cable.a, cable.b):
            said = await self._mtu(port.node, port.name, cable.mtu)
        await self.cables[cable.name].follow(cable)
        return said
