"""What to do about a path that is asymmetric: settings that, tried on the design, bring both directions together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.aws import communities
from dxemu.errors import InputErrors
from dxemu.explain.model import Direction
from dxemu.explain.state import State
from dxemu.plan.model import BgpSession, Side
from dxemu.topology.document import tried
from dxemu.topology.model import VirtualInterface, Vpn

Patch = Mapping[str, object]

LOCAL_PREF = "your routers take the highest local_pref"
COMMUNITIES = "AWS takes 7224:7300 before 7224:7200 (the default) before 7224:7100"
UNENCRYPTED = "{source} to {target} does not go through the tunnel: it is not encrypted."
NOTHING_FOUND = "No one setting brings both onto one way: change what decided at the hops above."
EITHER_TUNNEL = "AWS chooses the tunnel by itself: let your firewalls accept either one."
PREPENDED = 2


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of the design, and the sentence that tells of it."""

    text: str
    patch: Patch


@dataclass(frozen=True, slots=True)
class _Parted:
    """A path to AWS (`there`) and one from there (`here`) that part, by the virtual interfaces and VPNs on each.

    `is_open`: one of them is in tunnels, and the other one crosses openly what carries these.
    """

    state: State
    there: Sequence[BgpSession]
    here: Sequence[BgpSession]
    is_open: bool = False

    def vifs(self, sessions: Sequence[BgpSession]) -> list[VirtualInterface]:
        names = {session.virtual_interface for session in sessions}
        return [vif for vif in self.state.topology.virtual_interfaces if vif.name in names]

    @property
    def has_tunnel(self) -> bool:
        return any(session.tunnel for session in (*self.there, *self.here))

    def vpns(self, sessions: Sequence[BgpSession]) -> list[Vpn]:
        names = {self.state.plan.tunnel(session.tunnel).vpn for session in sessions if session.tunnel is not None}
        return [vpn for vpn in self.state.topology.vpns if vpn.name in names]


def remedies(
    state: State, forth: Direction, back: Direction, is_mended: Callable[[State], bool]
) -> tuple[str, tuple[Patch, ...]]:
    """A sentence or two that bring both directions onto one way, and the changes that they tell of.

    Both arrive, over different ones. What is advised was tried on the design: it breaks no rule, and `is_mended` holds
    of what it makes.
    """
    ways = sorted((forth, back), key=lambda way: way.direction != "to_aws")
    there, here = (_sessions(state, way) for way in ways)
    said = [UNENCRYPTED.format(source=way.source, target=way.target) for way in ways if _leaves_tunnel(way, ways)]
    found = _tried(_Parted(state, there, here, is_open=bool(said)), is_mended)
    otherwise = EITHER_TUNNEL if _tunnels_of_one_vpn(state, there, here) else NOTHING_FOUND
    texts = [one.text for one in found] or [otherwise]
    return " ".join([*said, *texts]), tuple(one.patch for one in found)


def _tried(parted: _Parted, is_mended: Callable[[State], bool]) -> list[Remedy]:
    """Of what may help what does: one way to have AWS follow the customer's routers, one to have them follow AWS.

    Of a VPN and Direct Connect one advice is enough: nobody wants to have the VPN preferred.
    """
    found: list[Remedy] = []
    offered = (_into_the_tunnel(parted),) if parted.is_open else (_aws_follows(parted), _routers_follow(parted))
    for choices in offered:
        helping = (one for one in choices if _helps(parted.state, one.patch, is_mended))
        first = next(helping, None)
        if first is not None and not (found and parted.has_tunnel):
            found.append(first)
    return found


def _helps(state: State, patch: Patch, is_mended: Callable[[State], bool]) -> bool:
    """Whether the design takes a change, and what it makes is mended."""
    try:
        topology = tried(state.topology, patch)
    except InputErrors:
        return False
    return topology is not None and is_mended(state.of(topology))


