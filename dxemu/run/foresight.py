"""What an order should cost, said before it is carried out: from the design and the faults of that moment.

Pure, and outside the lab. `Foresight` knows what the lab has become since it was built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from dxemu.faults.base import Fault
from dxemu.plan.model import Plan
from dxemu.predict.impact import Impact, impact_of
from dxemu.predict.in_force import InForce
from dxemu.predict.predict import Pair, Prediction, predict
from dxemu.probes.base import Probe
from dxemu.report.prediction_numbers import in_numbers
from dxemu.units import Seconds


class Foresight:
    """The plan that holds, the faults that stand and the probes that go on."""

    def __init__(self, plan: Plan) -> None:
        self._now = InForce(plan)
        self._standing: dict[str, Impact] = {}
        self._pairs: dict[str, Pair] = {}

    @property
    def standing(self) -> Sequence[str]:
        """The ids of the faults that stand, the latest one last."""
        return tuple(self._standing)

    def predicted(self, fault: Fault, name: str, at: float, lasts: Seconds | None) -> tuple[Prediction, ...]:
        """What it should cost in each direction of each probe; of the first host and instance if there are none.

        Empty for one that the design does not have.
        """
        plan = self._now.plan
        try:
            impact = self._impact(plan, fault, name, at, lasts)
        except (LookupError, StopIteration):
            return ()
        found = predict(plan, [*self._standing.values(), impact], list(self._pairs.values()))
        return tuple(one for one in found if one.fault == name)

    def injected(self, fault: Fault, name: str, at: float, lasts: Seconds | None) -> None:
        """It stands from now on."""
        self._standing[name] = self._impact(self._now.plan, fault, name, at, lasts)

    def healed(self, name: str) -> None:
        """It stands no more."""
        self._standing.pop(name, None)

    def cleared(self, sessions: Collection[str]) -> None:
        """Somebody cleared these sessions."""
        self._now = self._now.cleared(sessions)

    def changed(self, plan: Plan, *, on_clear: bool = False) -> None:
        """The design is another one; `on_clear` as in `dxemu.predict.in_force`."""
        self._now = self._now.become(plan, on_clear=on_clear)

    def probing(self, probe: Probe) -> None:
        """It goes on from now on."""
        if probe.measures_outages and probe.ends is not None:
            self._pairs[probe.name] = Pair(
                probe.name, *probe.ends, probe.version, probe.packet_size, probe.packet_gap_s
            )

    def probing_no_more(self, name: str) -> None:
        """It has ended."""
        self._pairs.pop(name, None)

    @staticmethod
    def _impact(plan: Plan, fault: Fault, name: str, at: float, lasts: Seconds | None) -> Impact:
        until = None if lasts is None else Seconds(at + lasts)
        return impact_of(plan, name, Seconds(at), until, fault.effects(plan))


def as_json(predicted: Sequence[Prediction]) -> list[Mapping[str, object]]:
    """The same keys as in `result.json`."""
    return [dataclasses.asdict(in_numbers(one)) for one in predicted]
