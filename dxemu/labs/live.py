"""Labs in Python: what `import dxemu` gives. Each is a client of a supervisor, as the commands are.

with dxemu.up("topologies/backup_connection.yaml", clock="virtual") as lab:
    lab.probe("app", "udp", from_="app", to="web", rate="100/s")
    lab.advance("5 s")
    cut = lab.fail("cable_silent", connection="primary")
    lab.until("bfd", state="down", within="2 s")
    print(cut.predicted[0]["outage_ms"], lab.status()["virtual_interfaces"])
    cut.heal()
"""

from __future__ import annotations

import html
import itertools
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dxemu import words
from dxemu.files import stem
from dxemu.finished import Finished
from dxemu.forms import BY_PYTHON, PYTHON, asking_with
from dxemu.host.outliving import Outliving
from dxemu.labs.again import again
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, chosen
from dxemu.labs.start import About, start, until_ready
from dxemu.measure.result import Outage
from dxemu.measure.result_codec import from_json
from dxemu.topology.shipped import TOPOLOGY, found

Values = Mapping[str, Any]
"""As JSON has it: see `dxemu.labs.requests`."""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended: `status` negative for the signal that ended it. `in_time`: before its deadline."""

    status: int
    stdout: str
    stderr: str
    in_time: bool


@dataclass(frozen=True, slots=True)
class CostSoFar:
    """An outage in each direction; `duration_ms` of one that goes on is None."""

    to_aws: Outage | None
    from_aws: Outage | None

    def __str__(self) -> str:
        return f"to AWS {self.to_aws or 'nothing'}, from AWS {self.from_aws or 'nothing'}"


class Windows(list[Values]):
    """What a fault should cost, a window for each probe and direction, as in `result.json`.

    As text it is `app to AWS 599 - 912 ms, app from AWS 599 - 913 ms`.
    """

    def __str__(self) -> str:
        return ", ".join(
            f"{one['probe']} {words.direction(one['direction'])} {words.bounds(*one['outage_ms'])}" for one in self
        )


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault that was injected `at_s`; `predicted` is what it should cost, as in `result.json`."""

    lab: LiveLab
    id: str
    at_s: float
    evidence: str
    predicted: Windows

    def __str__(self) -> str:
        return f"{self.id} at {self.at_s:.3f} s: {self.evidence}; predicted: {self.predicted or 'nothing'}"

    def heal(self) -> Values:
        """Undo it."""
        return self.lab.heal(self.id)

    def outage(self, probe: str) -> CostSoFar:
        """What it has cost a probe so far in each direction: the longest outage after it, None for none."""
        found = [one for one in self.lab.outages(probe) if one.fault == self.id]
        longest = {way: max(ones, key=lambda one: one.packets_lost) for way, ones in _by_direction(found).items()}
        return CostSoFar(longest.get("to_aws"), longest.get("from_aws"))


