"""`dxemu explain CODE`: the paragraph on each code that an error or a finding of the audit can have."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.audit.menu import rules
from dxemu.errors import DxemuError
from dxemu.topology.check.rules import paragraphs
from dxemu.topology.paragraphs import of_arrangements, of_changes, of_files, of_routing, of_scenarios, of_topologies
from dxemu.topology.words import nearest


class UnknownCode(DxemuError):
    """No error has this code. The message names the nearest that one has."""

    exit_status = 2


def codes() -> Mapping[str, str]:
    """All paragraphs, by code; those of the audit, and of AWS's quotas, stand with their rules."""
    files = (of_files, of_topologies, of_arrangements, of_routing, of_scenarios, of_changes)
    found = {code: paragraph for file in files for code, paragraph in file.PARAGRAPHS.items()}
    found |= paragraphs()
    return found | {code: rule.paragraph or f"{rule.rule}. Source: {rule.source}." for code, rule in rules().items()}


def explain(code: str) -> str:
    """The paragraph on a code, wrapped at 100 characters; `t014` will do. Raises UnknownCode."""
    paragraphs = codes()
    wanted = code.strip().upper()
    wanted = wanted if wanted in paragraphs or wanted.startswith("DX-") else f"DX-{wanted}"
    if wanted in paragraphs:
        return paragraphs[wanted]
    close = nearest(wanted, paragraphs) if wanted[-1:].isdigit() else None
    hint = f"the nearest is {close}" if close else f"there are {', '.join(paragraphs)}"
    raise UnknownCode(f"there is no code {code.strip()}; {hint}")
