"""`dxemu explain path`: both directions, hop by hop, what would be next, what is asymmetric and what is unused."""

from __future__ import annotations

from dataclasses import replace

from dxemu.explain.hops import carriers, hops
from dxemu.explain.model import Direction, Explanation, Hop
from dxemu.explain.names import Machine, NotExplained, machine
from dxemu.explain.remedy import remedy
from dxemu.explain.state import State
from dxemu.explain.succession import succession
from dxemu.explain.unused import unused
from dxemu.plan.model import Side, SourceNat
from dxemu.units import IPAddress, IPNetwork

TO_AWS, FROM_AWS = "to_aws", "from_aws"


def explain_path(state: State, source: str, target: str, *, ipv6: bool = False) -> Explanation:
    """The path between two machines. Raises NotExplained for a name that the topology does not have."""
    here, there = machine(state, source, ipv6=ipv6), machine(state, target, ipv6=ipv6)
    if not here.node:
        raise NotExplained(f"{source} is in no network of {state.plan.topology}\n  Ask for a path from a machine.")
    if here.node == there.node:
        raise NotExplained(f"{source} and {target} are both {here.node}\n  Ask for a path between two machines.")
    if here.address.version != there.address.version:
        raise NotExplained(f"{here.address} and {there.address} are of two IP versions\n  Ask for two of one version.")
    forth = _direction(state, here, there)
    nat = _translation(state, forth)
    back = _direction(state, there, here) if nat is None else _translated(state, there, here, nat)
    both = (forth, back)
    arrive = forth.arrives and back.arrives and not (forth.shared or back.shared)
    asymmetric = arrive and set(forth.over) != set(back.over)
    return Explanation(
        topology=state.plan.topology,
        moment=state.moment,
        directions=both,
        asymmetric=asymmetric,
        remedy=remedy(state, forth, back) if asymmetric else "",
        unused=tuple(entry for way in both for entry in unused(state, way, both)),
        down=state.down,
    )


def _direction(state: State, source: Machine, target: Machine) -> Direction:
    if not source.node:
        return _nothing(source, target)
    way = state.way(source.node, target.address)
    found, end = hops(state, way, target.address)
    return Direction(
        source=source.name,
        target=target.name,
        address=str(target.address),
        direction=_towards(state, source, target),
        hops=found,
        over=_over(found),
        arrives=way.arrives,
        end=end,
        shared=any(hop.reason is not None and hop.reason.shared for hop in found),
        struck=_struck(state, found),
        next_best=succession(state, source.node, target.address),
    )


def _nothing(source: Machine, target: Machine) -> Direction:
    end = f"{source.name} is no machine of the topology: what it answers cannot be told"
    return Direction(
        source=source.name,
        target=target.name,
        address=str(target.address),
        direction="",
        hops=(),
        over=(),
        arrives=False,
        end=end,
    )


def _translated(state: State, source: Machine, target: Machine, nat: SourceNat) -> Direction:
    """The way back to a machine whose address was translated: to the translator, and on from there."""
    there = replace(target, address=nat.address)
    found = _direction(state, source, there)
    words = f"{nat.node} gives the answer its destination {target.address} back (source NAT)"
    nodes = [hop.node for hop in found.hops]
    if nat.node not in nodes:
        return found
    kept = found.hops[: nodes.index(nat.node)]
    inside = state.way(nat.node, target.address)
    further, end = hops(state, inside, target.address)
    return replace(
        found,
        hops=(*kept, *further),
        over=_over((*kept, *further)),
        arrives=inside.arrives,
        end=end,
        translated=words,
    )


def _translation(state: State, way: Direction) -> SourceNat | None:
    """The source NAT that a direction's packets pass, if it is for their source address."""
    first = way.hops[0].node if way.hops else ""
    sources = [held.address.ip for held in state.plan.addresses_of(first)]
    for hop in way.hops:
        for nat in state.plan.nats_at(hop.node):
            passes = hop.crossing is not None
            if passes and _leaves_by(state, hop, nat) and any(_in(nat.network, s) for s in sources):
                return nat
    return None


def _leaves_by(state: State, hop: Hop, nat: SourceNat) -> bool:
    """Whether a hop leaves by the virtual interface that the translation is on."""
    assert hop.crossing is not None
    return any(
        session.virtual_interface == hop.crossing.virtual_interface
        for session in state.plan.sessions
        if session.virtual_interface is not None
        and (session.ends[0].node, session.ends[0].interface) == (nat.node, nat.interface)
    )


def _in(network: IPNetwork, address: IPAddress) -> bool:
    return address.version == network.version and address in network


def _over(found: tuple[Hop, ...]) -> tuple[str, ...]:
    return tuple(carriers(hop.crossing for hop in found if hop.crossing is not None))


def _struck(state: State, found: tuple[Hop, ...]) -> tuple[str, ...]:
    """The faults that strike something on the way."""
    touched = {hop.node for hop in found}
    for crossing in (hop.crossing for hop in found if hop.crossing is not None):
        touched |= {crossing.connection, crossing.virtual_interface, crossing.tunnel}
        touched |= {*crossing.through, *crossing.underlay, *(cable for way in crossing.ways for cable in way)}
    return tuple(words for target, words in state.faults if target in touched)


def _towards(state: State, source: Machine, target: Machine) -> str:
    sides = {node.name: node.side for node in state.plan.nodes}
    here, there = sides[source.node], sides.get(target.node)
    if here is there:
        return ""
    if here is Side.CUSTOMER:
        return TO_AWS
    return FROM_AWS if there is Side.CUSTOMER else ""
