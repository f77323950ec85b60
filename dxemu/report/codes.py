"""`dxemu explain CODE`: the paragraph on each code that an error or a finding of the audit can have.

Each stands in the file that finds the mistake: `PARAGRAPHS` of a module there, `paragraph` of a rule of the audit.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from dxemu import changes, story, topology
from dxemu.audit.menu import rules
from dxemu.errors import DxemuError
from dxemu.registry import modules
from dxemu.topology import check
from dxemu.topology.words import nearest, quoted

PLACES = (topology, check, story, changes)
"""The folders whose modules find mistakes in files."""


class UnknownCode(DxemuError):
    """No error has this code. The message names the nearest that one has."""

    exit_status = 2


def codes() -> Mapping[str, str]:
    """All paragraphs, by code."""
    found: dict[str, str] = {}
    for package in PLACES:
        for name in modules(package):
            found |= getattr(importlib.import_module(f"{package.__name__}.{name}"), "PARAGRAPHS", {})
    found |= {code: rule.paragraph or f"{rule.rule}. Source: {rule.source}." for code, rule in rules().items()}
    return dict(sorted(found.items()))


def explain(code: str) -> str:
    """The paragraph on a code, wrapped at 100 characters; `t014` will do. Raises UnknownCode."""
    paragraphs = codes()
    wanted = code.strip().upper()
    wanted = wanted if wanted in paragraphs or wanted.startswith("DX-") else f"DX-{wanted}"
    if wanted in paragraphs:
        return paragraphs[wanted]
    close = nearest(wanted, paragraphs) if wanted[-1:].isdigit() else None
    hint = f"Did you mean '{close}'?" if close else f"Known: {', '.join(_families(paragraphs))}."
    raise UnknownCode(f"there is no code {quoted(code.strip())}\n  {hint}")


def _families(known: Iterable[str]) -> Iterator[str]:
    """`DX-A001 to DX-A018` and so on: by the letter, which says what they are of."""
    for _, family in groupby(sorted(known), key=lambda code: code[: len("DX-A")]):
        first, *_, last = family
        yield f"{first} to {last}"
