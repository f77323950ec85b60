"""A plan by hand: app - customer_router - colo_router = dx_1 / dx_2 - vgw - web, as topologies/backup_connection.yaml."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from dxemu.plan.model import (
    BfdSession, BgpSession, Cable, CableRole, Node, Plan, Port, Role, SessionEnd, Side, Speaker,
)
from dxemu.units import Asn, BitsPerSecond, Seconds

BFD = BfdSession(interval=Seconds(0.3), detect_mult=3)
NODES = {
    "app": (Role.HOST, Side.CUSTOMER), "customer_router": (Role.ROUTER, Side.CUSTOMER),
    "colo_router": (Role.ROUTER, Side.CUSTOMER), "dx_1": (Role.DX_DEVICE, Side.AWS), "dx_2": (Role.DX_DEVICE, Side.AWS),
    "vgw": (Role.GATEWAY, Side.AWS), "web": (Role.INSTANCE, Side.AWS),
}


def cable(name: str, a: str, b: str, delay: float = 0.0, role: CableRole = CableRole.LAN, connection: str | None = None) -> Cable:
    def port(node: str) -> Port:
        return Port(node=node, name=name[:15], mac="02:00:00:00:00:01")

    return Cable(name=name, role=role, a=port(a), b=port(b), bandwidth=BitsPerSecond(10**10), delay=Seconds(delay),
                 mtu=1500, connection=connection)


def session(name: str, device: str, bfd: BfdSession | None, preferred: bool) -> BgpSession:
    def end(node: str, asn: int, address: str, *, customer: bool) -> SessionEnd:
        return SessionEnd(
            node=node, interface=f"{name}.101", port=name, address=IPv4Address(address), asn=Asn(asn), passive=not customer,
            import_local_pref=(200 if preferred else 100) if customer else None,
            export_communities=("7224:7300" if preferred else "7224:7100",) if customer else ())

    return BgpSession(
        name=name, virtual_interface=name, connection=name, hold_time=Seconds(90), keepalive=Seconds(30), auth_key="k", bfd=bfd,
        ends=(end("colo_router", 65000, "169.254.0.1", customer=True), end(device, 64512, "169.254.0.2", customer=False)),
        cables=(name,))


def small_plan(*, bfd: BfdSession | None = BFD, cross_connect_delay: float = 0.0) -> Plan:
    return Plan(
        topology="backup_connection", story="",
        nodes=tuple(Node(name=n, role=r, side=s, place="") for n, (r, s) in NODES.items()),
        cables=(
            cable("lan_app", "app", "customer_router"),
            cable("metro", "customer_router", "colo_router", 0.003, CableRole.CIRCUIT),
            cable("primary", "colo_router", "dx_1", cross_connect_delay, CableRole.CROSS_CONNECT, "primary"),
            cable("backup", "colo_router", "dx_2", cross_connect_delay, CableRole.CROSS_CONNECT, "backup"),
            cable("backbone_1", "dx_1", "vgw", 0.001, CableRole.BACKBONE),
            cable("backbone_2", "dx_2", "vgw", 0.001, CableRole.BACKBONE),
            cable("vpc_web", "vgw", "web", 0.0, CableRole.VPC),
        ),
        bridges=(), vlans=(), addresses=(), static_routes=(),
        sessions=(session("backup", "dx_2", bfd, preferred=False), session("primary", "dx_1", bfd, preferred=True)),
        speakers=(Speaker(node="colo_router", side=Side.CUSTOMER, asn=Asn(65000), router_id=IPv4Address("10.0.0.1"),
                          originates=(IPv4Network("10.0.0.0/16"),)),),
        gateways=(),
    )
