"""A Direct Connect device with two VRFs whose customers, and whose VPCs, have the same prefixes.

customer1 --- VLAN 101 --- device (VRF one) --- vpc1        Both customers announce 10.0.0.0/16 and
customer2 --- VLAN 102 --- device (VRF two) --- vpc2        2001:db8:c::/48, both VPCs are 172.31.0.0/16.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_interface, ip_network

from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.cable import LabCable
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.routing import Routing, start_routing
from dxemu.lab.tasks import Tasks
from dxemu.netlink.session import Netlink
from dxemu.plan.model import (
    Address,
    BfdSession,
    BgpSession,
    Cable,
    CableRole,
    LookupRule,
    Node,
    Plan,
    Port,
    Role,
    SessionEnd,
    Side,
    Speaker,
    StaticRoute,
    VlanInterface,
    Vrf,
)
from dxemu.units import Asn, BitsPerSecond, IPAddress, Seconds, VlanId
from tests.lab.running import FOLDER, Told, silent_journal

DEVICE = "device"
NUMBERS = (1, 2)
VERSIONS = (4, 6)
TABLE = 1000
"""VRF number n has table 1000 + n."""
CUSTOMER_PREFIX = {4: ip_network("10.0.0.0/16"), 6: ip_network("2001:db8:c::/48")}
VPC_PREFIX = {4: ip_network("172.31.0.0/16"), 6: ip_network("2001:db8:f::/48")}
CUSTOMER_HOST = {4: ip_interface("10.0.0.1/32"), 6: ip_interface("2001:db8:c::1/128")}
VPC_HOST = {4: ip_interface("172.31.0.1/32"), 6: ip_interface("2001:db8:f::1/128")}
EVERYTHING = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
PORT = 5000


def link_address(number: int, version: int, *, device: bool, backbone: bool) -> str:
    """The address at one end of a VRF's VLAN or backbone."""
    last = 1 if device else 2
    if version == 4:
        return f"100.64.{number}.{last}/30" if backbone else f"169.254.{number}.{last}/30"
    return f"2001:db8:{2 if backbone else 1}:{number}::{last}/125"


def ip_of(number: int, version: int, *, device: bool, backbone: bool = False) -> IPAddress:
    """The same without its length."""
    return ip_interface(link_address(number, version, device=device, backbone=backbone)).ip


def _cable(name: str, role: CableRole, near: tuple[str, str], number: int, mtu: int) -> Cable:
    kind = 1 if role is CableRole.BACKBONE else 2
    return Cable(
        name=name,
        role=role,
        a=Port(node=near[0], name=near[1], mac=f"02:00:00:0{kind}:0{number}:0a"),
        b=Port(node=DEVICE, name=name, mac=f"02:00:00:0{kind}:0{number}:0b"),
        bandwidth=BitsPerSecond(10**9),
        delay=Seconds(0.001),
        mtu=mtu,
    )


def _addresses(number: int) -> list[Address]:
    customer, vpc = f"customer{number}", f"vpc{number}"
    found = []
    for version in VERSIONS:
        found += [
            Address(node=customer, interface="lo", address=CUSTOMER_HOST[version]),
            Address(node=vpc, interface="lo", address=VPC_HOST[version]),
        ]
        for device, backbone, node, interface in (
            (True, False, DEVICE, f"vlan10{number}"),
            (False, False, customer, f"vlan10{number}"),
            (True, True, DEVICE, f"back{number}"),
            (False, True, vpc, "up"),
        ):
            text = link_address(number, version, device=device, backbone=backbone)
            found.append(Address(node=node, interface=interface, address=ip_interface(text)))
    return found


def session_name(number: int, version: int) -> str:
    """As plans name them."""
    return f"vif{number}" if version == 4 else f"vif{number}_ipv6"


