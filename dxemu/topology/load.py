"""A topology file -> Topology, or every mistake in it at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.files import stem
from dxemu.topology import yaml
from dxemu.topology.built import built
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.rules import RULES
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import field_at, meant, problems_of
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.model import Topology

Overrides = yaml.Tree | Mapping[str, object] | None

LOOKED_AT = frozenset(
    (
        *("asn", "cidr_blocks", "hosted", "internet", "ipv6_cidr", "lag", "lags", "owner_account", "public_networks"),
        *("region", "region_delays", "route_filter_prefixes", "vpcs", "vpns", "vrrp_priority"),
        *("direct_connect_gateways", "transit_gateways", "virtual_private_gateways"),
    )
)
"""Keys without which other entries look wrong that are not: where one of them cannot be read, no rule is asked."""


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
    try:
        file_entry = TopologyFile.model_validate(tree.value)
    except ValidationError as error:
        raise InputErrors(_all_problems(error, tree)) from error
    problems = _findings(file_entry, tree.marks, frozenset())
    if problems:
        raise InputErrors(problems)
    return built(file_entry, name, tree.marks)


def _all_problems(error: ValidationError, tree: yaml.Tree) -> list[Problem]:
    """The mistakes of form and, where the rest of the file can still be understood, those of meaning too."""
    problems = problems_of(error, TopologyFile, tree.marks)
    repaired = copy.deepcopy(tree.value)
    spoilt = set()
    for detail in error.errors(include_url=False):
        path: KeyPath = tuple(detail["loc"])
        key = meant(path, TopologyFile) if detail["type"] == "extra_forbidden" else path[-1] if path else None
        if key in LOOKED_AT or not _repair(repaired, path, detail["type"] == "missing"):
            return problems
        if key is not None:
            spoilt.add(path[:-1])
    try:
        file_entry = TopologyFile.model_validate(repaired)
    except ValidationError:
        return problems
    return problems + _findings(file_entry, tree.marks, frozenset(spoilt))


def _repair(tree: object, path: KeyPath, missing: bool) -> bool:
    """Take a wrong value out of `tree`, or put a harmless quantity in its place. False if neither can be done."""
    field = field_at(TopologyFile, path) if path else None
    if path[:2] == ("aws", "region_delays"):
        return False  # Everything in that Region would look lost.
    quantity = field is not None and path[-1] in ("bandwidth", "delay")
    if field is not None and field.is_required() and not quantity:
        return False
    for key in path[:-1]:
        if isinstance(tree, dict):
            tree = tree.get(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
    if not isinstance(tree, dict) or (field is None and missing):
        return False
    if quantity:
        tree[path[-1]] = "10 Gbps" if path[-1] == "bandwidth" else "1 ms"
    else:
        tree.pop(path[-1], None)
    return True


def _findings(file: TopologyFile, marks: Marks, spoilt: frozenset[KeyPath]) -> list[Problem]:
    findings = Findings(marks, spoilt)
    for rule in RULES:
        rule(file, findings)
    return findings.problems
