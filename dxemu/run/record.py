"""`run.json`: what a run was started with, written first, so that one that was cut off can be read."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import dxemu
from dxemu.errors import DxemuError
from dxemu.events.folder import NoRun
from dxemu.files import border, shown
from dxemu.host.where import Where
from dxemu.plan.versions import Versions
from dxemu.run.prepare import Rehearsal
from dxemu.story import kept
from dxemu.topology import effective

FILE = "run.json"
SCHEMA = "dxemu.run/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The names, the place and the chance of a run, in the words of `dxemu.measure.result.Result`.

    `dxemu` is the version of dxemu, `versions` are those of the daemons.
    """

    dxemu: str
    scenario: str
    topology: str
    kernel: str
    kernel_release: str
    guest_mode: str
    confined_by: tuple[str, ...]
    clock: str
    seed: int
    end_s: float
    versions: Versions


def keep(rehearsal: Rehearsal, where: Where, seed: int, folder: Path) -> None:
    """Leave in `folder` what the run is started with: `run.json`, and its scenario and topology. Raises FileError."""
    scenario = rehearsal.scenario
    record = RunRecord(
        dxemu=dxemu.__version__,
        scenario=scenario.name,
        topology=scenario.topology.name,
        kernel=where.kernel,
        kernel_release=where.release,
        guest_mode=where.guest_mode,
        confined_by=where.confined_by,
        clock=where.clock,
        seed=seed,
        end_s=float(rehearsal.end),
        versions=rehearsal.plan.versions,
    )
    write(folder / FILE, json.dumps({"schema": SCHEMA, **dataclasses.asdict(record)}, indent=2) + "\n")
    if scenario.topology_file is not None:
        write(folder / effective.FILE, effective.text_of(scenario.topology_file, scenario.change))
    if text := kept.text_of(scenario):
        write(folder / kept.FILE, text)


def write(file: Path, text: str) -> None:
    """Write one file of a run. Raises FileError."""
    with border(file.parent):
        file.write_text(text, encoding="utf-8", errors="replace")


def read(folder: Path) -> RunRecord | None:
    """What the run of `folder` was started with; None if it was made before runs kept it. Raises NoRun."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        schema = data.pop("schema")
        if schema != SCHEMA:
            raise NewerRun(file, str(schema), SCHEMA)
        data["versions"] = Versions(**data["versions"])
        data["confined_by"] = tuple(data["confined_by"])
        return RunRecord(**{field.name: data[field.name] for field in dataclasses.fields(RunRecord)})
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise NoRun(f"{shown(file)} is damaged: {error}\n  Run the scenario again.") from error


class NewerRun(DxemuError):
    """A file of a run says a version that is not known here."""

    exit_status = 2

    def __init__(self, file: Path, says: str, known: str) -> None:
        super().__init__(
            f"{shown(file)} is a {says!r}, and this dxemu {dxemu.__version__} reads {known!r}\n"
            "  A newer dxemu has made it: read it with that one, or run the scenario again."
        )
