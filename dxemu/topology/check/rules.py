"""The rules of topologies: each module of this folder that has a `check`. Their order does not matter.

A module may have `LOCAL = True`: it looks at one entry at a time, and is asked even where others are not known. It may
also hold what `dxemu explain` says of its own codes, as `PARAGRAPHS` (`dxemu.report.codes`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType

from dxemu.registry import modules
from dxemu.topology import check
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

Rule = Callable[[TopologyFile, Findings], None]


def rules(*, local: bool = False) -> tuple[Rule, ...]:
    """All of them, or only the local ones."""
    return tuple(module.check for module in _modules() if not local or getattr(module, "LOCAL", False))


def _modules() -> Iterator[ModuleType]:
    found = (importlib.import_module(f"{check.__name__}.{name}") for name in modules(check) if name != "rules")
    return (module for module in found if hasattr(module, "check"))
