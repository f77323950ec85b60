"""Judging a scenario's expectations: each subject does it itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dxemu.measure.result import DirectionVerdict, ExpectationResult
from dxemu.story.expectations.base import Measured, Subject, directions
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
        directions=_of_directions(expectation.expected, measured, passed=passed),
    )


def _of_directions(expected: Subject, measured: Measured, *, passed: bool) -> tuple[DirectionVerdict, ...]:
    """The verdict of each direction, of what can be said of one and was said of both; they agree with that of both."""
    if getattr(expected, "direction", "") is not None:
        return ()
    found = tuple(_of_each(expected, measured))
    return found if all(one.verdict == "pass" for one in found) == passed else ()


def _of_each(expected: Subject, measured: Measured) -> Iterator[DirectionVerdict]:
    for only in ({"direction": direction} for direction in directions(None)):
        passed, words = replace(expected, **only).judge(measured)
        yield DirectionVerdict(**only, verdict="pass" if passed else "fail", measured=words)
