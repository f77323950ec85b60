"""Probes of a scenario: entries of the file -> the kinds' values, with their names looked up in the topology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any  # each value was read for its field

from dxemu.errors import ProblemList
from dxemu.parameters import Parameter, Takes, parameters_of
from dxemu.probes.base import Probe
from dxemu.probes.between import ENDS
from dxemu.story.names import AT_SITE, WITH_VERSION
from dxemu.story.probe_file import ProbeForm
from dxemu.topology.check.names import is_name
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.repair import renamed
from dxemu.topology.words import listed, quoted, suggestion
from dxemu.units import PacketsPerSecond, Seconds

PARAGRAPHS = {
    "DX-S005": """\
A probe sends from a host in the data center to an instance in a VPC, and back, or between hosts at
two sites. Both of its ends are at the same place, so its packets would never cross Direct Connect.""",
    "DX-S006": """\
A probe sends 1 to 100000 packets a second in each direction; without `rate` it sends 100. The
distance between two packets is the precision of a measured outage: 100/s is 10 ms, 1000/s is 1 ms.
A client fetches 1 to 100 times a second; without `rate` once a second.""",
    "DX-S015": """\
The name of a probe is also that of a file beside the run's results: 1 to 100 letters, digits,
hyphens and underscores.""",
    "DX-S017": """\
A probe is of one kind, which is the word under its name: udp, for example, sends numbered packets
both ways, for outages. docs/scenario-file.md has a table of all. Two kinds are two probes with two
names.""",
    "DX-S018": """\
A value of the probe cannot be, or contradicts another one. iperf3, for example, measures for 100 ms
or more, because it counts in tenths of a second; a fetch happens at a `rate` or once, `at` a time;
a path MTU is measured between two different hosts.""",
    "DX-S019": """\
