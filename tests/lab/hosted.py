"""A hosted connection of 500 Mbps over 10 Gbps cables, for what needs limits and nothing else of AWS.

client ---- router ==== VLAN 101 ==== device ---- server
           shaper                    policer
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address, ip_interface, ip_network

from dxemu.aws import policing
from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.limits import apply_limits
from dxemu.lab.node import LabNode
from dxemu.plan.model import (
    Address,
    Cable,
    CableRole,
    LimitKind,
    Node,
    Plan,
    Port,
    RateLimit,
    Role,
    Side,
    StaticRoute,
    VlanInterface,
)
from dxemu.units import BitsPerSecond, Seconds, VlanId

RATE = BitsPerSecond(500_000_000)
POLICER = RateLimit(
    node="device", interface="customer", kind=LimitKind.POLICE, rate=RATE, burst=policing.policer_burst(RATE)
)
SHAPER = RateLimit(
    node="router", interface="vlan101", kind=LimitKind.SHAPE, rate=RATE, burst=policing.shaper_burst(RATE)
)


def cable(number: int, a: tuple[str, str], b: tuple[str, str], delay_s: float, mtu: int) -> Cable:
    return Cable(
        name=f"cable{number}",
        role=CableRole.LAN,
        a=Port(node=a[0], name=a[1], mac=f"02:00:00:00:0{number}:0a"),
        b=Port(node=b[0], name=b[1], mac=f"02:00:00:00:0{number}:0b"),
        bandwidth=BitsPerSecond(10_000_000_000),
        delay=Seconds(delay_s),
        mtu=mtu,
    )


def plan_with(*limits: RateLimit, round_trip_s: float = 0.001, mtu: int = 1500) -> Plan:
    roles = {"client": Role.HOST, "router": Role.ROUTER, "device": Role.DX_DEVICE, "server": Role.INSTANCE}
    numbers = (
        ("client", "lan", "10.1.0.2/24"),
        ("router", "lan", "10.1.0.1/24"),
        ("router", "vlan101", "10.2.0.1/24"),
        ("device", "vlan101", "10.2.0.2/24"),
        ("device", "lan", "10.3.0.1/24"),
        ("server", "lan", "10.3.0.2/24"),
    )
    ways = (("client", "10.1.0.1"), ("router", "10.2.0.2"), ("device", "10.2.0.1"), ("server", "10.3.0.1"))
    return Plan(
        topology="limits",
        story="",
        nodes=tuple(Node(name=n, role=role, side=Side.CUSTOMER, place="") for n, role in roles.items()),
        cables=(
            cable(1, ("client", "lan"), ("router", "lan"), 0, mtu),
            cable(2, ("router", "aws"), ("device", "customer"), round_trip_s / 2, mtu),
            cable(3, ("device", "lan"), ("server", "lan"), 0, mtu),
        ),
        bridges=(),
        vlans=(
            VlanInterface(node="router", name="vlan101", parent="aws", vlan_id=VlanId(101), mtu=mtu),
            VlanInterface(node="device", name="vlan101", parent="customer", vlan_id=VlanId(101), mtu=mtu),
        ),
        addresses=tuple(Address(node=n, interface=port, address=ip_interface(a)) for n, port, a in numbers),
        static_routes=tuple(
            StaticRoute(node=n, destination=ip_network("10.0.0.0/8"), via=ip_address(via)) for n, via in ways
        ),
        sessions=(),
        speakers=(),
        gateways=(),
        limits=limits,
    )


@asynccontextmanager
async def built(plan: Plan) -> AsyncIterator[Mapping[str, LabNode]]:
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        await build_cables(plan, nodes)
        await build_interfaces(plan, nodes, Clock())
        await apply_limits(plan, nodes)
        await Clock().settle(0.01)  # an interface sends nothing until the kernel has noticed its carrier
        yield nodes
