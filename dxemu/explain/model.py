"""What an explanation is made of: text and numbers only, ready for people and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LosingRoute:
    """A route that was not taken: `prefix`, `how` it is known, and `why` it lost."""

    prefix: str
    how: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The entry of a route table that decides: `how` it is known, and by which `rule` it was chosen.

    `shared` are the ways that the flows are spread over, where several routes are used together. `aws` are the rules
    of AWS's that put the losers out, each with the page that states it.
    """

    table: str
    prefix: str
    how: str
    rule: str = ""
    shared: tuple[str, ...] = ()
    losers: tuple[LosingRoute, ...] = ()
    aws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing is to go there, or no table has an entry. `why` is a sentence without a full stop."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HopLink:
    """From one node to the next: `cables` in order (of a LAG the first member's), and what runs over them.

    `ways` are the cables of each member of a LAG. `connection` is a connection's or LAG's name. Under a `tunnel` the
    cables are those of its own packets.
    """

    cables: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    through: tuple[str, ...] = ()
    connection: str = ""
    virtual_interface: str = ""
    vlan_id: int | None = None
    tunnel: str = ""
    underlay: tuple[str, ...] = ()

    @property
    def carrier(self) -> str:
        """The virtual interface or tunnel; empty where neither is crossed."""
        return self.tunnel or self.virtual_interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A node on the way: what it is, what its table said, and how the packet leaves it (None: it does not).

    `vpc` is what the VPC's route table said before, where that is another table than its gateway's.
    """

    node: str
    what: str
    reason: Reason | None
    crossing: HopLink | None = None
    vpc: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The way that is taken once everything in `lost` is lost; `over` is empty if there is none left.

    `at` is the node that decides anew, and `how` and `rule` are what it chooses. Where no way is left, `rule` says why.
    """

    lost: tuple[str, ...]
    over: tuple[str, ...]
    hops: tuple[str, ...]
    at: str = ""
    how: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One direction: `to_aws`, `from_aws`, or empty within one side. `over` are virtual interfaces and tunnels.

    `end` says why it ends early, if it does. `translated` is what source NAT does to an answer. With `shared` flows are
    spread over several ways, of which the first one is shown. `struck` are the faults on the way at that moment: the
    tables lead over them whether or not anybody has noticed.
    """

    source: str
    target: str
    address: str
    direction: str
    hops: tuple[Hop, ...]
    over: tuple[str, ...]
    arrives: bool
    end: str = ""
    translated: str = ""
    shared: bool = False
    struck: tuple[str, ...] = ()
    next_best: tuple[Next, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A virtual interface that is up and that a direction does not use, although it leads to the same gateway."""

    connection: str
    virtual_interface: str
    direction: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The path between two machines in both directions. `remedy` is empty unless it is `asymmetric`.

    `changes` are what it tells of, as patches of the topology: each was tried, and makes the path symmetric.
    `ends_differ` says of what either direction crosses which settings its two ends have differently.
    """

    topology: str
    moment: str
    directions: tuple[Direction, Direction]
    asymmetric: bool
    remedy: str
    changes: tuple[Mapping[str, object], ...]
    unused: tuple[Unused, ...]
    down: tuple[str, ...]
    ends_differ: tuple[str, ...] = ()
