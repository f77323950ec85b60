"""The two directions prefer different ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.carriers import carriers, remedy_for_aws
from dxemu.audit.communities_missing import undecided
from dxemu.audit.design import Design


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
                remedy=_remedy(design, there | back),
                names=tuple(sorted(back)),
                path=("virtual_interfaces",) if not design.topology.vpns else ("vpns",),
            )


def _remedy(design: Design, names: frozenset[str]) -> str:
    """What makes both directions prefer the same of the ways called `names`."""
    for gateway, ways in design.redundant:
        direct = [way for way in ways if way.name in names and way.vif is not None]
        if len(direct) > 1:
            return f"Give one the highest local_pref. {remedy_for_aws(design, gateway, direct)}"
    return (
        "Prefer the same way in both directions: the highest local_pref and 7224:7300 on one virtual interface, "
        "nothing higher on a VPN."
    )
