"""What every fault is, and where faults are found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from dxemu.errors import FaultNotApplied
from dxemu.faults.breakable_cable import BreakableCable
from dxemu.faults.effects import Effect
from dxemu.parameters import Contradiction, parameters_of, target_of
from dxemu.plan.model import Plan
from dxemu.plan.packets import Arrival
from dxemu.registry import kind_of
from dxemu.units import IPNetwork, Seconds

Pause = Callable[[float], Awaitable[bool]]
"""Waits so many seconds of the lab's time; gives whether the work is to end instead of going on."""


class BreakableGuards(Protocol):
    """Stateful firewalls in a lab, each under a name of its own."""

    async def put(self, name: str, node: str) -> int:
        """From now on it passes no TCP of which it has not seen the beginning. Gives its rules; raises LabError."""

    async def take(self, name: str) -> tuple[int, int]:
        """Take it away. Gives how many packets it has dropped, and how many rules the kernel still holds."""


class BreakableFilters(Protocol):
    """What vanishes in a lab by what it is, each under a name of its own."""

    async def put(self, name: str, arrivals: Sequence[Arrival]) -> Mapping[str, int]:
        """From now on these packets vanish where they arrive. Gives how many rules the kernels hold, by node."""

    async def dropped(self, name: str) -> int:
        """How many packets have vanished so."""

    async def take(self, name: str) -> Mapping[str, int]:
        """Let them pass again. Gives how many of its rules the kernels still hold, by node."""

    @property
    def guards(self) -> BreakableGuards:
        """Stateful firewalls."""


class BreakableBeside(Protocol):
    """What faults go on doing while they stand, each under a name."""

    def start(self, name: str, work: Callable[[Pause], Awaitable[str]]) -> None:
        """Begin it. What it gives at its end is told to who stops it."""

    async def stop(self, name: str) -> str:
        """Have it end, if it has not yet, and give what it gave. Raises what it raised."""


class BreakableControl(Protocol):
    """The routing processes of a lab."""

    async def hold_down(self, session: str, node: str, *, down: bool) -> bool:
        """Have one end close a session and take no connection, or take them again. Gives whether it has the session."""

    def is_up(self, session: str) -> bool:
        """Whether both ends say that a session is up."""

    def freeze(self, node: str, *, frozen: bool) -> Mapping[str, str]:
        """Stop all routing programs of a node where they are, or let them go on. Gives the kernel's word for each."""

    def freeze_ike(self, node: str, *, frozen: bool) -> Mapping[str, str]:
        """The same for the IKE daemon of a node alone."""

    async def refuse_keys(self, tunnel: str, *, refused: bool) -> str:
        """AWS's end refuses new keys for ESP, or takes them again. Gives charon's word for it; raises LabError."""

    async def limit(self, session: str, most: int | None) -> bool:
        """AWS takes `most` prefixes on a session from now on (None: what the design says). Gives whether it is up."""

    async def shut_bfd(self, session: str, node: str, *, shut: bool) -> bool:
        """Shut BFD of a session down at one end, or run it again. Gives whether it runs there."""

    async def slow(self, virtual_interface: str, by_s: float | None) -> Mapping[str, tuple[float, int]]:
        """Have BGP and BFD leave both ends later, or (None) no longer. By node: how late, and how many were."""

    async def drain(self, session: str, *, drained: bool) -> int:
        """AWS announces and takes nothing on a session, or does so again. Gives how many prefixes it has told."""

    async def prepend(self, session: str, times: int) -> str:
        """AWS puts its ASN so often in front once more (0: as designed). Gives what it then has told, in words."""

    async def tell_med(self, session: str, med: int | None) -> str:
        """AWS tells this MED on a session (None: as designed). Gives what it then has told, in words."""