def _session(number: int, version: int) -> BgpSession:
    ends = [
        SessionEnd(
            speaker=f"{DEVICE}:{number}" if device else f"customer{number}",
            node=DEVICE if device else f"customer{number}",
            interface=f"vlan10{number}",
            port=f"port{number}" if device else "wan",
            address=ip_of(number, version, device=device),
            asn=Asn(64512 + number if device else 65000 + number),
            passive=device,
            bfd=BfdSession(interval=Seconds(0.3), detect_mult=3),
        )
        for device in (False, True)
    ]
    return BgpSession(
        name=session_name(number, version),
        virtual_interface=f"vif{number}",
        connection=None,
        ends=(ends[0], ends[1]),
        hold_time=Seconds(90),
        keepalive=Seconds(30),
        auth_key=f"key-of-{session_name(number, version)}",
        cables=(f"port{number}",),
    )


def _speakers() -> list[Speaker]:
    found = []
    for number in NUMBERS:
        for name, node, side, asn, router_id, originates, table in (
            (f"customer{number}", f"customer{number}", Side.CUSTOMER, 65000, 10 + number, CUSTOMER_PREFIX, 254),
            (f"{DEVICE}:{number}", DEVICE, Side.AWS, 64512, number, VPC_PREFIX, TABLE + number),
        ):
            found.append(
                Speaker(
                    name=name,
                    node=node,
                    side=side,
                    asn=Asn(asn + number),
                    router_id=IPv4Address(f"192.0.2.{router_id}"),
                    originates=tuple(originates.values()),
                    table=table,
                )
            )
    return found


def plan(rules: Sequence[LookupRule] = (), routes: Sequence[StaticRoute] = ()) -> Plan:
    """The device and both sides of it, with further rules and routes of the device."""
    nodes = [Node(name=DEVICE, role=Role.DX_DEVICE, side=Side.AWS, place="")]
    cables, fixed = [], []
    for number in NUMBERS:
        customer, vpc = f"customer{number}", f"vpc{number}"
        nodes += [
            Node(name=customer, role=Role.ROUTER, side=Side.CUSTOMER, place=""),
            Node(name=vpc, role=Role.INSTANCE, side=Side.AWS, place=""),
        ]
        cables += [
            _cable(f"port{number}", CableRole.CROSS_CONNECT, (customer, "wan"), number, 1500),
            _cable(f"back{number}", CableRole.BACKBONE, (vpc, "up"), number, 9001),
        ]
        for version in VERSIONS:
            back = {device: ip_of(number, version, device=device, backbone=True) for device in (False, True)}
            fixed += [
                StaticRoute(node=vpc, destination=EVERYTHING[version], via=back[True]),
                StaticRoute(node=DEVICE, destination=VPC_PREFIX[version], via=back[False], table=TABLE + number),
            ]
    vlans = [
        VlanInterface(node=node, name=f"vlan10{number}", parent=parent, vlan_id=VlanId(100 + number), mtu=1500)
        for number in NUMBERS
        for node, parent in ((f"customer{number}", "wan"), (DEVICE, f"port{number}"))
    ]
    vrfs = [
        Vrf(node=DEVICE, name=f"vrf{number}", table=TABLE + number, interfaces=(f"vlan10{number}", f"back{number}"))
        for number in NUMBERS
    ]
    return Plan(
        topology="two VRFs",
        story="",
        nodes=tuple(nodes),
        cables=tuple(cables),
        bridges=(),
        vlans=tuple(vlans),
        addresses=tuple(held for number in NUMBERS for held in _addresses(number)),
        static_routes=(*fixed, *routes),
        sessions=tuple(_session(number, version) for number in NUMBERS for version in VERSIONS),
        speakers=tuple(_speakers()),
        gateways=(),
        vrfs=tuple(vrfs),
        rules=tuple(rules),
    )


