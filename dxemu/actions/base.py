"""What every action is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from ipaddress import ip_network
from typing import ClassVar, Protocol

from dxemu.plan.model import Plan
from dxemu.units import IPNetwork

Event = Mapping[str, object]


class RouterOperators(Protocol):
    """Who configures the customer's routers, as actions need them."""

    async def announce(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes`, too. Gives what its table then says that it announces."""

    async def withdraw(self, router: str, prefixes: Collection[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes` no longer. Gives what its table then says that it announces."""

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


class Action(ABC):
    """One kind of order. `targets` names its parameters and what each names, as `Fault.targets` does."""

    targets: ClassVar[Mapping[str, str]]

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = parameters

    @property
    def target(self) -> str:
        """What it is about, for people."""
        return next(iter(self.parameters.values()))

    @abstractmethod
    async def do(self, lab: OperatedLab) -> str:
        """Do it, read it back, say what was seen. Raises FaultNotApplied."""


def prefixes_of(parameters: Mapping[str, str], *names: str) -> tuple[IPNetwork, ...]:
    """The networks of the parameters `names`, each a list with commas; with `count` so many one after the other."""
    count = int(parameters.get("count", "1"))
    words = [word.strip() for name in names for word in parameters.get(name, "").split(",")]
    given = [ip_network(word) for word in words if word]
    return tuple(dict.fromkeys(_following(network, number) for network in given for number in range(count)))


def _following(network: IPNetwork, number: int) -> IPNetwork:
    """The network of the same length that is `number` places after `network`."""
    start = int(network.network_address) + number * network.num_addresses
    kind = type(network)
    return kind((type(network.network_address)(start), network.prefixlen))


def in_few_words(prefixes: Collection[IPNetwork]) -> str:
    """`10.64.0.0/24`, `10.64.0.0/24 and 149 more`, `nothing`."""
    first = next(iter(prefixes), None)
    if first is None:
        return "nothing"
    return str(first) if len(prefixes) == 1 else f"{first} and {len(prefixes) - 1} more"
