"""`dxemu explain CODE`."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.topology.codes import of_files, of_scenarios, of_topologies
from dxemu.topology.words import nearest


def codes() -> Mapping[str, str]:
    """All paragraphs, by code."""
    return {**of_files.PARAGRAPHS, **of_topologies.PARAGRAPHS, **of_scenarios.PARAGRAPHS}


def explain(code: str) -> str:
    """The paragraph on a code, wrapped at 100 characters; `t014` will do.

    Raises KeyError for an unknown one, naming the nearest.
    """
    paragraphs = codes()
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("DX-") else f"DX-{wanted}"
    if wanted in paragraphs:
        return paragraphs[wanted]
    close = nearest(wanted, paragraphs) or next(iter(paragraphs))
    raise KeyError(f"there is no code {code.strip()}; the nearest is {close}")
