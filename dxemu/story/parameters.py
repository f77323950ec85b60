"""What is written under a fault's or an action's name -> the kind itself, with typed parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Generic, TypeVar

from dxemu.errors import ProblemList
from dxemu.parameters import Contradictory, Need, Parameter, Takes, parameters_of
from dxemu.story.parameter_values import read_value
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, quoted, suggestion
from dxemu.units import IPNetwork

K = TypeVar("K")
Names = Mapping[str, Sequence[str]]

MOST = 10_000
CODE = "DX-S003"

PARAGRAPHS = {
    "DX-S002": """\
Each step injects one fault. The faults that dxemu knows are the files in dxemu/faults. Two faults
at the same time are two steps with the same `at`.""",
    "DX-S003": """\
A fault or an action has parameters that say where it strikes, such as `connection`; a step gives
exactly one of them. What an action announces or withdraws is `prefixes` (networks, or one), or
`first` with a `count` of them. This parameter is not known, is missing, is one too many, or has
nothing that can be a value.""",
    "DX-S004": """\
The name is not in the topology, or not in this scenario: faults strike connections, sessions and
nodes by the names that the topology gives them; expectations are about probes, sessions and faults
by name. A session has the name of its virtual interface. A fault that is used twice has the names
`cable_cut` and `cable_cut#2`.""",
}


@dataclass(frozen=True)
class KindReader(Generic[K]):
    """Reads kinds of one menu (`noun`: fault, action) and adds what is wrong to `problems`.

    `names` is None if the topology could not be read: names are then not looked up.
    """

    noun: str
    menu: Mapping[str, type[K]]
    names: Names | None
    marks: Marks
    problems: ProblemList

    def read(self, written: object, path: KeyPath) -> tuple[str, K, KeyPath] | None:
        """Kind, value and the kind's path; None if it is no known kind. What has a mistake is left out of the value.

        DX-S002: which. DX-S003: parameters. DX-S004: names.
        """
        found = self._kind(written, path)
        if found is None:
            return None
        kind, parameters, here = found
        return kind, self._value(kind, parameters, here), here

    def _kind(self, written: object, path: KeyPath) -> tuple[str, Mapping[str, object], KeyPath] | None:
        if isinstance(written, str):
            kind, parameters, here = written, None, path
            mark = self.marks.at(*path)
        elif isinstance(written, dict) and len(written) == 1:
            ((kind, parameters),) = written.items()
            here = (*path, kind)
            mark = self.marks.key_at(*here)
        else:
            what = f"{len(written)} {self.noun}s" if isinstance(written, dict) else kind_of(written)
            example = self.marks.form.kind("cable_cut", "connection", "primary")
            remedy = f"Write one fault for a step, for example {example}."
            self.problems.add(self.marks.at(*path), "DX-S002", f"a step has one {self.noun}, this is {what}", remedy)
            return None
        if kind not in self.menu:
            problem = f"unknown {self.noun} {quoted(kind)}"
            self.problems.add(mark, "DX-S002", problem, suggestion(kind, self.menu))
            return None
        if parameters is not None and not isinstance(parameters, dict):
            problem = f"{kind_of(parameters)} is no mapping of parameters"
            remedy = f"Write {self._example(kind, parameters_of(self.menu[kind]))}."
            self.problems.add(self.marks.at(*here), CODE, problem, remedy)
            return None
        return kind, parameters or {}, here

    def _value(self, kind: str, written: Mapping[str, object], path: KeyPath) -> K:
        known = {parameter.key: parameter for parameter in parameters_of(self.menu[kind])}
        before = len(self.problems.problems)
        values: dict[str, object] = {}
        for key, value in written.items():
            if key not in known:
                problem, remedy = (
                    f"{kind} has no parameter {quoted(key)}",
                    suggestion(key, known, f"{kind} takes none."),
                )
                self.problems.add(self.marks.key_at(*path, key), CODE, problem, remedy)
                continue
            try:
                found = values[known[key].attribute] = self._read(
                    known[key], value, self._example(kind, tuple(known.values()))
                )
            except Wrong as wrong:
                self.problems.add(self.marks.at(*path, key), wrong.code, wrong.problem, wrong.remedy)
            else:
                self._named(known[key], found, (*path, key))
        self._needed(kind, tuple(known.values()), written, path)
        missing: dict[str, object] = {p.attribute: None for p in known.values() if p.need is Need.ALWAYS}
        made = self.menu[kind](**missing | values)
        if len(self.problems.problems) == before:
            self._room(values, path)
            self._contradictions(made, path)
        return made

    def _contradictions(self, made: object, path: KeyPath) -> None:
        """What cannot be, though each value can."""
        for wrong in made.contradictions() if isinstance(made, Contradictory) else ():
            where = (*path, wrong.key) if wrong.key else path
            mark = self.marks.key_at(*where) if wrong.at_key or not wrong.key else self.marks.at(*where)
            self.problems.add(mark, CODE, wrong.problem, wrong.remedy)

    def _named(self, parameter: Parameter, name: object, path: KeyPath) -> None:
        candidates = self.names.get(parameter.noun) if self.names is not None else None
        if parameter.takes is Takes.NAME and candidates is not None and name not in candidates:
            problem = f"there is no {parameter.noun.replace('_', ' ')} {quoted(str(name))}"
            self.problems.add(self.marks.at(*path), "DX-S004", problem, suggestion(str(name), candidates))

    def _needed(self, kind: str, known: Sequence[Parameter], written: Mapping[str, object], path: KeyPath) -> None:
        """Exactly one target, and one of those of which one is needed as well."""
        for parameter in known:
            if parameter.need is Need.ALWAYS and parameter.key not in written:
                remedy = f"Add for example `{self.marks.form.value(parameter.key, parameter.example)}`."
                self.problems.add(self.marks.key_at(*path), CODE, f"{kind} lacks '{parameter.key}'", remedy)
        targets = [parameter.key for parameter in known if parameter.need is Need.TARGET]
        choice = [parameter.key for parameter in known if parameter.need is Need.CHOICE]
        given = [key for key in written if key in targets]
        known_only = set(written) <= {parameter.key for parameter in known}
        if targets and not given and known_only:
            problem = f"{kind} needs {listed(targets)}"
            self.problems.add(self.marks.key_at(*path), CODE, problem, f"Write {self._example(kind, known)}.")
        elif len(given) > 1:
            problem = f"{kind} strikes one thing, this is {listed(given, 'and')}"
            remedy = "Give an order for each." if self.marks.form.by_hand else "Write a step for each."
            self.problems.add(self.marks.key_at(*path, given[1]), CODE, problem, remedy)
        chosen = [key for key in choice if key in written]
        if choice and len(chosen) != 1 and known_only:
            what = f"takes {listed(choice)}, not both" if chosen else f"needs {listed(choice)} as well"
            self.problems.add(self.marks.key_at(*path), CODE, f"{kind} {what}", f"Write one of them: {listed(choice)}.")

    def _read(self, parameter: Parameter, value: object, example: str) -> object:
        """A value. Raises Wrong, with the whole problem."""
        if parameter.takes not in READERS:
            return read_value(parameter, value, self.marks.form)
        try:
            return READERS[parameter.takes](value, example)
        except Wrong as wrong:
            raise Wrong(wrong.code, f"'{parameter.key}' is {wrong.problem}", wrong.remedy) from wrong

    def _example(self, kind: str, known: Sequence[Parameter]) -> str:
        """The kind with its first target that this topology has."""
        names = self.names or {}
        targets = [(p.key, next(iter(names.get(p.noun, ())), "...")) for p in known if p.need is Need.TARGET]
        key, name = next((one for one in targets if one[1] != "..."), targets[0] if targets else ("", ""))
        return self.marks.form.kind(kind, key, name)

    def _room(self, values: Mapping[str, object], path: KeyPath) -> None:
        """A count of networks of which the last would be past all addresses."""
        count = values.get("count", 1)
        for value in values.values():
            for network in value if isinstance(value, tuple) else (value,):
                if not isinstance(network, IPNetwork) or not isinstance(count, int):
                    continue
                room = (1 << network.max_prefixlen) - int(network.network_address)
                if count * network.num_addresses > room:
                    problem = f"there are no {count} networks of a /{network.prefixlen} from {network} on"
                    self.problems.add(self.marks.key_at(*path), CODE, problem, "Count fewer, or begin lower.")
                    return


def _name(value: object, example: str) -> object:
    if isinstance(value, dict | list) or value is None:
        raise Wrong(CODE, f"{kind_of(value)}, not one value", f"Write {example}.")
    return str(value)


def _network(value: object, example: str) -> IPNetwork:
    if isinstance(value, dict | list) or value is None:
        raise Wrong(CODE, f"{kind_of(value)}, not one value", f"Write {example}.")
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise Wrong(CODE, f"{quoted(value)}, not a network", "Write for example 10.64.0.0/24.") from None


def _networks(value: object, example: str) -> tuple[IPNetwork, ...]:
    if isinstance(value, list) and value:
        return tuple(_network(item, example) for item in value)
    return (_network(value, example),)


def _count(value: object, example: str) -> int:
    if isinstance(value, dict | list) or value is None:
        raise Wrong(CODE, f"{kind_of(value)}, not one value", f"Write {example}.")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise Wrong(CODE, f"{kind_of(value)}, not a count", f"Write a whole number from 1 to {MOST}.")
    return value


READERS: Mapping[Takes, Callable[[object, str], object]] = {
    Takes.NAME: _name,
    Takes.NETWORK: _network,
    Takes.NETWORKS: _networks,
    Takes.COUNT: _count,
}
"""Those that faults and actions have in their own words; the others are `dxemu.story.parameter_values`'."""