@dataclass
class Device:
    """The running lab, and every event of its journal."""

    nodes: Mapping[str, LabNode]
    cables: Mapping[str, LabCable]
    routings: Sequence[Routing]
    journal: Journal
    events: list[Told]

    async def until(self, what: str, holds: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait until it holds; it is looked at after each event. Raises LabError."""
        while not holds():
            await self.journal.wait_for(what, lambda _event: True, within_s)

    @property
    def netlink(self) -> Netlink:
        """The device's."""
        return self.nodes[DEVICE].netlink

    async def converged(self) -> None:
        """Return when every session is up at both ends, with BFD, and what was learnt is in the kernels."""
        ends = sessions_of_both_ends()
        await self.until("BGP of every session", lambda: self.up("bgp") >= ends)
        await self.until("BFD of every session", lambda: self.up("bfd") >= ends)
        await self.until("a route from every session", lambda: self._learnt() >= ends)
        for routing in self.routings:
            await routing.idle()

    def _learnt(self) -> set[tuple[str, str]]:
        return {(str(e["node"]), str(e["session"])) for e in self.events if e["event"] == "best"}

    def up(self, kind: str) -> set[tuple[str, str]]:
        """Node and session of what is up: `bgp` or `bfd`."""
        states = {(str(e["node"]), str(e["session"])): e["state"] for e in self.events if e["event"] == kind}
        return {who for who, state in states.items() if state == "up"}

    def socket(self, node: str, version: int) -> socket.socket:
        """A UDP socket of a node."""
        with self.nodes[node].namespace.entered():
            family = socket.AF_INET if version == 4 else socket.AF_INET6
            return socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    async def heard(self, sender: str, target: IPAddress, receivers: Sequence[str], source: IPAddress) -> set[str]:
        """Which of `receivers`, who all have `target`, a packet of `sender` reaches within a second."""
        loop = asyncio.get_running_loop()
        with self.socket(sender, target.version) as sending:
            sending.bind((str(source), PORT))
            receiving = {node: self.socket(node, target.version) for node in receivers}
            for sock in receiving.values():
                sock.bind((str(target), PORT))
            waiting = {node: asyncio.ensure_future(loop.sock_recv(sock, 64)) for node, sock in receiving.items()}
            sending.sendto(sender.encode(), (str(target), PORT))
            await asyncio.wait(waiting.values(), timeout=1.0)
            found = {node for node, each in waiting.items() if each.done() and each.result() == sender.encode()}
            for each in waiting.values():
                each.cancel()
            await asyncio.gather(*waiting.values(), return_exceptions=True)
            for sock in receiving.values():
                sock.close()
            return found

    async def customer_to_vpc(self, number: int, version: int) -> set[str]:
        """The VPCs that a packet of a customer arrives at."""
        receivers = [f"vpc{n}" for n in NUMBERS]
        target, source = VPC_HOST[version].ip, CUSTOMER_HOST[version].ip
        return await self.heard(f"customer{number}", target, receivers, source)

    async def vpc_to_customer(self, number: int, version: int) -> set[str]:
        """The customers that a packet of a VPC arrives at."""
        receivers = [f"customer{n}" for n in NUMBERS]
        target, source = CUSTOMER_HOST[version].ip, VPC_HOST[version].ip
        return await self.heard(f"vpc{number}", target, receivers, source)


def sessions_of_both_ends() -> set[tuple[str, str]]:
    """Node and session of every end."""
    names = [(number, session_name(number, version)) for number in NUMBERS for version in VERSIONS]
    return {(node, name) for number, name in names for node in (DEVICE, f"customer{number}")}


@asynccontextmanager
async def running(wanted: Plan, at_customers: Plan | None = None) -> AsyncIterator[Device]:
    """Everything started; sessions are not awaited. `at_customers`: what they take for the plan, if that differs."""
    journal, events = silent_journal()
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(wanted, stack)
        cables = await build_cables(wanted, nodes)
        await build_interfaces(wanted, nodes, Clock())
        tasks = await stack.enter_async_context(Tasks())
        routings = [
            await start_routing(_of_side(known, side), nodes, journal, FOLDER, stack, tasks)
            for known, side in ((wanted, Side.AWS), (at_customers or wanted, Side.CUSTOMER))
        ]
        yield Device(nodes, cables, routings, journal, events)


def _of_side(known: Plan, side: Side) -> Plan:
    return replace(known, speakers=tuple(speaker for speaker in known.speakers if speaker.side is side))
