"""Judging a scenario's expectations: each subject does it itself."""

from __future__ import annotations

from dxemu.measure.result import ExpectationResult
from dxemu.story.expectations.base import Measured
from dxemu.story.model import Expectation


def judge(expectation: Expectation, measured: Measured) -> ExpectationResult:
    """`pass` or `fail`, and what was measured in words."""
    passed, words = expectation.expected.judge(measured)
    return ExpectationResult(
        text=expectation.text,
        verdict="pass" if passed else "fail",
        measured=words,
        file=expectation.mark.file,
        line=expectation.mark.line,
    )
