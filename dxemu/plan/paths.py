"""Which ways are left between the data centre and the VPC when cables or sessions are down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import pairwise, product
from typing import Literal

from dxemu.bgp.rib import LocRib
from dxemu.plan.converge import converge, gateway_rib
from dxemu.plan.model import Gateway, Plan, Role, Side
from dxemu.plan.policy import ends_of

Direction = Literal["to_aws", "from_aws"]
Hops = tuple[str, ...]
"""Names of nodes and cables in turn, from one end to the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndToEnd:
    """The virtual interfaces by which packets of one direction still arrive, the preferred one first."""

    direction: Direction
    from_node: str
    to_node: str
    virtual_interfaces: tuple[str, ...]


def best_connection(plan: Plan, down_sessions: frozenset[str], direction: Direction) -> str | None:
    """The virtual interface that is used when `down_sessions` are down; None if no way is left.

    `to_aws` is the choice of the customer's router that the hosts hang on, for the first VPC that it has a route to;
    `from_aws` that of the first gateway that has a route to one of the customer's networks.
    """
    ribs = converge(plan, down_sessions)
    networks = tuple(
        prefix for speaker in plan.speakers if speaker.side is Side.CUSTOMER for prefix in speaker.originates
    )
    for gateway in plan.gateways:
        for prefix in gateway.vpc_cidrs if direction == "to_aws" else networks:
            chosen = _chosen(plan, ribs, gateway, direction, prefix)
            if chosen is not None:
                return chosen
    return None


def paths(plan: Plan, from_node: str, to_node: str, down_cables: AbstractSet[str] = frozenset()) -> tuple[Hops, ...]:
    """All ways over cables that are not in `down_cables`, the shortest delay first.

    A way does not leave AWS and come back: AWS carries nothing from one of its customer's ports to another.
    Raises KeyError for an unknown node.
    """
    import networkx  # slow to import: here, so that importing this module stays cheap

    graph = networkx.MultiGraph()
    graph.add_nodes_from(node.name for node in plan.nodes)
    for cable in plan.cables:
        if cable.name not in down_cables:
            graph.add_edge(cable.a.node, cable.b.node, key=cable.name)
    ends = plan.node(from_node).name, plan.node(to_node).name
    found = []
    for edges in networkx.all_simple_edge_paths(graph, *ends):
        hops = (from_node, *(name for _, to, cable in edges for name in (cable, to)))
        if _enters_aws_once(plan, hops[::2]):
            found.append(hops)
    delays = {cable.name: cable.delay for cable in plan.cables}
    return tuple(sorted(found, key=lambda hops: (sum(delays[cable] for cable in hops[1::2]), hops)))


def surviving(plan: Plan, down_cables: AbstractSet[str]) -> tuple[EndToEnd, ...]:
    """What is left between each host and each instance, in both directions, when `down_cables` carry nothing.

    A session is down when one of its cables is. A virtual interface counts if its session is up, routing can choose
    it, and cables lead from the host over its connection to the instance.
    """
    hosts = [node.name for node in plan.nodes if node.role is Role.HOST]
    instances = [node.name for node in plan.nodes if node.role is Role.INSTANCE]
    return tuple(
        EndToEnd(
            direction=direction,
            from_node=host if direction == "to_aws" else instance,
            to_node=instance if direction == "to_aws" else host,
            virtual_interfaces=tuple(_in_order(plan, host, instance, direction, down_cables)),
        )
        for host, instance in product(hosts, instances)
        for direction in ("to_aws", "from_aws")
    )


def _in_order(
    plan: Plan, host: str, instance: str, direction: Direction, down_cables: AbstractSet[str]
) -> Iterator[str]:
    """Virtual interfaces by preference: the one in use, then the one used if that is down, and so on."""
    gateway, cidr = next(
        (gateway, cidr) for gateway in plan.gateways for cidr in gateway.vpc_cidrs if plan.address_of(instance) in cidr
    )
    network = max(
        (prefix for s in plan.speakers for prefix in s.originates if plan.address_of(host) in prefix),
        key=lambda prefix: prefix.prefixlen,
    )
    down = {session.name for session in plan.sessions if not down_cables.isdisjoint(session.cables)}
    down |= {
        session.name
        for session in plan.sessions
        if session.connection is not None and not _has_cables(plan, host, instance, session.connection, down_cables)
    }
    prefix = cidr if direction == "to_aws" else network
    while (chosen := _chosen(plan, converge(plan, down), gateway, direction, prefix)) is not None:
        yield chosen
        down.add(chosen)


def _has_cables(plan: Plan, host: str, instance: str, connection: str, down_cables: AbstractSet[str]) -> bool:
    """Whether cables lead from `host` to `instance` over `connection` and no other one."""
    others = {cable.name for cable in plan.cables if cable.connection not in (None, connection)}
    return bool(paths(plan, host, instance, {*down_cables, *others}))


def _chosen(
    plan: Plan, ribs: Mapping[str, LocRib], gateway: Gateway, direction: Direction, prefix: IPv4Network
) -> str | None:
    """The virtual interface that packets to `prefix` take, from the first router or from `gateway`."""
    if direction == "to_aws":
        node = next(speaker.node for speaker in plan.speakers if speaker.side is Side.CUSTOMER)
    else:
        choice = gateway_rib(plan, gateway, ribs).best.get(prefix)
        if choice is None:
            return None
        node = choice.route.session
    return _leaves_by(plan, ribs, node, prefix)


def _leaves_by(plan: Plan, ribs: Mapping[str, LocRib], node: str, prefix: IPv4Network) -> str | None:
    """The eBGP session that `node` sends packets to `prefix` out by, itself or through an iBGP peer."""
    sessions = {session.name: session for session in plan.sessions}
    choice = ribs[node].best.get(prefix)
    while choice is not None and not choice.route.originated:
        session = sessions[choice.route.session]
        if session.virtual_interface is not None:
            return session.virtual_interface
        node = ends_of(session, node)[1].node
        choice = ribs[node].best.get(prefix)
    return None


def _enters_aws_once(plan: Plan, nodes: Hops) -> bool:
    """Whether the way through `nodes` crosses the border to AWS in either direction at most once."""
    inside = [plan.node(name).side is Side.AWS for name in nodes]
    return sum(here != there for here, there in pairwise(inside)) <= 1
