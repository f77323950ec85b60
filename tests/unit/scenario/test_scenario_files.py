from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.parameters import count_field, networks_field, parameters_of
from dxemu.probes.capture import CaptureProbe
from dxemu.probes.pmtu import PathMtuProbe
from dxemu.probes.throughput import ThroughputProbe
from dxemu.probes.udp import UdpProbe
from dxemu.story.load import load, never_ends, topology_path
from dxemu.story.model import Scenario
from dxemu.units import BitsPerSecond, IPNetwork, PacketsPerSecond, Seconds

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak(CableCut):
    """A fault with more than a target."""

    prefixes: tuple[IPNetwork, ...] = networks_field()
    times: int = count_field()


FAULTS = {"cable_cut": CableCut, "cable_silent": CableSilent, "leak": Leak}
TOPOLOGY = ROOT / "tests/unit/errors/topologies/good.yaml"

PROBES = """
probes:
  app: {udp: {from: app, to: web}}
  bulk: {iperf3: {from: web, to: app, direction: from_aws, at: 2 s, for: 500 ms, streams: 16, mss: 1360}}
  load: {iperf3: {from: app, to: web, at: 2 s, udp: 1 Gbps}}
  link: {capture: {circuit: metro}}
  size: {pmtu: {from: web, to: app, at: [8 s, 2 s]}}
"""


