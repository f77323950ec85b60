"""What is written under a probe's name -> its kind and its values: the form alone, nothing is looked up.

By hand: models of pydantic for each kind cost as much as all the rest of reading a scenario. The words of the errors
are those of `dxemu.topology.invalid`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dxemu.errors import ProblemList
from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.base import Probe
from dxemu.topology.fields import Wrong, quantity, read_duration, read_network
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, nearest, quoted, suggestion
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds


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
        found = sorted(self._keys(written, tuple(self.menu), path).items())
        kinds = {kind: self._values(kind, entry, (*path, kind)) for kind, entry in found if entry is not None}
        return WrittenProbe(tuple(kinds), next(iter(kinds.values())) if len(kinds) == 1 else None)

    def _keys(self, written: Mapping[str, object], known: tuple[str, ...], path: KeyPath) -> dict[str, object]:
        """Those that are known; others under the name that they were meant to have, if nothing else has it."""
        found = {key: value for key, value in written.items() if key in known}
        for key, value in written.items():
            if key in known:
                continue
            problem, remedy = f"'{key}' is not known{_inside(path)}", suggestion(key, known)
            self.problems.add(self.marks.key_at(*path, key), "DX-F005", problem, remedy)
            meant = known[0] if len(known) == 1 else nearest(key, known)
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
        given = self._keys(written, tuple(known), path)
        values: dict[str, object] = {}
        for key, parameter in known.items():
            if key not in given:
                values[parameter.attribute] = parameter.default
                if parameter.need is Need.ALWAYS:
                    values.pop(parameter.attribute)
                    remedy = f"Add for example `{key}: {parameter.example}`."
                    self._wrong(path, "DX-F006", f"'{key}' is missing{_inside(path)}", remedy)
                continue
            try:
                values[parameter.attribute] = read_value(parameter, given[key])
            except Wrong as wrong:
                self._wrong((*path, key), wrong.code, wrong.problem, wrong.remedy)
        return values if len(values) == len(known) else None

    def _wrong(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        """Add a problem, but none with a value whose key was guessed."""
        if path not in self.renamed:
            self.problems.add(self.marks.at(*path), code, problem, remedy)


def read_value(parameter: Parameter, value: object) -> object:
    """The value of a probe's parameter. Raises Wrong."""
    if value is None and parameter.need is not Need.ALWAYS and parameter.default is None:
        return None
    return READERS[parameter.takes](parameter, value)


def _name(parameter: Parameter, value: object) -> str:
    if isinstance(value, str):
        return value
    remedy = f"Write for example `{parameter.key}: {parameter.example}`."
    if isinstance(value, int | float) and not isinstance(value, bool):
        remedy = f'Put it in quotes: "{value}".'
    raise Wrong("DX-F007", f"{_is((parameter.key,), value)}, not text", remedy)


def _whole(parameter: Parameter, value: object) -> int:
    name, least, most = f"'{parameter.key}'", parameter.least, parameter.most
    if not isinstance(value, int) or isinstance(value, bool):
        remedy = f"Write for example `{parameter.key}: {parameter.example}`."
        if isinstance(value, str) and value.strip().isdigit():
            remedy = f"Write it without quotes: {value.strip()}."
        raise Wrong("DX-F007", f"{_is((parameter.key,), value)}, not a whole number", remedy)
    least = 1 if parameter.takes is Takes.COUNT else least
    if least is not None and value < least:
        raise Wrong("DX-F009", f"{name} is {value}; it must be at least {least}", "Correct the number.")
    if most is not None and value > most:
        raise Wrong("DX-F009", f"{name} is {value}; it must be at most {most}", "Correct the number.")
    return value


def _word(parameter: Parameter, value: object) -> str | int:
    for choice in parameter.choices:
        if type(choice) is type(value) and choice == value:
            return choice
    known = [str(choice) for choice in parameter.choices]
    raise Wrong("DX-F009", f"'{parameter.key}' cannot be {quoted(value)}", suggestion(str(value), known))


def _truth(parameter: Parameter, value: object) -> bool:
    if isinstance(value, bool):
        return value
    remedy = f"Write for example `{parameter.key}: {parameter.example}`."
    raise Wrong("DX-F007", f"{_is((parameter.key,), value)}, not true or false", remedy)


def _times(_: Parameter, value: object) -> tuple[Seconds, ...]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Wrong("DX-F010", "there is no time in the list", "Write for example [2 s, 20 s].")
    return tuple(sorted(dict.fromkeys(read_duration(item) for item in values)))


_packet_rate = quantity(PacketsPerSecond.parse, "100/s", ("/s",))
_bit_rate = quantity(BitsPerSecond.parse, "10 Gbps", (" Gbps", " Mbps"))

READERS: Mapping[Takes, Callable[[Parameter, object], object]] = {
    Takes.NAME: _name,
    Takes.NETWORK: lambda _, value: read_network(value),
    Takes.COUNT: _whole,
    Takes.WHOLE: _whole,
    Takes.DURATION: lambda _, value: read_duration(value),
    Takes.TIMES: _times,
    Takes.PACKET_RATE: lambda _, value: _packet_rate(value),
    Takes.BIT_RATE: lambda _, value: _bit_rate(value),
    Takes.TRUTH: _truth,
    Takes.WORD: _word,
}
"""What a parameter of a probe can take."""


def _is(path: KeyPath, value: object) -> str:
    return f"'{path[-1]}' is {kind_of(value)}"


def _inside(path: KeyPath) -> str:
    return f" in {'.'.join(str(key) for key in path)}"
