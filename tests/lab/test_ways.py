"""What is computed of a packet's way, asked of the kernels' tables: every topology in a guest of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY, run_inside

TOPOLOGIES = [*sorted(file.stem for file in (REPOSITORY / "topologies").glob("*.yaml")), "route_tables_of_vpcs"]


@pytest.mark.lab
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_computed_way_is_the_kernels_inside_the_embedded_kernel(topology: str, tmp_path: Path) -> None:
    file = Path(__file__).parent / "inside" / "computed_ways.py"
    status, output = run_inside([file], tmp_path, "-k", f"[{topology}]")
    assert status == 0, output
    assert "1 passed" in output, output
