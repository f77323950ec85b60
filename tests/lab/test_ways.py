"""What is computed of a packet's way, asked of the kernels' tables: every topology, a few in each guest.

Half of what a small one takes is the guest's boot and pytest's start in it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY, run_inside

TOPOLOGIES = [file.stem for file in sorted((REPOSITORY / "topologies").glob("*.yaml"))]
TOPOLOGIES += ["route_tables_of_vpcs", "static_routes_to_attachments"]
GUESTS = 6
SHARED = [TOPOLOGIES[number::GUESTS] for number in range(GUESTS)]


@pytest.mark.lab
@pytest.mark.parametrize("topologies", SHARED, ids=" ".join)
def test_computed_way_is_the_kernels_inside_the_embedded_kernel(topologies: list[str], tmp_path: Path) -> None:
    file = Path(__file__).parent / "inside" / "computed_ways.py"
    status, output = run_inside([file], tmp_path, "-k", " or ".join(f"[{topology}]" for topology in topologies))
    assert status == 0, output
    assert f"{len(topologies)} passed" in output, output
