"""Effects of a fault in the terms of a prediction: which cables are dead, and who has lost light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dxemu.control.wires import esp_of, vlan_of
from dxemu.faults.effects import (
    ControlFrozen,
    Drained,
    Effect,
    KeysKept,
    LinkDead,
    Misled,
    NodeGone,
    PortDark,
    ProcessGone,
    Protocol,
    SessionClosed,
    Unheard,
    VlanDead,
    Worsened,
)
from dxemu.plan.model import Plan
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Cables that stop carrying packets from `at` to `until` (None: for good).

    A virtual interface or tunnel alone is written as `dxemu.control.wires` says, among the cables.

    `carrier_lost_at` are the nodes whose port loses carrier: they know at once. Everybody else whose
    session crosses one of `cables` finds out by BFD or by the hold timer. Empty means a silent fault.
    `restarting` are the nodes whose routing process is not there, while their kernels go on forwarding; `powerless`
    those without power, which forget what they knew. `unheard` is what has fallen silent while all else passes.
    `closed` are the sessions that one end holds down, `drained` those that carry no routes,
    `frozen` the nodes whose routing programs stand still.
    With `by_chance` nobody can say what is lost while it lasts.
    """

    fault: str
    at: Seconds
    until: Seconds | None
    cables: tuple[str, ...]
    carrier_lost_at: tuple[str, ...] = ()
    restarting: tuple[str, ...] = ()
    powerless: tuple[str, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    by_chance: bool = False
    closed: tuple[SessionClosed, ...] = ()
    drained: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """The cables that it is about: also those on which a LAG's members do not hear each other."""
        return (*self.cables, *(one.on for one in self.unheard if one.protocol is Protocol.LACP))

    @property
    def cuts_nothing(self) -> bool:
        """Whether every packet of users passes, for as long as the routers know the way."""
        quiet = (self.restarting, self.unheard, self.closed, self.drained, self.frozen)
        return any(quiet) and not self.cables

    def overlaps(self, other: Impact) -> bool:
        """Whether there is a moment at which both last."""
        return all(
            one.until is None or two.at < one.until or one.at == two.at for one, two in ((self, other), (other, self))
        )


def impact_of(plan: Plan, fault: str, at: Seconds, until: Seconds | None, effects: Sequence[Effect]) -> Impact:
    """What the effects of a fault come to, from `at` to `until`."""
    gone = {effect.node for effect in effects if isinstance(effect, NodeGone)}
    dark = [cable for cable in plan.cables if {cable.a.node, cable.b.node} & gone]
    cables = [*_dead(effects), *(cable.name for cable in dark)]
    ends = [effect.node for effect in effects if isinstance(effect, PortDark)]
    ends += [end.node for cable in dark for end in (cable.a, cable.b)]
    return Impact(
        fault=fault,
        at=at,
        until=until,
        cables=tuple(dict.fromkeys(cables)),
        carrier_lost_at=tuple(dict.fromkeys(ends)),
        restarting=tuple(effect.node for effect in effects if isinstance(effect, ProcessGone)),
        powerless=tuple(sorted(gone)),
        unheard=tuple(effect for effect in effects if isinstance(effect, Unheard)),
        by_chance=any(isinstance(effect, Worsened | Misled) or _expires(plan, at, until, effect) for effect in effects),
        closed=tuple(effect for effect in effects if isinstance(effect, SessionClosed)),
        drained=tuple(effect.session for effect in effects if isinstance(effect, Drained)),
        frozen=tuple(effect.node for effect in effects if isinstance(effect, ControlFrozen)),
    )


def _expires(plan: Plan, at: Seconds, until: Seconds | None, effect: Effect) -> bool:
    """Whether keys that are not renewed may end before `until`: what moves then is not predicted."""
    if not isinstance(effect, KeysKept):
        return False
    return until is None or until - at >= plan.tunnel(effect.tunnel).shortest_phase2


def _dead(effects: Iterable[Effect]) -> Iterable[str]:
    for effect in effects:
        if isinstance(effect, LinkDead):
            yield effect.cable
        elif isinstance(effect, VlanDead):
            yield vlan_of(effect.virtual_interface)
        elif isinstance(effect, Unheard) and effect.protocol is Protocol.ESP:
            yield esp_of(effect.on)