def _aws_follows(parted: _Parted) -> Iterator[Remedy]:
    """What makes AWS answer over the way that the customer's routers take."""
    there, here = parted.vifs(parted.there), parted.vifs(parted.here)
    names = _names(parted.there), _names(parted.here)
    static = [vpn.name for vpn in parted.vpns(parted.here) if vpn.static_routes is not None]
    if static:
        bgp = {name: {"routing": "bgp", "static_routes": []} for name in static}
        yield Remedy("Use a BGP VPN, whose routes lose to Direct Connect.", {"vpns": bgp})
    yield from _without_static_routes(parted)
    if there and here:
        tags = _with(there, communities.HIGH) | _with(here, communities.LOW)
        words = f"send {communities.HIGH} on {names[0]} and {communities.LOW} on {names[1]} (customer.communities)"
        yield Remedy(
            f"To have AWS follow your routers, {words}: {COMMUNITIES}.", {"virtual_interfaces": _customer(tags)}
        )
    yield from _same_prefixes(parted)
    if here:
        longer = {vif.name: {"as_path_prepend": vif.customer.as_path_prepend + PREPENDED} for vif in here}
        words = (
            f"set customer.as_path_prepend to {' and '.join(str(one['as_path_prepend']) for one in longer.values())}"
        )
        yield Remedy(
            f"To have AWS follow your routers, {words} on {names[1]}: AWS takes the shorter AS_PATH.",
            {"virtual_interfaces": _customer(longer)},
        )


def _without_static_routes(parted: _Parted) -> Iterator[Remedy]:
    """A static route of a transit gateway decides before all that is propagated."""
    ways: list[VirtualInterface | Vpn] = [*parted.vifs(parted.here), *parted.vpns(parted.here)]
    names = {way.name for way in ways} | {way.gateway for way in ways}
    for tgw in parted.state.topology.aws.transit_gateways:
        for table in tgw.route_tables:
            pinned = [str(prefix) for prefix, to in table.static_routes if to in names - {tgw.name}]
            if pinned:
                without = {table.name: {"static_routes": dict.fromkeys(pinned)}}
                yield Remedy(
                    f"Take the static route of {tgw.name} to {' and '.join(pinned)} out of its route table "
                    f"{table.name}: it wins over what is propagated.",
                    {"aws": {"transit_gateways": {tgw.name: {"route_tables": without}}}},
                )


def _same_prefixes(parted: _Parted) -> Iterator[Remedy]:
    vifs, vpns = (find((*parted.there, *parted.here)) for find in (parted.vifs, parted.vpns))
    written = [way.name for way in (*vifs, *vpns) if way.customer.announce is not None]
    if written:
        patch = {
            "virtual_interfaces": {v.name: {"customer": {"announce": None}} for v in vifs if v.name in written},
            "vpns": {v.name: {"customer": {"announce": None}} for v in vpns if v.name in written},
        }
        yield Remedy(
            f"Announce the same prefixes on both ways, with nothing at customer.announce of {' and '.join(written)}: "
            "the longest one wins before every other rule.",
            {key: value for key, value in patch.items() if value},
        )


def _into_the_tunnel(parted: _Parted) -> Iterator[Remedy]:
    """The virtual interfaces that can carry the tunnels announce nothing but where these begin."""
    outside = [vpn.customer_address for vpn in parted.vpns(parted.there)]
    networks = parted.state.topology.customer.data_center.networks
    needed = [str(net) for net in networks if any(a.version == net.version and a in net for a in outside)]
    through = {vif.gateway for vif in parted.vifs(parted.here)}
    carrying = [vif.name for vif in parted.state.topology.virtual_interfaces if vif.gateway in through]
    if needed and carrying:
        patch = {name: {"announce": needed} for name in carrying}
        yield Remedy(
            f"Announce on {' and '.join(carrying)} only what the tunnels begin in (customer.announce: "
            f"[{', '.join(needed)}]): then AWS has the rest by the tunnels alone.",
            {"virtual_interfaces": _customer(patch)},
        )


