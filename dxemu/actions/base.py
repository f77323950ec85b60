"""What every action is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from dxemu.control.converge import converge
from dxemu.events.base import Event
from dxemu.parameters import Need, count_field, network_field, networks_field, target_field, target_of
from dxemu.plan.model import Plan
from dxemu.units import IPNetwork

if TYPE_CHECKING:  # a lab does no more than carry out: it needs none of what reads a design
    from dxemu.topology.document import Document
    from dxemu.topology.file import TopologyFile
    from dxemu.topology.marks import KeyPath
    from dxemu.topology.model_routing import RouterAnnouncement


class RouterOperators(Protocol):
    """Who configures the customer's routers, as actions need them."""

    async def announce(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes`, too. Gives what its table then says that it announces."""

    async def withdraw(self, router: str, prefixes: Collection[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes` no longer. Gives what its table then says that it announces."""

    def announced(self, router: str) -> tuple[IPNetwork, ...]:
        """All that a router has of its own, or has told AWS."""

    def told(self, router: str) -> Mapping[str, int]:
        """How many prefixes AWS was told by a router, by session that is up."""

    async def reset(self, virtual_interface: str) -> Mapping[str, bool]:
        """Clear the sessions of a virtual interface. Gives whether each is up again at both ends."""


class Waiter(Protocol):
    """A lab's journal as actions need it."""

    async def wait_for(self, what: str, matches: Callable[[Event], bool], within_s: float) -> Event:
        """The next event that matches. Raises LabError if none comes in time."""


class OperatedLab(Protocol):
    """A running lab as actions need it: `dxemu.lab.lab.Lab` is one. Nothing else of a lab is known here."""

    @property
    def plan(self) -> Plan:
        """What it was built from."""

    @property
    def operator(self) -> RouterOperators:
        """Who configures the customer's routers."""

    @property
    def journal(self) -> Waiter:
        """What happens, as it happens."""

    async def rekey(self, tunnel: str) -> None:
        """New keys for the ESP of a tunnel. Raises LabError if it is not up."""

    async def confirm(self, virtual_interface: str) -> bool:
        """The owner of a hosted virtual interface accepts it. Gives what the kernel then says of AWS's end."""

    def refused_on(self, virtual_interface: str) -> Mapping[IPNetwork, str]:
        """What AWS refuses on a virtual interface at this moment, and why."""

    def approve(self, virtual_interface: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """AWS approves prefixes of a public virtual interface. Gives all that it accepts there."""

    async def originate(self, speaker: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a speaker of AWS's edge announce exactly `prefixes`. Gives what its table then says."""

    def originated(self, speaker: str) -> tuple[IPNetwork, ...]:
        """What a speaker's table says that it announces of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(ABC):
    """One kind of order: a frozen dataclass, whose fields are its parameters (`dxemu.parameters`).

    `words` say what somebody does, for people.
    """

    words: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Raises TypeError for one that means to last in a way that nobody asks it for any more."""
        if "planned" in vars(cls):
            problem = f"{cls.__name__} defines `planned`, which nobody asks an action for any more"
            raise TypeError(f"{problem}: one that lasts is a `dxemu.actions.base.Lasting` and gives its `patch`")

    @property
    def target(self) -> str:
        """What it is about, for people."""
        return target_of(self)[1]

    def clears(self, plan: Plan) -> frozenset[str]:
        """The sessions that it clears, so that AWS takes one again that it held Idle."""
        del plan
        return frozenset()

    def mistake(self, plan: Plan) -> str:
        """Why it cannot be done to `plan`, or changes nothing of it; empty if neither is so."""
        del plan
        return ""

    @abstractmethod
    async def do(self, lab: OperatedLab) -> str:
        """Do it, read it back, say what was seen. Raises FaultNotApplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Action):
    """An order after which the design is another one: its `patch` is laid over the lab's document, as a change's is.

    What it does to a lab is `do`; the lab is that of the patched design then.
    """

    on_clear: ClassVar[bool] = False
    """Sessions that are up go on as before until they are cleared, or come up anew."""

    @abstractmethod
    def patch(self, design: Document) -> Mapping[str, object]:
        """What it lays over a design without mistakes. Raises WithoutEffect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPrefixes(Lasting):
    """An order about networks that a router of the customer's announces.

    `prefixes`, or `count` networks of the size of `first`, one after the other.
    """

    router: str | None = target_field()
    prefixes: tuple[IPNetwork, ...] = networks_field(need=Need.CHOICE)
    first: IPNetwork | None = network_field(need=Need.CHOICE)
    count: int = count_field(words="so many networks from `first` on")

    @property
    def networks(self) -> tuple[IPNetwork, ...]:
        """All that it is about."""
        return following((*self.prefixes, *([self.first] if self.first is not None else [])), self.count)

    def passed_on(self, plan: Plan) -> frozenset[IPNetwork]:
        """What of it the router has from others."""
        best = converge(plan)[self.target].best
        return frozenset(p for p in self.networks if p in best and not best[p].route.originated)


def following(prefixes: Iterable[IPNetwork], count: int) -> tuple[IPNetwork, ...]:
    """Each of `prefixes` with those of its size that come after it, `count` in all; each once."""
    return tuple(dict.fromkeys(_after(prefix, number) for prefix in prefixes for number in range(count)))


def _after(network: IPNetwork, number: int) -> IPNetwork:
    """The network of the same length that is `number` places after `network`."""
    start = int(network.network_address) + number * network.num_addresses
    return type(network)((type(network.network_address)(start), network.prefixlen))


def in_few_words(prefixes: Collection[IPNetwork]) -> str:
    """`10.64.0.0/24`, `10.64.0.0/24 and 149 more`, `nothing`."""
    first = next(iter(prefixes), None)
    if first is None:
        return "nothing"
    return str(first) if len(prefixes) == 1 else f"{first} and {len(prefixes) - 1} more"


def plan_of(design: Document) -> Plan:
    """The plan of a design without mistakes."""
    from dxemu.plan.make import make_plan  # not in a lab

    return make_plan(design.topology())


def nested(path: KeyPath, value: object) -> dict[str, object]:
    """A patch of one value."""
    for key in reversed(path):
        value = {key: value}
    assert isinstance(value, dict)
    return value


def announcements_patch(file: TopologyFile, found: Mapping[str, Mapping[str, object]]) -> Mapping[str, object]:
    """A patch of what routers announce otherwise: by router and prefix as it is written there, None for what goes."""
    from dxemu.topology.check.cages import router_entries  # not in a lab

    patch: dict[str, object] = {}
    for router, _, path in router_entries(file):
        if router in found:
            there = patch
            for key in path:
                there = cast("dict[str, object]", there.setdefault(str(key), {}))
            there["announcements"] = dict(found[router])
    return patch


def announced_otherwise(file: TopologyFile) -> Mapping[IPNetwork, Mapping[str, tuple[str, RouterAnnouncement]]]:
    """What routers announce otherwise than follows from the rest, by prefix and router, each with how it is written."""
    from dxemu.topology.check.cages import router_entries  # not in a lab
    from dxemu.topology.model_routing import RouterAnnouncement

    found: dict[IPNetwork, dict[str, tuple[str, RouterAnnouncement]]] = {}
    for router, entry, _ in router_entries(file):
        for key, how in entry.announcements.items():
            found.setdefault(ip_network(key), {})[router] = key, RouterAnnouncement(how)
    return found
