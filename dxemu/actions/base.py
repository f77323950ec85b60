"""What every action is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, ClassVar

from dxemu.units import IPNetwork

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


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
    async def do(self, lab: Lab) -> str:
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
