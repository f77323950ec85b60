"""What is true of every plan, whatever the topology."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dxemu.plan.make import make_plan
from dxemu.plan.model import CableRole, Plan, Port, Role
from dxemu.report.plan import render_plan
from dxemu.topology.model import (
    Bfd,
    Circuit,
    Colocation,
    Connection,
    Customer,
    DataCenter,
    Host,
    Marks,
    Topology,
    VifType,
    VirtualInterface,
)
from dxemu.topology.model_aws import Aws, Location, VirtualPrivateGateway, Vpc
from dxemu.topology.model_routing import CustomerPolicy
from dxemu.units import Asn, BitsPerSecond, Seconds, VlanId

GBPS = 10**9
DEVICES = {"EqDC2": ("dx_1", "dx_2"), "EqSV5": ("sv_1", "sv_2")}
Draw = st.DrawFn


_TAILS = st.text("abcXYZ019_-", max_size=14)


def _names(kind: str) -> st.SearchStrategy[str]:
    """Short and long names, many of them alike in their first letters."""
    return _TAILS.map(lambda tail: f"{kind}{tail}")


def _some(draw: Draw, kind: str, least: int, most: int) -> tuple[str, ...]:
    return tuple(draw(st.lists(_names(kind), min_size=least, max_size=most, unique=True)))


def _hosts(draw: Draw, kind: str, networks: Sequence[IPv4Network]) -> tuple[Host, ...]:
    addresses = draw(
        st.lists(st.sampled_from([network[n] for network in networks for n in (1, 2, 3, 77)]), max_size=3, unique=True)
    )
    names = _some(draw, kind, len(addresses), len(addresses))
    return tuple(Host(name=name, addresses=(address,)) for name, address in zip(names, addresses, strict=True))


@st.composite
def _customers(draw: Draw, connections: tuple[str, ...], by_circuit: bool) -> Customer:
    networks = draw(
        st.lists(
            st.sampled_from([IPv4Network(text) for text in ("10.0.0.0/16", "10.0.0.0/24", "100.64.0.0/20")]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    routers = _some(draw, "r", 1, 2)
    colocation, circuits = None, []
    if by_circuit:
        circuits = [
            Circuit(name=name, from_router=routers[0], to=name, bandwidth=BitsPerSecond(GBPS), delay=Seconds(0.003))
            for name in connections
        ]
    elif draw(st.booleans()):
        colocation = Colocation(location="EqDC2", routers=_some(draw, "c", 1, 3))
        circuits = [
            Circuit(name=f"m{n}", from_router=routers[0], to=to, bandwidth=BitsPerSecond(GBPS), delay=Seconds(0.003))
            for n, to in enumerate((*colocation.routers, *colocation.routers[:1], *routers[1:]))
        ]
    return Customer(
        asn=Asn(65000),
        data_center=DataCenter(
            networks=tuple(networks),
            public_networks=(),
            hosts=_hosts(draw, "h", networks),
            routers=routers,
            vrrp=None,
        ),
        colocations=() if colocation is None else (colocation,),
        circuits=tuple(circuits),
        internet=(),
    )


def _vif(draw: Draw, name: str, connection: str, vlan: int, gateway: str) -> VirtualInterface:
    given_addresses = draw(st.sampled_from(["none", "both", "amazon"]))
    subnet = IPv4Network((int(IPv4Address("169.254.0.0")) + 8 * vlan, 30))
    return VirtualInterface(
        name=name,
        type=VifType.PRIVATE,
        connection=connection,
        vlan=VlanId(vlan),
        gateway=gateway,
        asn=Asn(65000),
        amazon_address=None if given_addresses == "none" else IPv4Interface((subnet[2], 30)),
        customer_address=IPv4Interface((subnet[1], 30)) if given_addresses == "both" else None,
        ipv6=False,
        route_filter_prefixes=(),
        owner_account="",
        confirmed=True,
        auth_key=draw(st.none() | st.just("secret-1")),
        bfd=draw(st.none() | st.just(Bfd(interval=Seconds(0.3), detect_mult=3))),
        hold_time=Seconds(90),
        keepalive=Seconds(30),
        mtu=draw(st.sampled_from([1500, 9001])),
        customer=CustomerPolicy(local_pref=draw(st.sampled_from([100, 200]))),
    )


@st.composite
def topologies(draw: Draw) -> Topology:
    names = _some(draw, "n", 1, 4)
    customer = draw(_customers(names, draw(st.booleans())))
    routers = (*(router for cage in customer.colocations for router in cage.routers), *customer.data_center.routers)
    by_circuit = any(circuit.to in names for circuit in customer.circuits)
    locations = tuple(
        Location(code=code, devices=devices, region="us-east-1", delay_to_region=Seconds(0.001))
        for code, devices in DEVICES.items()
    )
    places = [(code, device) for code, devices in DEVICES.items() for device in devices]
    at = {name: draw(st.sampled_from(places)) for name in names}
    connections = tuple(
        Connection(
            name=name,
            location=at[name][0],
            device=at[name][1],
            router=customer.data_center.routers[0] if by_circuit else draw(st.sampled_from(routers)),
            bandwidth=BitsPerSecond(10 * GBPS),
            lag=None,
            hosted=False,
            interconnect=None,
            owner_account="",
        )
        for name in names
    )
    vpcs = tuple(
        Vpc(name=f"vpc_{n}", region="us-east-1", cidrs=(cidr,), instances=_hosts(draw, f"i{n}", [cidr]))
        for n, cidr in enumerate([IPv4Network("172.31.0.0/16"), IPv4Network("100.65.0.0/24")])
    )
    gateways = tuple(
        VirtualPrivateGateway(name=f"g{vpc.name}", asn=Asn(64512), vpc=vpc.name, route_propagation=True) for vpc in vpcs
    )
    vifs = tuple(
        _vif(draw, f"v{n}", draw(st.sampled_from(names)), 100 + n, draw(st.sampled_from(gateways)).name)
        for n in range(draw(st.integers(0, 5)))
    )
    return Topology(
        name="generated",
        story="",
        customer=customer,
        other_customers=(),
        aws=Aws(
            region="us-east-1",
            region_delays={},
            region_pair_delays={},
            locations=locations,
            vpcs=vpcs,
            virtual_private_gateways=gateways,
            direct_connect_gateways=(),
            transit_gateways=(),
            public_services=(),
            internet_hosts=(),
        ),
        connections=connections,
        lags=(),
        virtual_interfaces=vifs,
        vpns=(),
        marks=Marks("generated.yaml", {}, ()),
    )


def _ports(plan: Plan) -> list[Port]:
    return [port for cable in plan.cables for port in (cable.a, cable.b)]


def _interfaces(plan: Plan) -> list[tuple[str, str]]:
    return [
        *((port.node, port.name) for port in _ports(plan)),
        *((bridge.node, bridge.name) for bridge in plan.bridges),
        *((vlan.node, vlan.name) for vlan in plan.vlans),
    ]


def _assert_unique(values: Sequence[object]) -> None:
    assert [value for value, count in Counter(values).items() if count > 1] == []


def nothing_is_given_out_twice(topology: Topology, plan: Plan) -> None:
    _assert_unique([node.name for node in plan.nodes])
    _assert_unique([cable.name for cable in plan.cables])
    _assert_unique([session.name for session in plan.sessions])
    _assert_unique([address.address.ip for address in plan.addresses])
    _assert_unique([port.mac for port in _ports(plan)])
    _assert_unique([speaker.router_id for speaker in plan.speakers])
    _assert_unique([(vlan.node, vlan.parent, vlan.vlan_id) for vlan in plan.vlans])
    _assert_unique(_interfaces(plan))


def everything_that_is_named_exists(topology: Topology, plan: Plan) -> None:
    interfaces = set(_interfaces(plan))
    assert all(1 <= len(name) <= 15 for _, name in interfaces)
    assert {node for node, _ in interfaces} <= {node.name for node in plan.nodes}
    assert {(bridge.node, port) for bridge in plan.bridges for port in bridge.ports} <= interfaces
    assert {(vlan.node, vlan.parent) for vlan in plan.vlans} <= interfaces
    assert {(address.node, address.interface) for address in plan.addresses} <= interfaces
    assert {name for session in plan.sessions for name in session.cables} <= {cable.name for cable in plan.cables}
    assert {end.node for session in plan.sessions for end in session.ends} <= {s.node for s in plan.speakers}


def both_ends_of_a_session_agree(topology: Topology, plan: Plan) -> None:
    on = {(address.node, address.interface): address.address for address in plan.addresses}
    tags = {(vlan.node, vlan.name): vlan for vlan in plan.vlans}
    for session in plan.sessions:
        active, passive = session.ends
        assert (active.passive, passive.passive) == (False, True)
        addresses = [on[end.node, end.interface] for end in session.ends]
        assert [address.ip for address in addresses] == [active.address, passive.address]
        assert addresses[0].network == addresses[1].network
        assert session.external == (session.virtual_interface is not None)
        if session.virtual_interface is not None:
            vlans = [tags[end.node, end.interface] for end in session.ends]
            assert [vlan.parent for vlan in vlans] == [active.port, passive.port]
            assert vlans[0].vlan_id == vlans[1].vlan_id
            assert vlans[0].mtu == vlans[1].mtu
            assert session.auth_key
            assert plan.node(passive.node).role is Role.DX_DEVICE


def a_connection_is_an_unbroken_line_from_the_router_to_the_device(topology: Topology, plan: Plan) -> None:
    bridged = {bridge.node: set(bridge.ports) for bridge in plan.bridges}
    for connection in topology.connections:
        cables = plan.cables_of_connection(connection.name)
        assert cables[-1].name == connection.name
        assert cables[-1].role is CableRole.CROSS_CONNECT
        assert cables[0].a.node == connection.router
        assert plan.node(cables[-1].b.node).place == connection.location
        for near, far in pairwise(cables):
            assert near.b.node == far.a.node
            assert bridged[near.b.node] == {near.b.name, far.a.name}
    by_port = {(vlan.node, vlan.parent): vlan.mtu for vlan in plan.vlans}
    for cable in plan.cables:
        for port in (cable.a, cable.b):
            assert by_port.get((port.node, port.name), 0) + 4 <= cable.mtu


def static_routes_lead_to_a_neighbour(topology: Topology, plan: Plan) -> None:
    for route in plan.static_routes:
        own = [address.address.network for address in plan.addresses if address.node == route.node]
        other = [address.address.ip for address in plan.addresses if address.node != route.node]
        if route.via is None:  # nothing is to go there
            continue
        assert any(route.via in network for network in own)
        assert route.via in other


def the_same_topology_gives_the_same_plan_and_can_be_sent(topology: Topology, plan: Plan) -> None:
    assert make_plan(topology) == plan
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert "secret-1" not in render_plan(plan)


CHECKS = (
    nothing_is_given_out_twice,
    everything_that_is_named_exists,
    both_ends_of_a_session_agree,
    a_connection_is_an_unbroken_line_from_the_router_to_the_device,
    static_routes_lead_to_a_neighbour,
    the_same_topology_gives_the_same_plan_and_can_be_sent,
)


@settings(deadline=None, max_examples=90, suppress_health_check=[HealthCheck.too_slow])
@given(topologies())
def test_what_is_true_of_every_plan(topology: Topology) -> None:
    """All of them of each: to make up a topology takes longer than to check it."""
    plan = make_plan(topology)
    for check in CHECKS:
        check(topology, plan)
