"""A step for every kind of fault, in a design where it can happen: what the proofs of faults strike with.

Made of the kinds' own parameters, so that a new kind is struck with, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from random import Random

from dxemu.errors import InputErrors
from dxemu.faults.base import Fault
from dxemu.faults.menu import kinds
from dxemu.host import versions
from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.predict.predict import Pair
from dxemu.run.written import Written
from dxemu.story.names import names_of
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.topology.yaml import parse

TOPOLOGIES = Path("topologies")
SLOW = "1 Mbps"
NOBODYS = "10.99.0.0/16"
"""A network that no topology has: for faults that are told which to announce."""


@dataclass(frozen=True)
class Site:
    """A topology in whose designs faults strike."""

    file: Path

    @cached_property
    def topology(self) -> Topology:
        """As it is written."""
        return load(self.file)

    @cached_property
    def plan(self) -> Plan:
        """For the daemons of this machine."""
        return make_plan(self.topology, versions.installed())

    @cached_property
    def names(self) -> Mapping[str, Sequence[str]]:
        """What faults may name."""
        return names_of(self.topology)

    @cached_property
    def pair(self) -> Pair:
        """The first host and the first instance."""
        return Pair("app", self.names["host"][0], self.names["instance"][0])

    def written(self, kind: str, values: Mapping[str, str]) -> Fault | None:
        """The fault with these values; None if it cannot be, or not here."""
        text = f"{kind}: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}"
        try:
            _, fault = Written(parse(text, kind), self.names).fault()
            fault.effects(self.plan)
            mistaken = fault.mistake(self.plan)
        except (InputErrors, LookupError, StopIteration):
            return None
        return None if mistaken else fault


@dataclass(frozen=True, slots=True)
class Example:
    """One fault of a kind at a site, with the values that it is written with."""

    site: Site
    kind: str
    values: Mapping[str, str]
    fault: Fault

    @property
    def text(self) -> str:
        """As a step has it."""
        return f"{{{self.kind}: {{{', '.join(f'{key}: {value}' for key, value in self.values.items())}}}}}"

    @property
    def lasts_s(self) -> float:
        """What it lasts by itself; infinite if it does not end so."""
        return math.inf if self.fault.ends_after is None else float(self.fault.ends_after)


def sites() -> list[Site]:
    """Those with a host and an instance, the plainest first."""
    found = [Site(file) for file in sorted(TOPOLOGIES.glob("*.yaml"))]
    return sorted((one for one in found if one.names["host"] and one.names["instance"]), key=_size)


def _size(site: Site) -> tuple[bool, int]:
    """One with a way that is left comes first: members of a LAG are one way."""
    ways = len(site.names["connection"]) if not site.names["lag"] else 1
    return ways == 1, len(site.plan.nodes)


def examples(kind: str, site: Site, random: Random | None = None) -> Iterator[Example]:
    """Every fault of a kind that can happen at a site, with any of its targets; in a random order with `random`."""
    known = parameters_of(kinds()[kind])
    targets = [(p.key, name) for p in known if p.need is Need.TARGET for name in site.names.get(p.noun, ())]
    rest = [p for p in known if p.need in (Need.ALWAYS, Need.CHOICE)]
    choices = list(product(*(_values(one, site) for one in rest)))
    found = list(product(targets or [("", "")], choices))
    if random is not None:
        random.shuffle(found)
    for (target, name), values in found:
        told = {target: name} if target else {}
        told |= {one.key: value for one, value in zip(rest, values, strict=True)}
        told |= {one.key: shortest for one in known if one.key not in told and (shortest := _shortest(one))}
        fault = site.written(kind, told)
        if fault is not None:
            yield Example(site, kind, told, fault)


def _shortest(one: Parameter) -> str:
    """A duration of minutes that nobody has to give is the shortest."""
    is_long = one.takes is Takes.DURATION and one.need is Need.OPTIONAL and (one.least or 0) >= 1
    return f"{one.least:g} s" if is_long else ""


def _values(one: Parameter, site: Site) -> Sequence[str]:
    match one.takes:
        case Takes.WORD:
            return [str(choice) for choice in one.choices]
        case Takes.DURATION:
            return [f"{one.least:g} s"] if (one.least or 0) >= 1 else [one.example]
        case Takes.BIT_RATE:
            return [SLOW]
        case Takes.NETWORKS | Takes.NETWORK if not one.example:
            return [NOBODYS]
        case Takes.NAME:
            return list(site.names.get(one.noun, ()))
    return [one.example or f"{one.least or 1:g}"]
