"""The customer's side of a plan: data centre, routers, circuits between them with iBGP."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.plan.addressing import Peers
from dxemu.plan.draft import Draft
from dxemu.plan.model import BgpSession, Cable, CableRole, Role, SessionEnd, Side
from dxemu.plan.segment import Segment, add_segment
from dxemu.topology.model import Circuit, Topology
from dxemu.units import Asn, BitsPerSecond, Seconds

DATA_CENTER = "data center"
LAN_BANDWIDTH = BitsPerSecond(10 * 10**9)
LAN_DELAY = Seconds(50e-6)

CIRCUIT_MTU = 9100
"""MTU of everything between the customer's router and the AWS device: a jumbo packet and its VLAN tag fit."""

IBGP_HOLD_TIME = Seconds(90)
IBGP_KEEPALIVE = Seconds(30)


def customer_routers(topology: Topology) -> tuple[str, ...]:
    """The customer's routers, the data centre's first. The hosts hang on the first one."""
    colocation = topology.customer.colocation
    return (*topology.customer.data_center.routers, *(colocation.routers if colocation else ()))


def is_layer2_extension(circuit: Circuit, topology: Topology) -> bool:
    """Whether `circuit` ends at a connection instead of a router."""
    return circuit.to not in customer_routers(topology)


def add_customer_nodes(draft: Draft) -> None:
    """The hosts and routers."""
    customer = draft.topology.customer
    for host in customer.data_center.hosts:
        draft.node(host.name, Role.HOST, Side.CUSTOMER, DATA_CENTER)
    for router in customer.data_center.routers:
        draft.node(router, Role.ROUTER, Side.CUSTOMER, DATA_CENTER)
    if customer.colocation is not None:
        for router in customer.colocation.routers:
            draft.node(router, Role.ROUTER, Side.CUSTOMER, customer.colocation.location)


def add_lan(draft: Draft) -> None:
    """The data centre's hosts on the first router, with frames as long as the longest of any virtual interface."""
    topology = draft.topology
    data_center = topology.customer.data_center
    add_segment(
        draft,
        Segment(
            name="lan",
            router=customer_routers(topology)[0],
            hosts=data_center.hosts,
            networks=data_center.networks,
            role=CableRole.LAN,
            bandwidth=LAN_BANDWIDTH,
            delay=LAN_DELAY,
            mtu=max((vif.mtu for vif in topology.virtual_interfaces), default=1500),
        ),
    )


def add_circuits(draft: Draft, links: Iterator[Peers]) -> None:
    """The circuits between the customer's routers, and an iBGP session over each."""
    for circuit in draft.topology.customer.circuits:
        if is_layer2_extension(circuit, draft.topology):
            continue
        name = draft.circuit_cables[circuit.name]
        cable = draft.cable(
            name,
            CableRole.CIRCUIT,
            (circuit.from_router, name),
            (circuit.to, name),
            bandwidth=circuit.bandwidth,
            delay=circuit.delay,
            mtu=CIRCUIT_MTU,
        )
        peers = next(links)
        for port, address in zip((cable.a, cable.b), peers, strict=True):
            draft.address(port.node, port.name, address)
        draft.sessions.append(_ibgp_session(draft, cable, peers))


def _ibgp_session(draft: Draft, cable: Cable, peers: Peers) -> BgpSession:
    """The iBGP session of the routers at the ends of `cable`; the first one connects."""

    def end(index: int, asn: Asn) -> SessionEnd:
        port = (cable.a, cable.b)[index]
        return SessionEnd(
            node=port.node,
            interface=port.name,
            port=port.name,
            address=peers[index].ip,
            asn=asn,
            passive=index == 1,
        )

    asn = draft.topology.customer.asn
    return BgpSession(
        name=draft.session_name(f"{cable.a.node}-{cable.b.node}", cable.name),
        virtual_interface=None,
        connection=None,
        ends=(end(0, asn), end(1, asn)),
        hold_time=IBGP_HOLD_TIME,
        keepalive=IBGP_KEEPALIVE,
        auth_key=None,
        cables=(cable.name,),
    )
