"""One BGP and one BFD speaker for two VRFs, inside the embedded kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import run_inside


@pytest.mark.lab
def test_two_vrfs_share_their_speakers_and_nothing_else_inside_the_embedded_kernel(tmp_path: Path) -> None:
    file = Path(__file__).parent / "inside" / "vrf_bgp.py"
    status, output = run_inside([file], tmp_path)
    assert status == 0, output
    assert " passed" in output, output
