"""Hosts and instances that do not reach each other though nothing is broken."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from dxemu.audit import not_passed_on, route_quota
from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.control.forward import Forwarding, forwarding
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Role
from dxemu.predict.predict import Pair
from dxemu.predict.windows import Term, Window
from dxemu.topology.document import tried
from dxemu.topology.marks import KeyPath
from dxemu.topology.model import VifType

REMEDY = (
    "Look at `route_propagation`, `allowed_prefixes`, the `static_routes` of VPCs and transit gateways' route tables."
)

FOR_SERVICES = (
    "Public services are reached from addresses of `route_filter_prefixes` that a public virtual interface announces: "
    "look at `announce`, `nat` and the scope of its `communities`."
)
A_PAIR = 2
"""A prefix of so many addresses or fewer has no network and broadcast address (RFC 3021)."""


class Unreachable(Rule):
    """Nothing has to fail for that: the routes are missing."""

    code: ClassVar[str] = "DX-A016"
    title: ClassVar[str] = "unreachable with everything up"
    rule: ClassVar[str] = (
        "Route propagation into a VPC's route table is off by default; a transit gateway association announces its "
        "allowed prefixes and nothing else, a virtual private gateway association what they hold of the VPC's CIDRs"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Allowed prefixes interactions, Troubleshooting routing issues"
    paragraph: ClassVar[str] = """\
With everything up, no route leads from a host to an instance, or back. The usual reasons: route
propagation into the VPC's route table is off, as it is at AWS by default; a transit gateway
association with an empty list of allowed prefixes announces nothing, without any error; a virtual
private gateway association allows less than the VPC's CIDR; a transit gateway's route table lacks
a propagation; the customer announces more prefixes than the 100 that a VPC's route table takes by
propagation. What fails in such a design costs nothing, because nothing worked. Source: Direct
Connect User Guide, Allowed prefixes interactions and Troubleshooting routing issues."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each host and instance. Public services answer another address: only the way there counts."""
        public = design.topology.customer.data_center.public_networks
        remedies = _Remedies(design)
        for pair in design.pairs:
            if any(design.plan.address_of(pair.near, pair.version) in network for network in public):
                continue  # Private and transit virtual interfaces do not announce it.
            ways = [to_aws for to_aws in self._directions(design, pair) if not _arrives(design, pair, to_aws=to_aws)]
            for to_aws in ways[:1]:
                source, target = (pair.near, pair.far) if to_aws else (pair.far, pair.near)
                version = "" if pair.version == 4 else " over IPv6"  # noqa: PLR2004
                yield Finding(
                    problem=f"no route leads from {source} to {target}{version}",
                    outage=Window((Term("there is no route", math.inf, math.inf, "topology"),)),
                    remedy=remedies.of(pair),
                    names=(pair.far,),
                    path=_gateways(design),
                )

    @staticmethod
    def _directions(design: Design, pair: Pair) -> tuple[bool, ...]:
        return (True,) if design.plan.node(pair.far).role is Role.SERVICE else (True, False)


def _arrives(design: Design, pair: Pair, *, to_aws: bool) -> bool:
    source, target = (pair.near, pair.far) if to_aws else (pair.far, pair.near)
    return design.world.unbroken.way(design.world.flow(source, target, pair.version)).arrives


@dataclass(frozen=True, slots=True)
class _SourceNat:
    """That a public virtual interface has it at `address`, and where packets go then."""

    virtual_interface: str
    address: str
    plan: Plan
    ways: Forwarding


def _source_nats(design: Design) -> Iterator[_SourceNat]:
    """One for each public virtual interface without, as far as AWS takes it: all that is approved is announced, too."""
    for vif in design.topology.virtual_interfaces:
        if vif.type is not VifType.PUBLIC or not vif.in_service or vif.customer.nat is not None:
            continue
        prefix = vif.route_filter_prefixes[0]
        nat = str(prefix.broadcast_address - 1 if prefix.num_addresses > A_PAIR else prefix.network_address)
        with contextlib.suppress(InputErrors):
            other = tried(design.topology, {"virtual_interfaces": {vif.name: {"customer": {"nat": nat}}}})
            if other is not None:
                plan = make_plan(other)
                yield _SourceNat(vif.name, nat, plan, forwarding(plan))


class _Remedies:
    """To a public service source NAT, if a host gets there by it; else where to look. The design is tried once."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._found: dict[tuple[str, int], str] = {}

    @cached_property
    def _tried(self) -> Sequence[_SourceNat]:
        return list(_source_nats(self._design))

    def of(self, pair: Pair) -> str:
        """For a pair that does not reach each other."""
        if self._design.plan.node(pair.far).role is not Role.SERVICE:
            behind = (pair.far, pair.version)
            if behind not in self._found:
                of_ibgp = not_passed_on.remedy(self._design, pair)
                self._found[behind] = of_ibgp or route_quota.remedy(self._design, pair)
            return self._found[behind] or REMEDY
        for nat in self._tried:
            if nat.ways.way(pair.near, nat.plan.address_of(pair.far, pair.version)).arrives:
                such = f"such as `nat: {nat.address}` under `customer`"
                return f"Give {nat.virtual_interface} source NAT, {such}: AWS takes no private source."
        return FOR_SERVICES


def _gateways(design: Design) -> KeyPath:
    aws = design.topology.aws
    kinds = {
        "direct_connect_gateways": aws.direct_connect_gateways,
        "transit_gateways": aws.transit_gateways,
        "virtual_private_gateways": aws.virtual_private_gateways,
    }
    return ("aws", next((kind for kind, there in kinds.items() if there), "region"))