class LiveLab:
    """A lab that lives. Every method raises a DxemuError, with what is wrong and what to do, and the lab is unharmed.

    Times are written `30 s`, `500 ms`. What Python keeps for itself gets an underscore: `from_="app"`.
    """

    def __init__(self, folder: LabFolder, supervisor: Outliving | None = None) -> None:
        self._folder = folder
        self._supervisor = supervisor

    def __repr__(self) -> str:
        return f"<lab {self.name}>"

    @property
    def name(self) -> str:
        """What the commands call it: `dxemu status --lab NAME`."""
        return self._folder.name

    def fail(self, kind: str, /, *, lasts: str | None = None, id: str | None = None, **parameters: object) -> Broken:
        """Break something, with the words of scenarios; `lasts`: heal it by itself after so much of the lab's time."""
        done = self._ask("fail", text=_text(kind, parameters), lasts=lasts, id=id)
        return Broken(self, done["id"], done["at_s"], done["evidence"], Windows(done["predicted"]))

    def heal(self, which: str = "all") -> Values:
        """Undo the fault of this id, or all."""
        return self._ask("heal", id=which)

    def act(self, kind: str, /, *, id: str | None = None, **parameters: object) -> Values:
        """Do something on purpose, with the words of a scenario's `action`."""
        return self._ask("act", text=_text(kind, parameters), id=id)

    def change(self, patch: Mapping[str, object] | str, *, id: str | None = None) -> Values:
        """Lay a patch over the design: a mapping, or YAML."""
        return self._ask("change", text=patch if isinstance(patch, str) else json.dumps(patch), id=id)

    def back(self, which: str | None = None) -> Values:
        """Take back the latest change that stands, or the one of this id."""
        return self._ask("back", id=which)

    def follow(self, topology: str | Path, *, dry_run: bool = False) -> list[str]:
        """Become the design of its file, which was edited. Gives what differs; with `dry_run` nothing is touched."""
        effects: list[str] = again(self._folder, found(Path(topology), (TOPOLOGY,)), dry_run=dry_run)["effects"]
        return effects

    def save(self, *, keys: bool = False) -> str:
        """The design as it is now, as a topology file; without its keys unless with `keys`."""
        return str(self._ask("save", secrets=keys or None)["text"])

    def probe(self, name: str, kind: str = "udp", /, **parameters: object) -> None:
        """Measure from now on."""
        self._ask("probe", text=json.dumps({name: {kind: _plain(parameters)}}))

    def stop_probe(self, name: str) -> None:
        """Measure no more."""
        self._ask("stop_probe", probe=name)

    def advance(self, by: str | None = None, *, to: str | None = None) -> float:
        """Let time go on by a duration, or to a time since the run's start. Gives the time then, in seconds."""
        return float(self._ask("advance", by=by, to=to)["t"])

    def until(self, event: str, /, *, within: str | None = None, **having: object) -> Values | None:
        """Let time go on until an event with these values; None if it does not happen in time."""
        found: Values | None = self._ask("until", event=event, within=within, having=having)["event"]
        return found

    def exec(self, node: str, *command: str, within: str | None = None) -> Ran:
        """Run a program in a node, and wait for its end."""
        ran = self._ask("exec", node=node, command=list(command), within=within)
        return Ran(ran["status"], ran["stdout"], ran["stderr"], ran["in_time"])

    def status(self) -> Values:
        """Virtual interfaces, sessions, BFD, tunnels, cables, the paths of probes, faults and changes that stand."""
        return self._ask("status")

    def report(self) -> Finished:
        """What has happened since it is up, as the report of a run. The lab goes on."""
        return Finished(from_json(self._ask("report")["result"]), self._folder.folder)

    def outages(self, probe: str | None = None, direction: str | None = None) -> list[Outage]:
        """Those so far, of a probe (None: of all), `to_aws` or `from_aws` (None: both)."""
        return self.report().outages(probe, direction)

    def _repr_html_(self) -> str:
        status = self.status()
        rows = [("virtual interface", *one) for one in status["virtual_interfaces"].items()]
        rows += [
            ("session", name, ", ".join(f"{node} {'up' if up else 'down'}" for node, up in ends.items()))
            for name, ends in status["sessions"].items()
        ]
        cells = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
        return f"<b>{html.escape(self.name)}</b> at {status['t']:.3f} s<table>{cells}</table>"

    def events(self) -> list[Values]:
        """What happened so far, as in `timeline.jsonl`."""
        found: list[Values] = []
        self._ask("events", lambda told: found.append(told["event"]))
        return found

    def down(self) -> None:
        """End it. What it recorded goes with it."""
        self._ask("down")
        if self._supervisor is not None:
            self._supervisor.wait()
        self._folder.wait_for_end()
        self._folder.remove()

    def _ask(self, do: str, told: Callable[[Values], None] = lambda _: None, **values: object) -> Values:
        return ask_at(self._folder, do, told, form=PYTHON, **values)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()


def up(
    topology: str | Path, *, name: str | None = None, clock: str = "virtual", kernel: str = "embedded", seed: int = 1
) -> LiveLab:
    """Bring up the lab of a topology file; a context manager, at whose end the lab ends.

    With the virtual clock it stands still between two calls. Raises DxemuError.
    """
    file = found(Path(topology), (TOPOLOGY,))
    about = About(topology=str(file.absolute()), kernel=kernel, clock=clock, seed=seed)
    with asking_with(BY_PYTHON):
        folder, supervisor = start(name or f"{stem(file)}_{os.getpid()}_{next(_NUMBERS)}", about)
        until_ready(folder, supervisor)
    return LiveLab(folder, supervisor)


def attach(name: str | None = None) -> LiveLab:
    """The lab of this name, which somebody has brought up, or the only one. Raises NoLab."""
    with asking_with(BY_PYTHON):
        return LiveLab(chosen(name, "name"))


def _text(kind: str, parameters: Mapping[str, object]) -> str:
    return json.dumps({kind: _plain(parameters) or None})


def _by_direction(outages: list[Outage]) -> dict[str, list[Outage]]:
    found: dict[str, list[Outage]] = {}
    for one in outages:
        found.setdefault(one.direction, []).append(one)
    return found


def _plain(parameters: Mapping[str, object]) -> Mapping[str, object]:
    return {key.removesuffix("_"): value for key, value in parameters.items()}
