"""What is AWS's stands with the page that says it, and with the day on which that was read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dxemu.aws

MODULES = [path for path in sorted(Path(dxemu.aws.__path__[0]).glob("*.py")) if path.name != "__init__.py"]
PAGE = re.compile(r"Source[ s:]|User Guide|API|SLA|FAQ")
DAY = re.compile(r"\b(read|as of|November)\b[^.]{0,30}20\d\d|20\d\d-\d\d-\d\d")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_says_where_it_has_it_from_and_when(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert PAGE.search(text) and DAY.search(text)
