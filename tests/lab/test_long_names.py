"""Names of 100 characters, the longest that a file may have: sockets, interfaces and files are made for them, too."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from benchmarks.designs import SCENARIO
from dxemu.host import where
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

LONGEST = 100
NAMES = {
    "vpn_backup": r"(customer_router|colo_router|metro|app|web|dx_1|prod|vgw|primary)",
    "hardware_high_availability": r"(dc_[ab]|colo_[ab]|metro_[ab]+|app|web|dx_[12]|prod|vgw|primary|backup)",
}
"""What in each topology is a name of its writer's: the first has BFD and IPsec, the second VRRP."""


@pytest.mark.parametrize("topology", NAMES)
def test_a_lab_of_the_longest_names_comes_up(topology: str, tmp_path: Path) -> None:
    shipped = (REPOSITORY / "topologies" / f"{topology}.yaml").read_text(encoding="utf-8")
    story, _, design = shipped.partition("\n")
    longer = re.sub(rf"\b{NAMES[topology]}(?=[:,}}\]])", lambda found: found[1].ljust(LONGEST, "x"), design)
    (tmp_path / "design.yaml").write_text(f"{story}\n{longer}", encoding="utf-8")
    text = SCENARIO.format(topology=tmp_path / "design.yaml", instance="web".ljust(LONGEST, "x"))
    text = text.replace("from: app", "from: " + "app".ljust(LONGEST, "x"))
    (tmp_path / "story.yaml").write_text(text, encoding="utf-8")
    prepared = prepare(tmp_path / "story.yaml")
    assert max(len(node.name) for node in prepared.plan.nodes) >= LONGEST
    result = asyncio.run(rehearse(prepared, where.embedded("virtual"), tmp_path, 1, lambda _: None))
    assert result.verdict == "pass"