class BreakableOperator(Protocol):
    """Who configures the customer's routers, and what goes wrong there."""

    async def leak(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes`, too, past every filter. Gives what its table then has of its own."""

    async def stop_leak(self, router: str, prefixes: Collection[IPNetwork]) -> tuple[IPNetwork, ...]:
        """As before the leak. Gives what of `prefixes` its table still has, and should not."""

    def announced(self, router: str) -> tuple[IPNetwork, ...]:
        """All that a router has of its own, or has told AWS."""

    async def reset(self, virtual_interface: str) -> Mapping[str, bool]:
        """Clear the sessions of a virtual interface. Gives whether each is up again at both ends."""


class BreakableLab(Protocol):
    """A running lab as faults need it: `dxemu.lab.lab.Lab` is one. Nothing else of a lab is known here."""

    @property
    def plan(self) -> Plan:
        """What it was built from."""

    @property
    def filters(self) -> BreakableFilters:
        """What vanishes by what it is."""

    @property
    def control(self) -> BreakableControl:
        """Its routing processes."""

    @property
    def operator(self) -> BreakableOperator:
        """Who configures the customer's routers."""

    @property
    def beside(self) -> BreakableBeside:
        """What goes on while faults stand."""

    async def originate(self, speaker: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a speaker announce exactly `prefixes` of its own. Gives what its table then says."""

    def originated(self, speaker: str) -> tuple[IPNetwork, ...]:
        """What a speaker's table says that it announces of its own."""

    def cable(self, name: str) -> BreakableCable:
        """Raises KeyError for a name that the plan does not have."""

    async def silence(self, virtual_interface: str, *, silent: bool) -> Mapping[str, float]:
        """Drop all of a virtual interface's packets at both ends, or no longer, as far as nothing else does.

        Gives the loss in percent, by node. Raises FaultNotApplied.
        """

    async def set_power(self, node: str, *, on: bool) -> Mapping[str, bool]:
        """Take a node's power, or give it back. Gives the carrier at the other ends of its cables, by node."""

    def set_forwarding(self, node: str, *, on: bool) -> Mapping[str, bool]:
        """Have a node's kernel forward, or not. Gives what it says, by IP version."""

    async def stop_bgp(self, node: str) -> Mapping[str, int]:
        """End the routing process of a node; its kernel goes on. Gives the number of BGP's routes left, by speaker."""

    def start_bgp(self, node: str) -> None:
        """Start the routing process of a node again."""

    def bgp_runs(self, node: str) -> bool:
        """Whether the kernel has the routing process of a node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(ABC):
    """One kind of failure: a frozen dataclass, whose fields are its parameters (`dxemu.parameters`).

    `words` say what happens, for people; `imitates` what of the world is meant by it, and `leaves_out` what is not.
    `audited` are the targets that `dxemu audit` lets fail in this way, each with the verb for it: none, unless the kind
    says so. `needs` are the modules that a lab imports for it before time starts. `aws_state` is AWS's word for a
    virtual interface while it stands. `takes` is what of its target one fault alone can work with.
    """

    words: ClassVar[str]
    imitates: ClassVar[str] = ""
    leaves_out: ClassVar[str] = ""
    audited: ClassVar[Mapping[str, str]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    aws_state: ClassVar[str] = ""
    takes: ClassVar[str] = ""

    @property
    def target(self) -> str:
        """What it hits, for people."""
        return target_of(self)[1]

    def contradictions(self) -> Iterator[Contradiction]:
        """What cannot be, though each value can."""
        yield from ()

    def clash(self, other: Fault) -> str:
        """Why it cannot stand while `other` does, in words; "" if it can."""
        both = self.takes and self.takes == other.takes and self != other
        same = both and target_of(self) == target_of(other)
        return f"'{self.target}' has one {self.takes}, and another fault works with it" if same else ""

    @property
    def ends_after(self) -> Seconds | None:
        """How long it lasts at most, whatever else is said; None: until it is healed."""
        return None

    def mistake(self, plan: Plan) -> str:
        """Why it cannot happen in `plan`, although all that it names is there; empty if it can."""
        del plan
        return ""

    def halved(self, plan: Plan) -> tuple[str, ...]:
        """Cables of `plan` whose ends must be able to lose light alone: the lab is built for it."""
        del plan
        return ()

    @abstractmethod
    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """What it does to the design."""

    @abstractmethod
    async def inject(self, lab: BreakableLab) -> str:
        """Do it, read it back, say what the kernel said. Raises FaultNotApplied."""

    @abstractmethod
    async def heal(self, lab: BreakableLab) -> str:
        """Undo it, read it back, say what the kernel said. Raises FaultNotApplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketsVanish(Fault):
    """Packets of one kind vanish, and everything else passes. Nobody is told."""

    @abstractmethod
    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """What vanishes, and where."""

    async def inject(self, lab: BreakableLab) -> str:
        """Have them vanish; the kernels are asked for their rules."""
        arrivals = self.arrivals(lab.plan)
        held = await lab.filters.put(self._name, arrivals)
        missing = {one.node for one in arrivals} - {node for node, rules in held.items() if rules}
        if missing or not held:
            raise FaultNotApplied(f"no filter of {self._what(lab.plan)} on {', '.join(sorted(missing)) or 'any node'}")
        return f"{self._what(lab.plan)} dropped on arrival at {' and '.join(held)}"

    async def heal(self, lab: BreakableLab) -> str:
        """Let them pass again; the kernels are asked what they had dropped, and for what is left."""
        dropped = await lab.filters.dropped(self._name)
        left = await lab.filters.take(self._name)
        if any(left.values()):
            raise FaultNotApplied(f"{self._what(lab.plan)} should pass again, the kernels hold filters: {left}")
        return f"{self._what(lab.plan)} passes again, {dropped} packets dropped meanwhile"

    @property
    def _name(self) -> str:
        """The same for the same kind and parameters only."""
        given = (getattr(self, parameter.attribute) for parameter in parameters_of(type(self)))
        return " ".join((kind_of(type(self)), *(str(value) for value in given if value is not None)))

    def _what(self, plan: Plan) -> str:
        return " and ".join(dict.fromkeys(str(one.packets) for one in self.arrivals(plan)))


async def switch_light(lab: BreakableLab, cable: str, *, up: bool) -> str:
    """Take the light away from both ends of a cable, or give it back. Raises FaultNotApplied."""
    read = await lab.cable(cable).set_carrier(up=up)
    return f"carrier {'up' if all(read.values()) else 'down'} on {' and '.join(read)}"


async def switch_power(lab: BreakableLab, nodes: Collection[str], *, on: bool) -> str:
    """Take the power of `nodes`, or give it back, and say what the kernels say. Raises FaultNotApplied."""
    for node in nodes:
        read = await lab.set_power(node, on=on)
        wrong = sorted(far for far, carrier in read.items() if carrier is not on and far not in nodes)
        if wrong:
            state = "light" if on else "no light"
            raise FaultNotApplied(f"{', '.join(wrong)} should see {state} from {node}, the kernel says {read}")
    return f"every port of {', '.join(nodes)} is {'lit' if on else 'dark'}"
