"""IPsec tunnels between two strongSwan inside the embedded kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import run_inside


@pytest.mark.lab
def test_tunnels_behave_as_aws_says_inside_the_embedded_kernel(tmp_path: Path) -> None:
    file = Path(__file__).parent / "inside" / "strongswan_tunnels.py"
    status, output = run_inside([file], tmp_path)
    assert status == 0, output
    assert " passed" in output, output
