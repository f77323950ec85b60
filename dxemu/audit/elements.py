"""What can fail alone in a design, in which way, and what that costs: for the audit and for docs/arrangements.md."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

from dxemu.audit.spread import Spread, one_by_one
from dxemu.control.forward import forwarding
from dxemu.faults.base import Fault
from dxemu.faults.menu import kinds
from dxemu.plan.connections import device_nodes
from dxemu.plan.customer_side import customer_routers
from dxemu.plan.model import Plan, Role, Side
from dxemu.predict.impact import Impact, impact_of
from dxemu.predict.outcome import World
from dxemu.predict.predict import Pair, Prediction, predict
from dxemu.predict.windows import Window
from dxemu.topology.model import Topology
from dxemu.units import Seconds

AT = Seconds(0)
IPV4, IPV6 = 4, 6
OVER_IPV6 = "-ipv6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way in which one kind of element can fail.

    `kind` is the parameter of the `fault` that names the element, `noun` and `verb` are for people.
    """

    kind: str
    fault: str
    noun: str
    plural: str
    verb: str
    made: type[Fault]

    def of(self, name: str) -> Fault:
        """The fault of an element."""
        return self.made(**{self.kind: name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Element `name` failing in one way."""

    mode: Mode
    name: str
    impact: Impact

    @property
    def element(self) -> str:
        """The element for people: `AWS device dx_1`."""
        return f"{self.mode.noun} {self.name}"

    @property
    def text(self) -> str:
        """`AWS device dx_1 dies`."""
        return f"{self.element} {self.mode.verb}"

    @property
    def parameters(self) -> Mapping[str, str]:
        """What a scenario's step gives to the fault."""
        return {self.mode.kind: self.name}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a failure, or two at the same moment, costs: a prediction for each host, instance and direction."""

    failures: tuple[Failure, ...]
    predictions: tuple[Prediction, ...]

    @cached_property
    def worst(self) -> Prediction | None:
        """The one with the longest outage; None if nothing can be measured in the design."""
        return max(self.predictions, key=lambda p: (p.outage.high_s, p.outage.low_s), default=None)

    @property
    def outage(self) -> Window:
        """The longest outage of any host in either direction."""
        return Window() if self.worst is None else self.worst.outage

    @cached_property
    def only_version(self) -> int | None:
        """The one IP version that has it, where the same machines talk in both and the other one comes off better."""
        worst: dict[str, dict[int, float]] = {}
        for prediction in self.predictions:
            machines = prediction.probe.removesuffix(OVER_IPV6)
            version = IPV4 if machines == prediction.probe else IPV6
            of_both = worst.setdefault(machines, {})
            of_both[version] = max(prediction.outage.high_s, of_both.get(version, 0.0))
        ends = [each for each in worst.values() if len(each) > 1 and max(each.values()) == self.outage.high_s]
        apart = {max(each, key=lambda version: each[version]) for each in ends if _comes_off(each[IPV4], each[IPV6])}
        return apart.pop() if len(apart) == 1 and all(_comes_off(e[IPV4], e[IPV6]) for e in ends) else None


def in_one_version(version: int | None) -> str:
    """Words to put behind an element: `, IPv6 only`."""
    return "" if version is None else f", IPv{version} only"


def _comes_off(one_s: float, other_s: float) -> bool:
    """Whether one is nothing or ends by itself, and the other one does not."""
    return math.isinf(one_s) != math.isinf(other_s) or (one_s == 0) != (other_s == 0)


NOUNS: Mapping[str, tuple[str, str]] = {
    "connection": ("connection", "connections"),
    "virtual_interface": ("VLAN of", "VLANs of"),
    "circuit": ("circuit", "circuits"),
    "internet": ("line to the Internet of", "lines to the Internet of"),
    "carrier": ("carrier", "carriers"),
    "router": ("router", "routers"),
    "device": ("AWS device", "AWS devices"),
    "tunnel": ("AWS's endpoint of", "endpoints of"),
    "location": ("location", "locations"),
    "campus": ("campus", "campuses"),
}
"""The elements of a design that a fault can name, in the order of docs/arrangements.md: one, and several."""


@cache
def modes() -> tuple[Mode, ...]:
    """Everything that the faults say can fail alone, element by element."""
    return tuple(
        Mode(kind=kind, fault=fault, noun=noun, plural=plural, verb=made.audited[kind], made=made)
        for kind, (noun, plural) in NOUNS.items()
        for fault, made in sorted(kinds().items())
        if kind in made.audited
    )


def failures(topology: Topology, plan: Plan) -> tuple[Failure, ...]:
    """Everything that can fail alone, in every way."""
    names = _names(topology, plan)
    return tuple(
        Failure(mode=mode, name=name, impact=_impact(plan, mode, name)) for mode in modes() for name in names[mode.kind]
    )


def _impact(plan: Plan, mode: Mode, name: str) -> Impact:
    return impact_of(plan, f"{mode.fault} {mode.kind} {name}", AT, None, mode.of(name).effects(plan))


def _names(topology: Topology, plan: Plan) -> Mapping[str, Sequence[str]]:
    """The elements of each kind; AWS devices and locations only if something of the design is on them."""
    customer = topology.customer
    return {
        "connection": [connection.name for connection in topology.connections],
        "virtual_interface": [vif.name for vif in topology.virtual_interfaces if vif.in_service],
        "circuit": [circuit.name for circuit in customer.circuits],
        "internet": [line.router for line in customer.internet],
        "carrier": list(dict.fromkeys(c.carrier for c in customer.circuits if c.carrier is not None)),
        "router": customer_routers(topology),
        "device": list(device_nodes(topology).values()),
        "tunnel": [tunnel.name for tunnel in plan.tunnels],
        "location": [location.code for location in topology.aws.locations if plan.nodes_at(location.code)],
        "campus": _campuses(topology, plan),
    }


def _campuses(topology: Topology, plan: Plan) -> list[str]:
    """Those with something of the design in several buildings; of any other one the building says all."""
    used = [at.campus for at in topology.aws.locations if at.campus is not None and plan.nodes_at(at.code)]
    return [campus for campus, buildings in Counter(used).items() if buildings > 1]


def fatal_alone(topology: Topology, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that only a repair ends. A campus of which one building is among them is left out: it says nothing more."""
    fatal = [outcome for outcome in outcomes if math.isinf(outcome.outage.high_s)]
    buildings = {o.failures[0].name for o in fatal if o.failures[0].mode.kind == "location"}
    told = {at.campus for at in topology.aws.locations if at.code in buildings}
    return [o for o in fatal if o.failures[0].mode.kind != "campus" or o.failures[0].name not in told]


def probe_pairs(plan: Plan) -> tuple[Pair, ...]:
    """Each host with each instance that it is there for; with each public service of AWS's where there is no VPC.

    In every IP version that both have. Where a virtual interface waits for its owner: the first instance only. And the
    hosts of two sites that reach each other.
    """
    return tuple(_pairs(plan))


def _pairs(plan: Plan) -> Iterator[Pair]:
    hosts = [node.name for node in plan.nodes_of(Role.HOST, Side.CUSTOMER)]
    far = [node.name for node in plan.nodes_of(Role.INSTANCE, Side.AWS)]
    far = far or [node.name for node in plan.nodes_of(Role.SERVICE, Side.AWS)]
    if any(not session.confirmed for session in plan.sessions):
        far = far[:1]
    versions = {name: {held.address.version for held in plan.addresses_of(name)} for name in (*hosts, *far)}
    for host in hosts:
        for end in far:
            for version in sorted(versions[host] & versions[end]):
                yield Pair(f"{host}-{end}" + (OVER_IPV6 if version == IPV6 else ""), host, end, version)
    tables = forwarding(plan)
    for one, other in combinations(hosts, 2):
        if plan.node(one).place != plan.node(other).place:
            both = min(versions[one] & versions[other], default=None)
            if both is not None and tables.way(one, plan.address_of(other, both)).arrives:
                yield Pair(f"{one}-{other}", one, other, both)


def outcomes(
    plan: Plan,
    found: Sequence[Failure],
    world: World | None = None,
    pairs: Sequence[Pair] | None = None,
    spread: Spread = one_by_one,
) -> tuple[Outcome, ...]:
    """What each failure costs alone, with nobody repairing it. `pairs` are `probe_pairs`, if they are there already."""
    world = world or World(plan)
    probes = probe_pairs(plan) if pairs is None else pairs
    trace(world, probes)
    costs = spread(lambda failure: together(world, (failure,), probes).predictions, found, "failures")
    return tuple(
        Outcome(failures=(failure,), predictions=predictions) for failure, predictions in zip(found, costs, strict=True)
    )


def trace(world: World, pairs: Sequence[Pair]) -> None:
    """Find the ways while nothing is broken, which every failure is compared with: once, before work is shared out."""
    for pair in pairs:
        for source, target in ((pair.near, pair.far), (pair.far, pair.near)):
            world.unbroken.ways(world.flow(source, target, pair.version))


def together(world: World, failing: tuple[Failure, ...], pairs: Sequence[Pair]) -> Outcome:
    """What failures of the same moment cost."""
    impacts = [failure.impact for failure in failing]
    predictions = predict(world.plan, impacts, pairs, world)
    return Outcome(failures=failing, predictions=tuple(p for p in predictions if p.fault == impacts[0].fault))
