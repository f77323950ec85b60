"""What only a kernel can tell: each file of `inside/` is run as root inside the embedded kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import run_inside

FILES = sorted((Path(__file__).parent / "inside").glob("inside_*.py"))


@pytest.mark.lab
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_passes_inside_the_embedded_kernel(file: Path, tmp_path: Path) -> None:
    status, output = run_inside([file], tmp_path)
    assert status == 0, output
    assert " passed" in output, output
