"""The proof of changes finds a patch for whatever a design lets change."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from dxemu.topology.yaml import parse
from tools.change_examples import KINDS, STARTS, covering
from tools.fault_examples import Site, sites
from tools.verify_change_kinds import EACH, scenario

SITE = Site(Path(__file__).parents[3] / "topologies" / "backup_connection.yaml")
SOME = {
    "virtual_interfaces.*.customer.enabled",
    "virtual_interfaces.*.mtu",
    "virtual_interfaces.*",
    "connections.*",
    "customer.data_center.hosts.*",
    "aws.vpcs.*",
    "aws.virtual_private_gateways.*.route_propagation",
}


def test_few_patches_cover_every_kind_that_a_design_can_have() -> None:
    chosen = covering([SITE], 1)
    found = [kind for example in chosen for kind in example.kinds]
    assert set(found) <= {row.pattern for row in KINDS}
    assert set(found) >= SOME
    assert not any(kind.startswith(("lags.*.", "vpns.", "aws.transit_gateways.")) for kind in found)
    assert len(chosen) <= len(set(found))
    assert not any("<" in example.patch for example in chosen), "every name is filled in"


def test_every_kind_of_change_is_made_in_at_least_two_arrangements() -> None:
    had: dict[str, set[Path]] = defaultdict(set)
    chosen = covering(sites(), EACH)
    for example in chosen:
        for kind in example.kinds:
            had[kind].add(example.site.file)
    assert EACH >= 2
    assert {row.pattern: len(had[row.pattern]) for row in KINDS if len(had[row.pattern]) < EACH} == {}
    used = {(example.site.file.stem, example.start) for example in chosen if example.start}
    assert used == {(stem, start) for stem, starts in STARTS.items() for start in starts}, "each start is for something"


def test_the_scenario_of_a_change_starts_with_the_design_that_it_is_made_in() -> None:
    examples = covering([SITE], 1)
    assert examples
    for example in examples:
        made = parse(scenario(example), "scenario").value
        assert isinstance(made, dict)
        start = parse(f"{{{example.start}}}", "change").value if example.start else None
        assert made.get("change") == start
