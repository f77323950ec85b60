"""Routers that are not ours against our AWS side: each file of `inside/` runs inside the embedded kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import run_inside

FILES = sorted((Path(__file__).parent / "inside").glob("inside_*.py"))


@pytest.mark.peers
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_speaks_with(file: Path, tmp_path: Path) -> None:
    status, output = run_inside([file], tmp_path, "-rs")
    assert status == 0, output
    if " passed" not in output:
        pytest.skip(output)
