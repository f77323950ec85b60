"""What a change does to a running design: each difference with the rule for it, or why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.aws.mtu import LONGEST_INTERRUPTION
from dxemu.changes.change import Change
from dxemu.changes.permission import Interrupts, Permission, permission
from dxemu.changes.table import DEDICATED_BANDWIDTH, HOSTED_BANDWIDTH, TABLE
from dxemu.errors import Problem
from dxemu.topology.differences import Difference, differences
from dxemu.topology.document import Document
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import sentence
from dxemu.units import Seconds

PARAGRAPHS = {
    "DX-C002": """\
A change of something that stays as it is while a lab runs. What may change are the settings that
people change on their routers and with AWS's orders, and elements may come and go (docs/changes.md
has the table). AWS fixes others when they are created: VLAN, type and gateway of a virtual
interface, ASNs, the CIDR of a VPC. Make another one beside it and remove the first, as people do;
or write the change under the scenario's own `change:`, which is there before anything starts.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One difference that a change makes, and what is done for it.

    For at most `interruption` the `interrupted` virtual interfaces carry nothing; None: nobody publishes how long.
    """

    difference: Difference
    permission: Permission
    interrupted: tuple[str, ...] = ()
    interruption: Seconds | None = None

    def __str__(self) -> str:
        words = f"{self.difference}: {self.permission.words}"
        if not self.interrupted:
            return words
        names = " and ".join(repr(name) for name in self.interrupted)
        assumed = "; assumed" if self.permission.assumed else ""
        return f"{words} and interrupts {names} for up to {self.interruption}{assumed}"


def effects(before: TopologyFile, after: TopologyFile, change: Change) -> tuple[Effect, ...]:
    """What a change from one design to another does. What is refused is among them (`refusals` tells it)."""
    return tuple(_effect(found, after, change) for found in differences(before, after))


def longest_interruption(found: Sequence[Effect]) -> Seconds:
    """For how long something is interrupted at most, as far as anybody publishes it; 0 if nothing is."""
    return max((effect.interruption for effect in found if effect.interruption is not None), default=Seconds(0))


def refusals(found: Sequence[Effect], after: Document) -> Iterator[Problem]:
    """DX-C002: what cannot be changed while a lab runs."""
    for effect in found:
        if effect.permission.refused:
            mark = after.tree.marks.at(*effect.difference.path)
            problem = f"{effect.difference.name} cannot change while a lab runs"
            yield Problem(mark, "DX-C002", problem, sentence(effect.permission.refused))


def _effect(found: Difference, after: TopologyFile, change: Change) -> Effect:
    rule = _rule(found, after)
    if rule.interrupts is not Interrupts.CONNECTION:
        return Effect(difference=found, permission=rule)
    connection = after.virtual_interfaces[str(found.path[1])].connection
    names = tuple(name for name, vif in after.virtual_interfaces.items() if vif.connection == connection)
    for_ = LONGEST_INTERRUPTION if change.interruption is None else change.interruption
    return Effect(difference=found, permission=rule, interrupted=names, interruption=for_)


def _rule(found: Difference, after: TopologyFile) -> Permission:
    if found.path[:1] == ("connections",) and found.path[2:] == ("bandwidth",):
        hosted = after.connections[str(found.path[1])].hosted
        return HOSTED_BANDWIDTH if hosted else DEDICATED_BANDWIDTH
    return permission(TABLE, found)
