"""The `result.json` of a run that is over."""

from __future__ import annotations

from pathlib import Path

from dxemu.measure.result import SCHEMA, Result
from dxemu.report import result_json
from dxemu.run.record import NewerRun


def saved_result(file: Path) -> Result:
    """Read it. Raises OSError, ValueError if it is damaged, and NewerRun if it is a newer dxemu's."""
    try:
        return result_json.read(file)
    except ValueError as error:
        says = result_json.schema_of(file)
        if says not in ("", SCHEMA):
            raise NewerRun(file, says, SCHEMA) from error
        raise
