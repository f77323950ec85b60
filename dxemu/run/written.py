"""Faults, actions and probes as people write them, in a lab that lives: with units, and checked as a scenario's are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxemu.actions.base import Action
from dxemu.actions.menu import kinds as action_kinds
from dxemu.errors import InputErrors, Mark, Problem, ProblemList
from dxemu.faults.base import Fault
from dxemu.faults.menu import kinds as fault_kinds
from dxemu.probes.base import Probe
from dxemu.probes.menu import kinds as probe_kinds
from dxemu.story.parameters import KindReader
from dxemu.story.probes import ProbeReader
from dxemu.topology.words import quoted, suggestion
from dxemu.topology.yaml import Tree


@dataclass(frozen=True)
class Written:
    """What somebody wrote, and the names of the lab that it is for. Every method raises InputErrors."""

    tree: Tree
    names: Mapping[str, Sequence[str]]

    def fault(self) -> tuple[str, Fault]:
        """A fault, and its kind."""
        problems = ProblemList()
        found = KindReader("fault", fault_kinds(), self.names, self.tree.marks, problems).read(self.tree.value, ())
        problems.raise_if_any()
        assert found is not None
        return found[0], found[1]

    def action(self) -> tuple[str, Action]:
        """An action, and its kind."""
        problems = ProblemList()
        found = KindReader("action", action_kinds(), self.names, self.tree.marks, problems).read(self.tree.value, ())
        problems.raise_if_any()
        assert found is not None
        return found[0], found[1]

    def probe(self) -> Probe:
        """One probe, under its name."""
        problems, value = ProblemList(), self.tree.value
        assert isinstance(value, dict)
        marks = self.tree.marks
        if len(value) != 1:
            mark = Mark(marks.file, 1, 1)
            problems.add(mark, "DX-S017", f"{len(value)} probes at once", "Start one after the other.")
        problems.raise_if_any()
        ((name, kinds),) = value.items()
        if isinstance(kinds, dict) and len(kinds) == 1 and not kinds.keys() <= probe_kinds().keys():
            (kind,) = kinds
            problem, remedy = f"unknown probe {quoted(kind)}", suggestion(kind, probe_kinds())
            raise InputErrors([Problem(marks.key_at(name, kind), "DX-S017", problem, remedy)])
        under = marks.replaced(("probes",), marks, ())
        found = ProbeReader(probe_kinds(), self.names, None, under, problems).read(value)
        problems.raise_if_any()
        return found[0]
