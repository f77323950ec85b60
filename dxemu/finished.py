"""A run that is over, for Python: its result, its folder, and how both are shown."""

from __future__ import annotations

import dataclasses
import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxemu.measure.result import Outage, Result
from dxemu.report.run import render

PAGE = "report.html"
FIRST_SCREEN = 24
"""Lines."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over. `result` is what `result.json` has; `folder` is where its files are."""

    result: Result
    folder: Path

    @property
    def passed(self) -> bool:
        """Whether every expectation was met, and the run is valid."""
        return self.result.verdict == "pass"

    def outages(self, probe: str | None = None, direction: str | None = None) -> list[Outage]:
        """Those of a probe (None: of all), `to_aws` or `from_aws` (None: both)."""
        return [one for one in self.result.outages if probe in (None, one.probe) and direction in (None, one.direction)]

    def report(self, width: int = 100) -> str:
        """What `dxemu run` prints at its end."""
        lines = render(self.result, width=width, folder=str(self.folder), header=True)
        return "\n".join(str(line) for line in lines)

    @property
    def page(self) -> Path:
        """What shows more: the page of the run if it has one, else its folder."""
        return self.folder / PAGE if (self.folder / PAGE).is_file() else self.folder

    def first_screen(self) -> str:
        """The beginning of the report, and where the rest is."""
        lines = self.report().splitlines()
        more = ["  ..."] if len(lines) > FIRST_SCREEN else []
        return "\n".join([*lines[:FIRST_SCREEN], *more, f"  {self.page}"])

    def to_pandas(self) -> Any:  # Any: pandas is not needed for anything else
        """The outages as a DataFrame, one a row. Raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame([dataclasses.asdict(one) for one in self.result.outages])

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.report())}</pre>"
