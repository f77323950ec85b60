"""What runs each kind of probe: the file of its name here, or the probe itself."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any

from dxemu.events.probes import FoundByItself
from dxemu.lab import probes
from dxemu.lab.probes.base import ProbeRun, Runner
from dxemu.plan.model import Plan
from dxemu.probes.base import Probe
from dxemu.registry import member

GROUP = "dxemu.lab.probes"


def runner_of(kind: str, module: str = "") -> type[Runner[Any]]:  # Any: each kind has values of its own
    """The one runner in dxemu/lab/probes/`kind`.py, or in another `module`; the others are not imported.

    Without such a file: `ByItself`.
    """
    if not module and importlib.util.find_spec(f"{probes.__name__}.{kind}") is None:
        return ByItself
    return member(module or f"{probes.__name__}.{kind}", Runner)  # type: ignore[type-abstract]  # never made


def plugged_runners() -> Mapping[str, type[Runner[Any]]]:  # Any: as above
    """The runners that other distributions bring, by kind. For outside a lab. Raises BrokenPlugin."""
    from dxemu.plugins import plugged

    taken = [info.name for info in pkgutil.iter_modules(probes.__path__)]
    return plugged(GROUP, Runner, taken)  # type: ignore[type-abstract]  # as above


class ByItself(Runner[Probe]):
    """Probes of one file: each measures by itself."""

    async def start(self, stack: AsyncExitStack) -> None:
        """All of them at once."""
        del stack
        for probe in self.probes:
            self.go_on(probe.measure(_ProbedLab(self.run, probe.name)))


@dataclass(frozen=True, slots=True)
class _ProbedLab:
    """A `dxemu.probes.base.ProbedLab`."""

    run: ProbeRun
    probe: str

    @property
    def plan(self) -> Plan:
        return self.run.lab.plan

    @property
    def end_s(self) -> float:
        return self.run.end_s

    def now(self) -> float:
        return self.run.lab.journal.clock.now()

    async def until(self, t_s: float) -> None:
        await self.run.lab.journal.clock.until(t_s)

    def inside(self, node: str) -> AbstractContextManager[None]:
        return self.run.lab.node(node).namespace.entered()

    def tell(self, **found: object) -> None:
        self.run.lab.journal.tell(FoundByItself(probe=self.probe, found=found))
