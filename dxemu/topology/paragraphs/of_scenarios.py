"""DX-S: mistakes of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-S001": """\
The scenario's `topology` is the name of a file in the folder topologies/ beside the scenario's own
folder, without .yaml, or of a topology that comes with dxemu. A path from the scenario's folder is
also taken, if it has a slash or ends in .yaml. `dxemu run --topology FILE` uses another topology
for one run.""",
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
        "DX-S005": """\
A probe sends from a host in the data center to an instance in a VPC, and back, or between hosts at
two sites. Both of its ends are at the same place, so its packets would never cross Direct Connect.""",
        "DX-S006": """\
A probe sends 1 to 100000 packets a second in each direction; without `rate` it sends 100. The
distance between two packets is the precision of a measured outage: 100/s is 10 ms, 1000/s is 1 ms.
A client fetches 1 to 100 times a second; without `rate` once a second.""",
        "DX-S007": """\
The run is over before this happens, so the step or the expectation would say nothing. `end` counts
from the start of the run, as `at` does.""",
        "DX-S008": """\
The fault would be healed at or after the end of the run. Either let it last to the end, by leaving
`for` out, or make the run longer, so that there is something to see after the repair.""",
        "DX-S009": """\
The scenario has no `end`, and none can be computed: dxemu ends a run when everything that it
predicts has happened, and here something has no upper limit. Say with `end` how long to watch.""",
        "DX-S010": """\
The same fault strikes the same target again before it was healed. The second one could not be
confirmed from the kernel, because nothing would change. Different faults on one target may overlap.""",
        "DX-S011": """\
Each line under `expect` is about one thing, which is one of its words: `outage` is how long
packets were lost, `session` is about a BGP session, and so on; and so is the event under `when`.
docs/scenario-file.md has tables of all. Two things are two lines.""",
        "DX-S012": """\
The word is not one that this expectation or event knows, or what stands behind it is not what it
takes. What each takes is in the table of docs/scenario-file.md: times have units, parts of packets
are written as 30 %, rates as 940 Mbps, directions are to_aws and from_aws, `at` is start, end or a
time.""",
        "DX-S013": """\
The expectation is not complete, or contradicts itself. An outage, for example, needs a limit
(at_most, at_least) or within_prediction, and a path needs at (start, end or a time) beside via. A
session says one thing: after goes with within, at with is. A lower limit is not above the upper
one. What each knows is in the table of docs/scenario-file.md.""",
        "DX-S015": """\
The name of a probe is also that of a file beside the run's results: 1 to 100 letters, digits,
hyphens and underscores.""",
        "DX-S014": """\
The expectation begins when a fault is injected or healed, but in this scenario that never happens.
A step without `for` is never healed.""",
        "DX-S016": """\
A topology says what there is, a scenario what happens to it: it names its topology and has steps,
probes and expectations. `dxemu plan` and `dxemu graph` show a topology, `dxemu run` takes a
scenario, and with --topology another design for it.""",
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
        "DX-S020": """\
Somebody does something on purpose so that something changes. This changes nothing in the design of
that moment: the router announces the prefix already, or does not announce what is to be withdrawn,
neither as its own nor passed on from another router.""",
        "DX-S021": """\
A step begins once: at a time (`at`), at an event (`when`, with `within`, how long to wait for it,
counted from the beginning of the step before it), or so long `after` the end of the step before it.
`repeat` goes with `every`, which is longer than `for`. `stop_when` ends what goes on: a fault or a
change with `for`, or what is repeated.""",
        "DX-S022": """\
A step waits for an event that cannot come: nothing is broken or done before that could take a
session or a tunnel down, or the session has no BGP, or never comes up because its ends do not fit.""",
        "DX-S023": """\
A step with a time of its own stands below one that waits for an event, and it is not known which of
them comes first. What the design is then, and what a fault should cost, would be unknown, too.
Steps below one that waits come after the longest time that it may wait.""",
        "DX-S024": """\
The fault needs something that the design of that moment does not have: BFD or BGP that runs, a LAG
of which the connection is a member, a VPN with BGP. `dxemu plan` shows what a design has.""",
        "DX-S030": """\
A scenario's `parameters` are names with default values, which say what each is: a duration, a rate,
a part in percent, a number, true or false, text, or a mapping such as a fault. `$name` stands for
the value wherever one may stand, `${name}` also in the middle of a text, `$$` for a dollar sign.
Another value, of the same kind, comes from `dxemu run --set NAME=VALUE` or from a `matrix`.""",
        "DX-S031": """\
A scenario's `matrix` is run once for each combination of the values of its axes: `topology` (a list
of names), `seed` (a list, or `1 to 50`), a parameter of the scenario (a list of values of its kind,
or values by name), and one axis of changes of the design by name, as `bfd: {on: {}, off:
{virtual_interfaces: {primary: {bfd: off}}}}`.""",
    }
)