def _routers_follow(parted: _Parted) -> Iterator[Remedy]:
    """What makes the customer's routers send over the way by which AWS answers."""
    vifs, vpns = parted.vifs(parted.here), parted.vpns(parted.here)
    ways: list[VirtualInterface | Vpn] = [*parted.vifs(parted.there), *parted.vpns(parted.there), *vifs, *vpns]
    highest = max((way.customer.local_pref for way in ways), default=100) + 100
    preferred = {"local_pref": highest}
    patch = {
        "virtual_interfaces": _customer({vif.name: preferred for vif in vifs}),
        "vpns": _customer({vpn.name: preferred for vpn in vpns}),
    }
    ordered = {key: value for key, value in patch.items() if value}
    if not parted.has_tunnel:
        text = f"To follow AWS, give {_names(parted.here)} the higher customer.local_pref: {LOCAL_PREF}."
    else:
        text = f"Give {_names(parted.here)} a higher customer.local_pref than {_names(parted.there)}: {LOCAL_PREF}."
    yield Remedy(text, ordered)
    yield from _allowed(parted)


def _allowed(parted: _Parted) -> Iterator[Remedy]:
    """A transit gateway announces the VPCs' CIDRs over a VPN, and over Direct Connect what is allowed."""
    aws = parted.state.topology.aws
    for tgw in aws.transit_gateways:
        cidrs = [cidr for vpc in aws.vpcs if vpc.name in tgw.attachments for cidr in vpc.cidrs]
        for dxgw in aws.direct_connect_gateways:
            for association in dxgw.associations:
                allowed = association.allowed_prefixes or ()
                if association.gateway == tgw.name and not set(cidrs) <= set(allowed):
                    wanted = [str(prefix) for prefix in dict.fromkeys((*allowed, *cidrs))]
                    yield Remedy(
                        f"Allow the VPCs' own CIDRs on {dxgw.name} too (allowed_prefixes of {tgw.name}): the longest "
                        "prefix wins before every other rule.",
                        {
                            "aws": {
                                "direct_connect_gateways": {
                                    dxgw.name: {"associations": {tgw.name: {"allowed_prefixes": wanted}}}
                                }
                            }
                        },
                    )


def _customer(keys: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    return {name: {"customer": dict(values)} for name, values in keys.items()}


def _with(vifs: Sequence[VirtualInterface], community: str) -> dict[str, Mapping[str, object]]:
    """The preference community of each beside what it sends anyway."""
    return {
        vif.name: {
            "communities": [*(c for c in vif.customer.communities if c not in communities.LOCAL_PREF), community],
            "send_communities": True,
        }
        for vif in vifs
    }


def _sessions(state: State, way: Direction) -> list[BgpSession]:
    version = 6 if ":" in way.address else 4
    return [
        session
        for session in state.plan.sessions
        if (session.tunnel or session.virtual_interface) in way.over
        and (session.tunnel is not None or session.ends[0].address.version == version)
        and state.plan.speaker(session.ends[0].speaker).side is Side.CUSTOMER
    ]


def _tunnels_of_one_vpn(state: State, there: Sequence[BgpSession], here: Sequence[BgpSession]) -> bool:
    vpns = {tunnel.name: tunnel.vpn for tunnel in state.plan.tunnels}
    outer = [[vpns.get(s.tunnel or "") for s in way if s.tunnel] for way in (there, here)]
    return bool(outer[0]) and outer[0] == outer[1]


def _leaves_tunnel(way: Direction, both: Sequence[Direction]) -> bool:
    """Whether it crosses openly what carries a tunnel of the other direction."""
    under = {name for each in both for hop in each.hops if hop.crossing is not None for name in hop.crossing.underlay}
    return bool(under & set(way.over))


def _names(sessions: Sequence[BgpSession]) -> str:
    return " and ".join(dict.fromkeys(s.tunnel or s.virtual_interface or s.name for s in sessions))
