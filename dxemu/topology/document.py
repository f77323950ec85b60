"""A lab's document: the topology file's tree with the place of every value, and what was laid over it since.

Whoever asks for its Topology gets it checked by the same rules, whatever it was made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.files import stem
from dxemu.topology import yaml
from dxemu.topology.built import built
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.rules import Rule, rules
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import field_at
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.model import Topology
from dxemu.topology.patch import merged, patch_of
from dxemu.topology.repair import HARMLESS, Repaired, marks_of, validated

LOOKED_AT = frozenset(
    (
        *("asn", "cidr_blocks", "hosted", "internet", "ipv6_cidr", "lag", "lags", "owner_account", "public_networks"),
        *("region", "region_delays", "route_filter_prefixes", "vpcs", "vpns", "vrrp_priority"),
        *("direct_connect_gateways", "transit_gateways", "virtual_private_gateways"),
    )
)
"""Keys without which others look wrong that are not: where one cannot be read, only local rules are asked."""

PARAGRAPHS = {
    "DX-T029": """\
A scenario says what happens to a design, and names it under `topology`. What shows a design
(`dxemu plan`, `dxemu graph`, --topology) takes the topology's own file.""",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A design as it is written. `name` is its topology's; `patch` was laid over `before`, if any was."""

    name: str
    tree: yaml.Tree
    patch: yaml.Tree | None = None
    before: Document | None = None
    _known: list[TopologyFile] = field(default_factory=list, init=False, repr=False, compare=False)
    """The design as it is written, once somebody has asked for it: to check it takes long."""

    def changed(self, patch: yaml.Tree) -> Document:
        """This document with `patch` laid over it: see `dxemu.topology.patch`."""
        return Document(self.name, merged(self.tree, patch), patch, self)

    def topology(self) -> Topology:
        """The design. Raises InputErrors with every mistake; one that a patch brought up elsewhere says so."""
        return replace(built(self.file(), self.name, self.tree.marks), document=self)

    def file(self) -> TopologyFile:
        """The design as it is written, without mistakes. Raises InputErrors as `topology` does."""
        if not self._known:
            problems, found = self._read()
            if problems or found is None:
                raise InputErrors(self._with_origin(problems))
            self._known.append(found)
        return self._known[0]

    def _read(self) -> tuple[list[Problem], TopologyFile | None]:
        tree = self.tree
        found = validated(TopologyFile, tree.value, tree.marks)
        problems = [*tree.problems, *found.problems]
        if found.entry is not None:
            asked = rules(local=bool(tree.problems) or _looked_at(found))
            problems += _findings(found.entry, asked, marks_of(found, tree.marks), frozenset(found.spoilt))
        return problems, found.entry

    def _with_origin(self, problems: list[Problem]) -> list[Problem]:
        """What a patch brought up but does not contain says so."""
        if self.patch is None or self.before is None:
            return problems
        there = {_same(problem): problem for problem in self.before._with_origin(self.before._read()[0])}
        said = f"It comes with the change at {self.patch.marks.key_at()}."
        return [
            problem
            if problem.mark in self.patch.marks
            else there.get(_same(problem)) or replace(problem, remedy=f"{problem.remedy} {said}")
            for problem in problems
        ]


def read(path: Path) -> Document:
    """The document of a topology file. Raises InputErrors: what `yaml.read` does, and DX-T029 for a scenario."""
    return of_tree(yaml.read(path), stem(path))


def parse(text: str, file_name: str = "topology.yaml") -> Document:
    """The document that `text` is; `file_name` is what errors call it. Raises InputErrors as `read` does."""
    return of_tree(yaml.parse(text, file_name), Path(file_name).stem)


def tried(topology: Topology, patch: Mapping[str, object]) -> Topology | None:
    """What a topology would be with `patch` laid over what it was made of; None if that is not known.

    Raises InputErrors for what breaks a rule.
    """
    written = topology.document
    return None if written is None else written.changed(patch_of(patch, Mark("remedy", 1, 1))).topology()


def of_tree(tree: yaml.Tree, name: str) -> Document:
    """The document of what was read; `name` is its topology's. Raises InputErrors: DX-T029 for a scenario."""
    if isinstance(tree.value, dict) and "topology" in tree.value and "virtual_interfaces" not in tree.value:
        problem = "this is a scenario, not a topology"
        remedy = f"Its topology is {tree.value['topology']}."
        raise InputErrors([Problem(tree.marks.key_at("topology"), "DX-T029", problem, remedy)])
    return Document(name, tree)


def _same(problem: Problem) -> tuple[object, ...]:
    return problem.mark, problem.code, problem.problem


def _looked_at(found: Repaired[TopologyFile]) -> bool:
    """Whether something is missing without which other entries look wrong that are not."""
    return any(
        path[-1] in LOOKED_AT
        or path[:2] == ("aws", "region_delays")
        or (((field := field_at(TopologyFile, path)) is None or field.is_required()) and path[-1] not in HARMLESS)
        for path in found.lost
    )


def _findings(file: TopologyFile, asked: Iterable[Rule], marks: Marks, spoilt: frozenset[KeyPath]) -> list[Problem]:
    findings = Findings(marks, spoilt)
    for rule in asked:
        rule(file, findings)
    return findings.problems
