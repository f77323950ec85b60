"""The two directions prefer different ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.carriers import carriers, remedy_for_aws
from dxemu.audit.communities_missing import undecided
from dxemu.audit.design import Design
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.predict.predict import Pair
from dxemu.topology.document import tried

PREFER = (
    "Prefer the same way in both directions: the highest local_pref and 7224:7300 on one virtual interface, nothing "
    "higher on a VPN."
)


class AsymmetricAfterFailback(Rule):
    """With everything up, and so after each failback, packets return by another way than they came."""

    code: ClassVar[str] = "DX-A011"
    title: ClassVar[str] = "asymmetric with everything up"
    rule: ClassVar[str] = (
        "AWS decides the way from AWS by its own rules (prefix, attachment, community, AS_PATH), the customer's "
        "routers the way to AWS by local preference; firewalls drop what comes back another way"
    )
    source: ClassVar[str] = "Knowledge Center, Direct Connect asymmetric routing"
    paragraph: ClassVar[str] = """\
With everything up, packets to AWS take another way than the answers. It is the state after every
failback too: sessions that a firewall followed through the backup break when one direction returns
and the other one does not. The customer's local preference decides the way to AWS; prefix,
attachment, community and AS_PATH decide the way back. Source: Knowledge Center, Direct Connect
asymmetric routing."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each pair of ways that a host's packets take, there and back."""
        seen: set[tuple[frozenset[str], frozenset[str]]] = set()
        tied = {way.name for gateway, ways in design.redundant for way in undecided(design, gateway, ways)}
        for pair in design.pairs:
            there, back = (next(iter(carriers(design, pair, to_aws=to)), frozenset()) for to in (True, False))
            if there == back or not there or not back or (there, back) in seen or there | back <= tied:
                continue
            seen.add((there, back))
            yield Finding(
                problem=f"{pair.near} reaches {pair.far} through {listed(sorted(there))}, "
                f"the answers come through {listed(sorted(back))}",
                remedy=_remedy(design, pair, there | back),
                names=tuple(sorted(back)),
                path=("virtual_interfaces",) if not design.topology.vpns else ("vpns",),
            )


def _remedy(design: Design, pair: Pair, names: frozenset[str]) -> str:
    """What makes both directions prefer the same of the ways called `names`; of what a VPN is part of, as tried."""
    for gateway, ways in design.redundant:
        direct = [way for way in ways if way.name in names and way.vif is not None]
        if len(direct) > 1:
            return f"Give one the highest local_pref. {remedy_for_aws(design, gateway, direct)}"
    preferred = {"customer": {"local_pref": _highest(design) + 100, "communities": ["7224:7300"]}}
    vifs = {"virtual_interfaces": {name: preferred for name in _beside(design, names)}}
    static = [vpn.name for vpn in design.topology.vpns if vpn.name in names and vpn.static_routes is not None]
    bgp = {"vpns": {name: {"routing": "bgp", "static_routes": []} for name in static}}
    advised = f"Make {listed(static)} a BGP VPN (`routing: bgp`, and `static_routes` taken out)" if static else ""
    for text, patch in ((PREFER, vifs), (f"{advised}.", bgp), (f"{advised}, and then: {PREFER}", {**vifs, **bgp})):
        if (static or patch is vifs) and _helps(design, patch, pair):
            return text
    return (
        f"Look at what decides, with `dxemu explain path {pair.near} {pair.far}`: no one setting brings both together."
    )


def _beside(design: Design, names: frozenset[str]) -> list[str]:
    """The first virtual interface that stands in for one of the ways called `names`."""
    for _, ways in design.redundant:
        if any(way.name in names for way in ways):
            return [way.name for way in ways if way.vif is not None][:1]
    return []


def _highest(design: Design) -> int:
    own = [vif.customer for vif in design.topology.virtual_interfaces] + [vpn.customer for vpn in design.topology.vpns]
    return max(policy.local_pref for policy in own)


def _helps(design: Design, patch: Mapping[str, object], pair: Pair) -> bool:
    """Whether the design takes a patch, and both directions then share a way."""
    try:
        topology = tried(design.topology, patch)
    except InputErrors:
        return False
    if topology is None:
        return False
    other = Design(topology, make_plan(topology))
    there, back = (carriers(other, pair, to_aws=to) for to in (True, False))
    return bool(there) and set(there) == set(back)
