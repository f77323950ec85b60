"""What `dxemu doctor` found, as values, as text and as JSON.

Each lack carries the one command that repairs it. A group is one way to run a lab (`--kernel embedded`,
`--kernel host`) or what both need.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA = "dxemu.doctor/1"

_LEAST_NAME_WIDTH = 16
_STATE_WIDTH = 8
_LINE_WIDTH = 120


class Readiness(StrEnum):
    """How far one thing is from use. Only NO keeps a lab from running; UNKNOWN could not be tried."""

    READY = "ready"
    WARNING = "warning"
    UNKNOWN = "unknown"
    NO = "no"


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing that was tried: what was seen, and the command (or short advice) that repairs it."""

    name: str
    state: Readiness
    detail: str
    repair: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that together say whether one way to run a lab is ready."""

    name: str
    summary: str
    findings: tuple[DoctorCheck, ...]

    @property
    def state(self) -> Readiness:
        """The worst of the findings: one NO makes the group NO, then UNKNOWN, then WARNING."""
        order = list(Readiness)
        return max((finding.state for finding in self.findings), key=order.index, default=Readiness.READY)

    @property
    def usable(self) -> bool:
        """Whether a lab can be run this way. A warning does not stop it; what could not be tried is not relied on."""
        return self.state in {Readiness.READY, Readiness.WARNING}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that doctor found. `kernels` are the two ways to run a lab; `shared` is what both need."""

    kernels: tuple[Group, ...]
    shared: tuple[Group, ...]

    @property
    def exit_status(self) -> int:
        """0 if a lab can be run in at least one way, else 3 (no lab could be built)."""
        runnable = any(group.usable for group in self.kernels) and all(group.usable for group in self.shared)
        return 0 if runnable else 3


def render_text(diagnosis: Diagnosis) -> str:
    """One line for each group; a group that is not ready is followed by its lacks, each with its repair below it.

    Lacks beside each other that one command repairs share that line.
    """
    lines: list[str] = []
    groups = (*diagnosis.kernels, *diagnosis.shared)
    lacks = [f"  {finding.name}" for group in groups for finding in _lacks(group)]
    width = max([_LEAST_NAME_WIDTH, *(len(name) for name in lacks)])
    for group in groups:
        lines += _entry(group.name, group.state, group.summary, width)
        for repair, findings in itertools.groupby(_lacks(group), lambda finding: finding.repair):
            for finding in findings:
                lines += _entry(f"  {finding.name}", finding.state, finding.detail, width)
            if repair:
                lines.append(f"{' ' * (width + _STATE_WIDTH + 4)}repair: {repair}")
    lines.append("")
    lines.append(_conclusion(diagnosis))
    return "\n".join(lines) + "\n"


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:  # Any: JSON
    """The diagnosis as JSON values, with every finding."""
    return {
        "schema": SCHEMA,
        "exit_status": diagnosis.exit_status,
        "kernels": [_group_json(group) for group in diagnosis.kernels],
        "shared": [_group_json(group) for group in diagnosis.shared],
    }


def _conclusion(diagnosis: Diagnosis) -> str:
    usable = [group.name for group in diagnosis.kernels if group.usable]
    if diagnosis.exit_status == 0:
        return f"A lab can run on the {' and on the '.join(usable)}."
    lacking = [group for group in (*diagnosis.kernels, *diagnosis.shared) if not group.usable]
    repairs = _unique(
        finding.repair for group in lacking for finding in group.findings if finding.state is Readiness.NO
    )
    first = f" Start with: {repairs[0]}" if repairs else ""
    return f"No lab can run here yet.{first}"


def _entry(name: str, state: Readiness, detail: str, width: int) -> list[str]:
    head = f"{name:<{width}}  {state:<{_STATE_WIDTH}}  "
    wrapped = textwrap.wrap(detail, _LINE_WIDTH - len(head), break_long_words=False, break_on_hyphens=False) or [""]
    return [(head + wrapped[0]).rstrip(), *(" " * len(head) + line for line in wrapped[1:])]


def _lacks(group: Group) -> list[DoctorCheck]:
    return [finding for finding in group.findings if finding.state is not Readiness.READY]


def _unique(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def _group_json(group: Group) -> dict[str, Any]:  # Any: JSON
    return {
        "name": group.name,
        "state": str(group.state),
        "usable": group.usable,
        "summary": group.summary,
        "findings": [
            {"name": f.name, "state": str(f.state), "detail": f.detail, "repair": f.repair} for f in group.findings
        ],
    }
