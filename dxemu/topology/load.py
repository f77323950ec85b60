"""A topology file -> Topology, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.files import stem
from dxemu.topology import yaml
from dxemu.topology.built import built
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.rules import LOCAL_RULES, RULES, Rule
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import field_at
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.model import Topology
from dxemu.topology.repair import HARMLESS, Repaired, marks_of, validated

Overrides = yaml.Tree | Mapping[str, object] | None

LOOKED_AT = frozenset(
    (
        *("asn", "cidr_blocks", "hosted", "internet", "ipv6_cidr", "lag", "lags", "owner_account", "public_networks"),
        *("region", "region_delays", "route_filter_prefixes", "vpcs", "vpns", "vrrp_priority"),
        *("direct_connect_gateways", "transit_gateways", "virtual_private_gateways"),
    )
)
"""Keys without which others look wrong that are not: where one cannot be read, only LOCAL_RULES are asked."""


def load(path: Path, overrides: Overrides = None) -> Topology:
    """The topology of a file, with `overrides` laid over it (a scenario's `change`): mappings merge, the rest replaces.

    Raises InputErrors with every mistake; those in a `Tree` of overrides are marked in the file it came from.
    """
    return _topology(yaml.read(path), overrides, stem(path))


def loads(text: str, file_name: str = "topology.yaml", overrides: Overrides = None) -> Topology:
    """The topology that `text` describes; `file_name` is what errors call it. Raises InputErrors."""
    return _topology(yaml.parse(text, file_name), overrides, Path(file_name).stem)


def json_schema() -> dict[str, object]:
    """The JSON schema of topology files, for editors."""
    return TopologyFile.model_json_schema()


def _topology(tree: yaml.Tree, overrides: Overrides, name: str) -> Topology:
    if isinstance(overrides, Mapping):
        file = "overrides"
        overrides = yaml.Tree(dict(overrides), Marks(file, {(): Mark(file, 1, 1)}, ()))
    if isinstance(tree.value, dict) and "topology" in tree.value and "virtual_interfaces" not in tree.value:
        problem = "this is a scenario, not a topology"
        remedy = f"Its topology is {tree.value['topology']}."
        raise InputErrors([Problem(tree.marks.key_at("topology"), "DX-T029", problem, remedy)])
    if overrides is not None:
        tree = yaml.overlay(tree, overrides)
    found = validated(TopologyFile, tree.value, tree.marks)
    problems = [*tree.problems, *found.problems]
    if found.entry is not None:
        rules = LOCAL_RULES if tree.problems or _looked_at(found) else RULES
        problems += _findings(found.entry, rules, marks_of(found, tree.marks), frozenset(found.spoilt))
    if problems or found.entry is None:
        raise InputErrors(problems)
    return built(found.entry, name, tree.marks)


def _looked_at(found: Repaired[TopologyFile]) -> bool:
    """Whether something is missing without which other entries look wrong that are not."""
    return any(
        path[-1] in LOOKED_AT
        or path[:2] == ("aws", "region_delays")
        or (((field := field_at(TopologyFile, path)) is None or field.is_required()) and path[-1] not in HARMLESS)
        for path in found.lost
    )


def _findings(file: TopologyFile, rules: Iterable[Rule], marks: Marks, spoilt: frozenset[KeyPath]) -> list[Problem]:
    findings = Findings(marks, spoilt)
    for rule in rules:
        rule(file, findings)
    return findings.problems
