"""A run's folder in place of a scenario: `dxemu run` repeats it, and says whether the same comes out. No command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.files import is_folder
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.run.prepare import Rehearsal
    from dxemu.run.record import RunRecord

OTHERWISE = 1
"""The exit status where something else comes out than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """The run in `folder`, whole, and what it was started with."""

    folder: Path
    known: RunRecord

    @property
    def called(self) -> Path:
        """What its scenario was called: its repetitions go to a folder of that name."""
        return self.folder / f"{self.known.scenario}.yaml"

    def prepare(self) -> Rehearsal:
        """Read, check and predict it again, for the daemons that are here."""
        from dxemu.host import versions
        from dxemu.run.kept import prepare_kept
        from dxemu.run.prepare import refuse_changes

        return refuse_changes(prepare_kept(self.folder, self.known, versions.installed()))

    def tell(self, again: Path, status: int, *, err: bool) -> int:
        """Say whether the repetition in `again` has the same digest, and if not what differs. Gives the exit status."""
        from dxemu.run.bundle import differences, digests

        found = differences(self.folder, again)
        if not found:
            echo(f"  the same as in {self.folder}   digest {digests(again)['digest']}", err=err)
            return status
        echo(f"  NOT the same as in {self.folder}", err=err)
        for words in found:
            echo(f"    {words}", err=err)
        return status or OTHERWISE


def bundled(path: Path, topology: Path | None) -> Bundled | None:
    """The run that is to be repeated, if `path` is a folder. Raises ChangedBundle, NoRun or click.UsageError."""
    if not is_folder(path):
        return None
    if topology is not None:
        raise click.UsageError(
            "--topology is for a scenario\n  Leave it out: a run's folder has the topology that it was run with."
        )
    from dxemu.run import bundle, record

    bundle.check(path)
    known = record.read(path)
    assert known is not None  # the manifest names its file
    return Bundled(folder=path, known=known)
