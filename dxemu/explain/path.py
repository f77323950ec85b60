"""`dxemu explain path`: both directions, hop by hop, what would be next, what is asymmetric and what is unused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

from dxemu.explain.hops import carriers, crossings_of, hops
from dxemu.explain.model import Direction, Explanation, Hop
from dxemu.explain.names import Machine, NotExplained, machine
from dxemu.explain.remedy import Patch, remedies
from dxemu.explain.state import State
from dxemu.explain.succession import succession
from dxemu.explain.unused import unused
from dxemu.plan.ends_apart import ends_apart
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
    forth, back = both = _both(state, here, there)
    asymmetric = _both_sure(both) and set(forth.over) != set(back.over)
    text = ""
    changes: tuple[Patch, ...] = ()
    if asymmetric:
        text, changes = remedies(state, forth, back, lambda other: _is_mended(other, here, there, both))
    return Explanation(
        topology=state.plan.topology,
        moment=state.moment,
        directions=both,
        asymmetric=asymmetric,
        remedy=text,
        changes=changes,
        unused=tuple(entry for way in both for entry in unused(state, way, both)),
        down=state.down,
        ends_differ=tuple(_ends_differ(state, both)),
    )


def _ends_differ(state: State, both: tuple[Direction, Direction]) -> Iterator[str]:
    """What the ends of what is crossed have differently, though it is up."""
    crossed = {name for way in both for name in way.over}
    crossed |= {name for way in both for hop in way.hops if hop.crossing is not None for name in hop.crossing.underlay}
    return (f"{one.name}: {one.text}" for one in ends_apart(state.topology) if one.name in crossed)


def _both(state: State, here: Machine, there: Machine) -> tuple[Direction, Direction]:
    forth = _direction(state, here, there)
    nat = _translation(state, forth)
    return forth, _direction(state, there, here) if nat is None else _translated(state, there, here, nat)


def _both_sure(both: tuple[Direction, Direction]) -> bool:
    """Whether both directions arrive, all flows of each on one way."""
    return all(way.arrives and not way.shared for way in both)


def _is_mended(state: State, here: Machine, there: Machine, parted: tuple[Direction, Direction]) -> bool:
    """Whether a design brings together what `parted`: all flows of both directions over the same.

    Two tunnels of one VPN are the same, unless it was them that parted.
    """
    both = _both(state, here, there)
    vpns = {tunnel.name: tunnel.vpn for tunnel in state.plan.tunnels}
    if {vpns.get(name, name) for name in parted[0].over} == {vpns.get(name, name) for name in parted[1].over}:
        vpns = {}
    forth, back = (
        {vpns.get(name, name) for name in _over_all(state, source.node, way)}
        for way, source in zip(both, (here, there), strict=True)
    )
    return all(way.arrives for way in both) and bool(forth) and forth == back


def _over_all(state: State, source: str, way: Direction) -> set[str]:
    """What any flow of a direction crosses."""
    if not way.shared:
        return set(way.over)
    ways = state.tables.ways(source, ip_address(way.address))
    return {name for each in ways for name in carriers(crossings_of(state, each))}


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
        shared=any(hop.reason is not None and hop.reason.shared for hop in found)
        and len(state.tables.ways(source.node, target.address)) > 1,
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
