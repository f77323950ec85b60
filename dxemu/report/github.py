"""What GitHub Actions makes of words: annotations at a file's lines, and a job's summary.

Workflow commands are lines of their output: see "Workflow commands for GitHub Actions" in GitHub's documentation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from dxemu.audit.menu import Audit
from dxemu.errors import InputErrors
from dxemu.measure.result import Result
from dxemu.report.markdown import escaped

ERROR, WARNING = "error", "warning"


def annotation(level: str, file: str, line: int, column: int, title: str, message: str) -> str:
    """One workflow command. Files below the current folder are named from it, as GitHub has them."""
    about = {"file": _from_here(file), "line": line, "col": column, "title": title}
    values = ",".join(f"{key}={_property(str(value))}" for key, value in about.items())
    return f"::{level} {values}::{_data(message)}"


def of_problems(errors: InputErrors) -> Iterator[str]:
    """An annotation for each mistake."""
    for one in errors.problems:
        mark = one.mark
        yield annotation(ERROR, mark.file, mark.line, mark.column, one.code, f"{one.problem}\n{one.remedy}")


def of_result(result: Result) -> Iterator[str]:
    """An annotation for each expectation that was not met, and for a run that is not valid."""
    for one in result.expectations:
        if one.verdict != "pass":
            words = f"expected: {one.text}\nmeasured: {one.measured}"
            yield annotation(ERROR, one.file, one.line, 1, f"{result.scenario}: {one.verdict}", words)
    if result.invalid_because:
        yield f"::{ERROR} title={_property(result.scenario)}::{_data(f'not valid: {result.invalid_because}')}"


def of_audit(audit: Audit) -> Iterator[str]:
    """An annotation for each finding, the worst first."""
    for one in audit.found:
        mark, words = one.mark, f"{one.finding.problem}\n{one.finding.remedy}"
        yield annotation(WARNING, mark.file, mark.line, mark.column, f"{one.code} {one.title}", words)


def summary_of_problems(errors: InputErrors) -> str:
    """The mistakes as Markdown."""
    cells = ((str(one.mark), one.code, one.problem, one.remedy) for one in errors.problems)
    rows = [f"| {' | '.join(map(escaped, row))} |" for row in cells]
    return "\n".join(("| Where | Code | Mistake | Remedy |", "| --- | --- | --- | --- |", *rows)) + "\n"


def summary_of_audit(audit: Audit) -> str:
    """The findings as Markdown."""
    title = f"## {escaped(audit.topology.name)}: {len(audit.found)} findings\n"
    rows = [f"| {one.code} | {escaped(one.finding.problem)} | {escaped(one.finding.remedy)} |" for one in audit.found]
    return "\n".join((title, "| Code | What is weak | Remedy |", "| --- | --- | --- |", *rows)) + "\n"


def _from_here(file: str) -> str:
    relative = os.path.relpath(file)
    return file if relative.startswith("..") else relative


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