A probe sends from an address of its IP version to another one: both ends need one. A host or
instance has an IPv4 address, an IPv6 one, or a list of both, as in `app: [10.0.1.10,
"2001:db8:10::10"]`; `ip_version: 6` is for those that have the second.""",
}


@dataclass(frozen=True)
class ProbeReader:
    """Reads probes of the kinds of a `menu` and adds what is wrong with them to `problems`.

    `names` is None if the topology could not be read: names are then not looked up. `end` is None if the file has
    none.
    """

    menu: Mapping[str, type[Probe]]
    names: Mapping[str, Sequence[str]] | None
    end: Seconds | None
    marks: Marks
    problems: ProblemList

    def read(self, entries: Mapping[str, object]) -> tuple[Probe, ...]:
        """The probes in the file's order. DX-F005 to DX-F010, DX-S004 to DX-S007, DX-S015, DX-S017 to DX-S019."""
        found = (self._probe(name, entry) for name, entry in entries.items())
        return tuple(probe for probe in found if probe is not None)

    def _probe(self, name: str, entry: object) -> Probe | None:
        if not is_name(name):
            problem = f"{quoted(name)} cannot be the name of a probe"
            remedy = "Use 1 to 100 letters, digits, _ and -."
            self.problems.add(self.marks.key_at("probes", name), "DX-S015", problem, remedy)
        form = ProbeForm(self.menu, self.marks, self.problems)
        written = form.read(entry, ("probes", name))
        if written is None:
            return None
        if len(written.kinds) != 1:
            kinds = written.kinds
            problem = f"'{name}' is {listed(kinds, 'and')} at once" if kinds else f"'{name}' has no kind"
            remedy = f"Write one of {listed(self.menu)} under it."
            self.problems.add(self.marks.key_at("probes", name), "DX-S017", problem, remedy)
            return None
        (kind,) = written.kinds
        if written.values is None:
            return None
        reader = replace(self, marks=renamed(self.marks, form.renamed))
        return reader._value(self.menu[kind], name, written.values, ("probes", name, kind))

    def _value(self, kind: type[Probe], name: str, values: Mapping[str, Any], path: KeyPath) -> Probe:
        known = parameters_of(kind)
        probe = kind(name=name, **values)
        named = [self._known(p, values[p.attribute], path, probe.version) for p in known if p.takes is Takes.NAME]
        for parameter in known:
            if parameter.takes is Takes.PACKET_RATE:
                self._rate(parameter, values[parameter.attribute], path)
        if kind.across and self.names is not None and all(named):
            near, far = self._across(values["from_host"], values["to_host"], path)
            probe = kind(name=name, **{**values, "from_host": near, "to_host": far})
        for wrong in probe.contradictions():
            where = (*path, wrong.key) if wrong.key else path
            mark = self.marks.key_at(*where) if wrong.at_key else self.marks.at(*where)
            self.problems.add(mark, "DX-S018", wrong.problem, wrong.remedy)
        if self.end is not None and probe.over_at >= self.end:
            problem = f"'{name}' is not over before the end at {self.end}"
            self.problems.add(self.marks.at(*path, "at"), "DX-S007", problem, "Let it happen earlier, or end later.")
        return probe

    def _rate(self, parameter: Parameter, rate: PacketsPerSecond | None, path: KeyPath) -> None:
        least, most = PacketsPerSecond(parameter.least or 1), PacketsPerSecond(parameter.most or rate or 1)
        if rate is not None and not least <= rate <= most:
            remedy = f"Use {least} to {most}."
            self.problems.add(self.marks.at(*path, parameter.key), "DX-S006", f"a probe cannot send {rate}", remedy)

    def _known(self, parameter: Parameter, name: str | None, path: KeyPath, version: int) -> bool:
        """Whether the topology has the name. DX-S004; DX-S019: an end without an address of that IP version."""
        if self.names is None or name is None:
            return True
        noun = parameter.noun
        kinds = ENDS.get(noun, (noun,))
        known = [name for kind in kinds for name in self.names[kind]] if set(kinds) <= self.names.keys() else None
        if known is not None and name not in known:
            remedy = suggestion(name, known, f"This topology has no {noun.replace('_', ' ')}s.")
            problem = f"there is no {noun.replace('_', ' ')} {quoted(name)}"
            self.problems.add(self.marks.at(*path, parameter.key), "DX-S004", problem, remedy)
            return False
        if noun in ENDS:
            self._version(parameter.key, name, path, version)
        return True

    def _version(self, key: str, name: str, path: KeyPath, version: int) -> None:
        assert self.names is not None
        kind = f"{WITH_VERSION}{version}"
        if kind not in self.names or name in self.names[kind]:
            return
        problem = f"'{name}' has no IPv{version} address"
        remedy = "No host and no instance of this topology has one."
        if self.names[kind]:
            remedy = f"These have one: {listed(self.names[kind], 'and')}."
        self.problems.add(self.marks.at(*path, key), "DX-S019", problem, remedy)

    def _across(self, from_host: str, to_host: str, path: KeyPath) -> tuple[str, str]:
        """Both ends, the customer's first. DX-S005: one side only, and not two sites there."""
        assert self.names is not None
        hosts, instances = self.names["host"], self.names["instance"]
        here, there = self._site(from_host), self._site(to_host)
        if (from_host in hosts) == (to_host in hosts) and here == there:
            side = f"in {here}" if from_host in hosts else "in AWS"
            far = suggestion("", instances if from_host in hosts else hosts)
            problem = f"'{from_host}' and '{to_host}' are both {side}"
            remedy = f"A probe measures across Direct Connect. {far}"
            self.problems.add(self.marks.at(*path, "to"), "DX-S005", problem, remedy)
        return (to_host, from_host) if from_host in instances else (from_host, to_host)

    def _site(self, host: str) -> str:
        """Where one of the customer's hosts is."""
        assert self.names is not None
        at = (kind for kind, names in self.names.items() if kind.startswith(AT_SITE) and host in names)
        return next(at, f"{AT_SITE}the data center").removeprefix(AT_SITE)
