"""What a person calls a machine, and what a node of the plan is called when one talks to a person."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from dxemu.errors import DxemuError
from dxemu.explain.state import State
from dxemu.forms import means
from dxemu.plan.edge import FROM_CUSTOMER, FROM_GATEWAY
from dxemu.plan.model import MAIN_TABLE, GatewayKind, Role
from dxemu.plan.transit_gateways import TransitGatewayTables
from dxemu.topology.words import suggestion
from dxemu.units import IPAddress

ONLY_FORWARD = (Role.DX_DEVICE, Role.SWITCH, Role.CARRIER, Role.GATEWAY, Role.VPC, Role.INTERNET)
IPV4, IPV6 = 4, 6

WORDS = {
    Role.HOST: "host",
    Role.ROUTER: "router",
    Role.DX_DEVICE: "Direct Connect device",
    Role.VPN_ENDPOINT: "VPN endpoint",
    Role.VPC: "VPC",
    Role.INSTANCE: "instance",
    Role.SERVICE: "service",
}
GATEWAYS = {
    GatewayKind.VIRTUAL_PRIVATE_GATEWAY: "virtual private gateway",
    GatewayKind.TRANSIT_GATEWAY: "transit gateway",
    GatewayKind.PUBLIC: "AWS's public network",
}


class NotExplained(DxemuError):
    """What was asked about is not in the topology or the run. The message says what is."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Machine:
    """One end of a path: `node` is where it is, `address` what packets to it carry.

    `name` is as it was asked for; `held` is False for an address that no node has.
    """

    name: str
    node: str
    address: IPAddress
    held: bool = True


def machine(state: State, name: str, *, ipv6: bool) -> Machine:
    """The machine that a person means by a name or an address. Raises NotExplained with the nearest name."""
    try:
        address = ip_address(name)
    except ValueError:
        return _named(state, name, IPV6 if ipv6 else IPV4)
    holders = state.wires.holders.get(address)
    if holders:
        return Machine(name, holders[0][0], address)
    for held in state.plan.addresses:
        if held.address.version == address.version and address in held.address.network and held.interface != "lo":
            return Machine(name, held.node, address, held=False)
    return Machine(name, "", address, held=False)


def _named(state: State, name: str, version: int) -> Machine:
    nodes = {node.name: node for node in state.plan.nodes if node.role not in ONLY_FORWARD}
    if name not in nodes:
        instances = [i.name for vpc in state.topology.aws.vpcs if vpc.name == name for i in vpc.instances]
        if instances:
            raise NotExplained(f"{name} is a VPC\n  Ask for one of its instances: {', '.join(instances)}.")
        if state.plan.node_named(name) is not None:
            raise NotExplained(f"{what(state, name)} forwards packets and sends none\n  {_ends(state)}")
        raise NotExplained(f"nothing in {state.plan.topology} is called {name}\n  {suggestion(name, nodes)}")
    try:
        return Machine(name, name, state.plan.address_of(name, version))
    except StopIteration:
        other = f"{'without' if version == IPV6 else 'with'} {means().option('ipv6', 'True')}"
        raise NotExplained(f"{name} has no IPv{version} address\n  Ask {other}.") from None


def _ends(state: State) -> str:
    names = [n.name for n in state.plan.nodes if n.role in (Role.HOST, Role.INSTANCE, Role.SERVICE)]
    return f"Ask for a path between two of {', '.join(names)}, or for an address."


def what(state: State, node: str) -> str:
    """A node for people: `transit gateway tgw`."""
    role = state.plan.node(node).role
    gateway = state.plan.gateway_at(node)
    if gateway is not None:
        public = gateway.kind is GatewayKind.PUBLIC
        return f"{GATEWAYS[gateway.kind]} {f'in {state.plan.node(node).place}' if public else node}"
    if role is Role.INTERNET:
        return "the Internet"
    return f"{WORDS.get(role, role.value)} {node}"


def speaker_words(state: State, speaker: str) -> str:
    """A BGP speaker for people: `dx_1:vgw_prod`, or `dx_1` where it is the only one of its node."""
    node = state.plan.speaker(speaker).node
    return node if len(state.plan.speakers_at(node)) == 1 else speaker


def table_words(state: State, node: str, table: int) -> str:
    """A kernel table for people: `route table vpcs`, `VPC prod route table`, `BGP table of dx_1:vgw_prod`."""
    tgw = next((g for g in state.topology.aws.transit_gateways if g.name == node), None)
    if tgw is not None:
        names = {number: f"route table {name}" for name, number in TransitGatewayTables(tgw).numbers.items()}
        return names.get(table, "default route table")
    vgw = next((g for g in state.topology.aws.virtual_private_gateways if g.name == node), None)
    if vgw is not None:
        made = state.plan.gateway_at(node)
        return f"VPC {vgw.vpc} route table" if made is None or made.is_vpc_route_table(table) else "route table"
    role = state.plan.node(node).role
    if role is Role.VPC:
        return f"VPC {node} route table"
    if role is Role.DX_DEVICE and table != MAIN_TABLE:
        own = {speaker.table: speaker.name for speaker in state.plan.speakers_at(node)}
        for offset, of_whom in ((0, ""), (FROM_CUSTOMER, "for customers"), (FROM_GATEWAY, "for gateways")):
            if table - offset in own:
                alone = len(own) == 1
                words = "route table" if alone else f"table of {own[table - offset]}"
                return f"{words}, {of_whom}" if of_whom else words
    return "route table"
