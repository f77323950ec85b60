"""Who noticed a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, faults_named, together
from dxemu.words import direction as in_words
from dxemu.words import duration

DETECTORS = ("carrier", "bfd", "hold_timer", "notification", "lacp", "dpd", "vrrp")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedExpected(Subject):
    """What ended the session, or moved the path."""

    of: ClassVar[str] = "fault"
    words: ClassVar[str] = "this is what noticed it"
    example: ClassVar[str] = "{detected: cable_silent, by: bfd}"

    by: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=DETECTORS)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))

    def judge(self, measured: Measured) -> Judged:
        """In each direction."""
        faults = {f.fault for f in faults_named(self.name, measured.faults)}
        findings = []
        for stage in measured.stages:
            if stage.fault not in faults or stage.direction not in directions(self.direction):
                continue
            if stage.detect_ms is None:
                findings.append((False, f"nobody noticed {in_words(stage.direction)}"))
            else:
                words = f"{stage.detected_by} on {stage.node} after {duration(stage.detect_ms)}"
                findings.append((stage.detected_by == self.by, words))
        return together(findings) if findings else (False, f"the fault {self.name} never happened")
