"""What is written under a probe's name -> its kind and its values: the form alone, nothing is looked up.

By hand: models of pydantic for each kind cost as much as all the rest of reading a scenario. The words of the errors
are those of `dxemu.topology.invalid`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dxemu.errors import ProblemList
from dxemu.parameters import Need, parameters_of
from dxemu.probes.base import Probe
from dxemu.story.parameter_values import read_value
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, nearest, suggestion


@dataclass(frozen=True, slots=True)
class WrittenProbe:
    """What is known of a probe: `kinds` that are written, `values` of the only one by the dataclass's attributes.

    None: something in it is not known, so that what it means is not judged.
    """

    kinds: tuple[str, ...]
    values: Mapping[str, object] | None


@dataclass
class ProbeForm:
    """Reads the form of probes of the kinds of a `menu` and adds what is wrong with it to `problems`.

    A misspelt key is read as what it was most likely meant to be; `renamed` are their paths as they should be, with
    those that are written.
    """

    menu: Mapping[str, type[Probe]]
    marks: Marks
    problems: ProblemList
    renamed: dict[KeyPath, KeyPath] = field(default_factory=dict)

    def read(self, written: object, path: KeyPath) -> WrittenProbe | None:
        """The probe at `path`; None if it is nothing that a probe could be. DX-F005 to DX-F010."""
        if not isinstance(written, dict):
            remedy = f"Write `{path[-1]}:` with {listed(self.menu, 'and')} under it."
            self._wrong(path, "DX-F007", f"{_is(path, written)}, not a mapping", remedy)
            return None
        found = sorted(self._keys(written, self.menu, path).items())
        kinds = {kind: self._values(kind, entry, (*path, kind)) for kind, entry in found if entry is not None}
        return WrittenProbe(tuple(kinds), next(iter(kinds.values())) if len(kinds) == 1 else None)

    def _keys(self, written: Mapping[str, object], known: Collection[str], path: KeyPath) -> dict[str, object]:
        """Those that are known; others under the name that they were meant to have, if nothing else has it."""
        found = {key: value for key, value in written.items() if key in known}
        for key, value in written.items():
            if key in known:
                continue
            problem, remedy = f"'{key}' is not known{self._inside(path)}", suggestion(key, known)
            self.problems.add(self.marks.key_at(*path, key), "DX-F005", problem, remedy)
            meant = next(iter(known)) if len(known) == 1 else nearest(key, known)
            if meant is not None and meant not in found:
                found[meant] = value
                self.renamed[*path, meant] = (*path, key)
        return found

    def _values(self, kind: str, written: object, path: KeyPath) -> Mapping[str, object] | None:
        example = self.menu[kind].example
        if not isinstance(written, dict):
            remedy = f"Write for example `{kind}: {example}`."
            self._wrong(path, "DX-F007", f"{_is(path, written)}, not a mapping", remedy)
            return None
        known = {p.key: p for p in parameters_of(self.menu[kind])}
        given = self._keys(written, known, path)
        values: dict[str, object] = {}
        for key, parameter in known.items():
            if key not in given:
                values[parameter.attribute] = parameter.default
                if parameter.need is Need.ALWAYS:
                    values.pop(parameter.attribute)
                    remedy = f"Add for example `{self.marks.form.value(key, parameter.example)}`."
                    self._wrong(path, "DX-F006", f"'{key}' is missing{self._inside(path)}", remedy)
                continue
            try:
                values[parameter.attribute] = read_value(parameter, given[key], self.marks.form)
            except Wrong as wrong:
                self._wrong((*path, key), wrong.code, wrong.problem, wrong.remedy)
        return values if len(values) == len(known) else None

    def _inside(self, path: KeyPath) -> str:
        """Where in a file; of an order there is no need to say it."""
        return "" if self.marks.form.by_hand else f" in {'.'.join(str(key) for key in path)}"

    def _wrong(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        """Add a problem, but none with a value whose key was guessed."""
        if path not in self.renamed:
            self.problems.add(self.marks.at(*path), code, problem, remedy)


def _is(path: KeyPath, value: object) -> str:
    return f"'{path[-1]}' is {kind_of(value)}"