def scenario(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "story.yaml"
    path.write_text("topology: good\nprobes: {app: {udp: {from: app, to: web}}}\n" + text, encoding="utf-8")
    return load(path, faults=FAULTS, topology=TOPOLOGY)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_scenarios_of_the_repository_load(path: Path) -> None:
    loaded = load(path)
    assert loaded.name == path.stem
    assert loaded.end is not None
    assert loaded.expect


def test_change_reaches_the_topology() -> None:
    loaded = load(ROOT / "scenarios/cut_primary_silently_without_bfd.yaml", faults=FAULTS)
    assert [vif.bfd for vif in loaded.topology.virtual_interfaces] == [None, None]


def test_rate_and_end_may_be_left_out(tmp_path: Path) -> None:
    loaded = scenario(tmp_path, "")
    assert loaded.probes == (UdpProbe(name="app", from_host="app", to_host="web", rate=PacketsPerSecond(100)),)
    assert (loaded.end, loaded.steps, loaded.expect, loaded.see_also) == (None, (), (), "")
    assert never_ends(loaded, "why").code == "DX-S009"


def test_probe_is_turned_to_begin_at_the_customer(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text("topology: good\nprobes: {back: {udp: {from: web, to: app}}}\n", encoding="utf-8")
    (probe,) = load(path, faults=FAULTS, topology=TOPOLOGY).probes
    assert (probe.from_host, probe.to_host) == ("app", "web")


def test_every_kind_of_probe(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(f"topology: good\n{PROBES}end: 10 s\n", encoding="utf-8")
    _, bulk, load_, link, size = load(path, faults=FAULTS, topology=TOPOLOGY).probes
    assert bulk == ThroughputProbe(
        name="bulk",
        from_host="app",
        to_host="web",
        direction="from_aws",
        at=Seconds(2),
        duration=Seconds(0.5),
        streams=16,
        mss=1360,
    )
    assert load_ == ThroughputProbe(
        name="load",
        from_host="app",
        to_host="web",
        direction="to_aws",
        at=Seconds(2),
        duration=Seconds(1),
        offered=BitsPerSecond(10**9),
    )
    assert link == CaptureProbe(name="link", circuit="metro")
    assert size == PathMtuProbe(name="size", from_host="web", to_host="app", at=(Seconds(2), Seconds(8)))
    assert [p.over_at for p in (bulk, link, size)] == [Seconds(2.5), Seconds(0), Seconds(8)]
    assert [p.ends for p in (bulk, link, size)] == [("app", "web"), None, ("web", "app")]


def test_steps_are_sorted_and_counted(tmp_path: Path) -> None:
    loaded = scenario(
        tmp_path,
        """
steps:
  - {at: 50 s, fault: {cable_cut: {connection: primary}}, for: 10 s}
  - {at: 5 s, fault: {cable_cut: {connection: primary}}, for: 10 s}
  - {at: 6 s, fault: {cable_silent: {connection: primary}}}
  - {at: 7 s, fault: {leak: {connection: backup, prefixes: [10.1.0.0/16, 10.2.0.0/16], times: 5}}}
end: 100 s
""",
    )
    ids = [("cable_cut", 5), ("cable_silent", 6), ("leak", 7), ("cable_cut#2", 50)]
    assert [(s.id, s.at) for s in loaded.steps] == ids
    assert loaded.steps[0].duration == Seconds(10)
    assert loaded.steps[1].duration is None
    wanted = Leak(connection="backup", prefixes=(ip_network("10.1.0.0/16"), ip_network("10.2.0.0/16")), times=5)
    assert (loaded.steps[2].fault, loaded.steps[2].fault.target) == (wanted, "backup")
    assert loaded.steps[3].mark.line == 5


def test_same_fault_again_after_it_healed_is_allowed(tmp_path: Path) -> None:
    step = "fault: {cable_cut: {connection: primary}}, for: 10 s}"
    assert len(scenario(tmp_path, f"steps:\n  - {{at: 5 s, {step}\n  - {{at: 15 s, {step}\nend: 60 s\n").steps) == 2
    with pytest.raises(InputErrors, match="DX-S010"):
        scenario(tmp_path, f"steps:\n  - {{at: 5 s, {step}\n  - {{at: 14 s, {step}\nend: 60 s\n")


def test_heal_must_come_before_the_end(tmp_path: Path) -> None:
    step = "steps:\n  - {at: 5 s, fault: {cable_cut: {connection: primary}}, for: 10 s}\n"
    assert scenario(tmp_path, step + "end: 16 s\n").end == Seconds(16)
    with pytest.raises(InputErrors, match="DX-S008"):
        scenario(tmp_path, step + "end: 15 s\n")


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("outage: app, within_prediction: true", "app", {"within_prediction": True}),
        ("outage: app, at_least: 1 s, at_most: 2 s", "app", {"at_least": Seconds(1), "at_most": Seconds(2)}),
        (
            "outage: app, at_most: 2 s, direction: to_aws, fault: cable_cut",
            "app",
            {"at_most": Seconds(2), "direction": "to_aws", "fault": "cable_cut"},
        ),
        ("path: app, via: backup, at: end", "app", {"via": "backup", "at": "end"}),
        ("path: app, via: backup, at: 8 s", "app", {"via": "backup", "at": Seconds(8)}),
        ("session: backup, never: down", "backup", {"never": "down"}),
        ("session: backup, stays: up", "backup", {"stays": "up"}),
        ("session: primary, within: 9 s", "primary", {"within": Seconds(9)}),
        ("session: primary, within: 9 s, after: heal", "primary", {"within": Seconds(9), "after": "heal"}),
        ("detected: cable_cut, by: carrier", "cable_cut", {"by": "carrier"}),
        ("throughput: bulk, at_least: 940 Mbps", "bulk", {"at_least": BitsPerSecond(940_000_000)}),
        ("throughput: load, lost_at_least: 30 %", "load", {"lost_at_least": 30.0}),
        ("path: bulk, via: backup, at: end", "bulk", {"via": "backup", "at": "end"}),
        ("capture: link, only: [esp, vlan 101]", "link", {"only": ("esp", "vlan 101")}),
        ("capture: link, never: udp", "link", {"never": ("udp",)}),
        ("pmtu: size, is: 8500, told: false, at: 2 s", "size", {"is": 8500, "told": False, "at": Seconds(2)}),
        ("lost: app, at_most: 0", "app", {"at_most": 0}),
        ("lost: app, after: heal, at_most: 3", "app", {"after": "heal", "at_most": 3}),
    ],
)
def test_expectation(tmp_path: Path, line: str, name: str, arguments: dict[str, object]) -> None:
    steps = "steps:\n  - {at: 5 s, fault: {cable_cut: {connection: primary}}, for: 2 s}\n"
    path = tmp_path / "story.yaml"
    path.write_text(f"topology: good\n{PROBES}{steps}expect:\n  - {{{line}}}\nend: 10 s\n", encoding="utf-8")
    (expectation,) = load(path, faults=FAULTS, topology=TOPOLOGY).expect
    known = parameters_of(type(expectation.expected))
    written = {p.key: value for p in known if (value := getattr(expectation.expected, p.attribute)) is not None}
    assert (expectation.expected.name, written, expectation.text) == (name, arguments, line)


def test_topology_by_name_or_by_path() -> None:
    assert topology_path(Path("scenarios/cut.yaml"), "mine") == Path("topologies/mine.yaml")
    assert topology_path(Path("cut.yaml"), "mine") == Path("../topologies/mine.yaml")
    assert topology_path(Path("a/scenarios/cut.yaml"), "mine.yaml") == Path("a/scenarios/mine.yaml")
    assert topology_path(Path("a/scenarios/cut.yaml"), "../other/mine.yaml") == Path("a/other/mine.yaml")


def test_mistakes_of_both_files_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        change = "change: {connections: {backup: {device: dx_4}}}\n"
        scenario(tmp_path, f"{change}steps: [{{at: 1 s, fault: {{cable_cut: {{}}}}}}]\n")
    assert sorted(p.code for p in caught.value.problems) == ["DX-S003", "DX-T003"]
