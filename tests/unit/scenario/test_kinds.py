"""What is made of a kind's one file: the table of docs/scenario-file.md, the JSON schema, the reader."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import dxemu.audit
import dxemu.faults
import dxemu.probes
import dxemu.story.expectations
import dxemu.topology.check
from dxemu.audit.menu import make_audit
from dxemu.errors import InputErrors
from dxemu.faults.menu import kinds
from dxemu.lab.probes.menu import ByItself, runner_of
from dxemu.measure.probes import found
from dxemu.plan.make import make_plan
from dxemu.probes.menu import kinds as probe_kinds
from dxemu.report.audit import render as render_audit
from dxemu.report.audit import to_json as audit_json
from dxemu.report.codes import explain
from dxemu.story.expectations.base import Measured
from dxemu.story.load import load
from dxemu.story.schema import PARAMETER, json_schema
from dxemu.story.verdict import judge
from dxemu.topology.load import load as load_topology
from dxemu.units import Seconds
from tests.unit.events.filled import filled
from tools.kinds import PAGE, page

ROOT = Path(__file__).parents[3]
DROPPED = '''"""A test's own."""
from dataclasses import dataclass
from typing import ClassVar
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, silenced
from dxemu.parameters import count_field, target_field
from dxemu.plan.model import Plan

@dataclass(frozen=True, slots=True, kw_only=True)
class CableBlinks(Fault):
    """It blinks."""
    words: ClassVar[str] = "its light goes and comes"
    audited: ClassVar[dict[str, str]] = {"circuit": "blinks"}
    circuit: str | None = target_field()
    times: int = count_field(words="so often")

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        return silenced([plan.cable(self.target).name])

    async def inject(self, lab: BreakableLab) -> str:
        return ""

    async def heal(self, lab: BreakableLab) -> str:
        return ""
'''


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file in the folder of faults, as a newcomer would put it there."""
    (tmp_path / "cable_blinks.py").write_text(DROPPED, encoding="utf-8")
    monkeypatch.setattr(dxemu.faults, "__path__", [*dxemu.faults.__path__, str(tmp_path)])
    yield


def test_the_tables_are_of_the_kinds_as_they_are() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page(text) == text, "python -m tools.kinds writes them anew"


def test_schema_is_json_and_knows_every_parameter() -> None:
    schema = json.loads(json.dumps(json_schema()))
    known = schema["$defs"]["fault"]["anyOf"]
    (cut,) = [one["properties"]["cable_cut"] for one in known if "cable_cut" in one["properties"]]
    assert PARAMETER in schema["$defs"]["StepEntry"]["properties"]["fault"]["anyOf"]
    assert set(cut["properties"]) == {"connection", "circuit", "internet"}
    assert cut["allOf"] == [{"oneOf": [{"required": [key]} for key in ("connection", "circuit", "internet")]}]


def test_one_file_is_a_fault_everywhere(dropped: None, tmp_path: Path) -> None:
    assert "cable_blinks" in kinds()
    assert "| `cable_blinks` | `circuit`; *`times` (so often)* | its light goes and comes |" in page(
        (ROOT / PAGE).read_text(encoding="utf-8")
    )
    assert "cable_blinks" in json.dumps(json_schema())
    story = tmp_path / "story.yaml"
    text = f"topology: {ROOT}/topologies/backup_connection.yaml\nsteps:\n  - at: 5 s\n    fault: {{cable_blinks: %s}}\n"
    story.write_text(text % "{circuit: metro, times: 3}", encoding="utf-8")
    (step,) = load(story).steps
    assert (step.kind, step.fault.target) == ("cable_blinks", "metro")
    story.write_text(text % "{circuit: metr, times: often}", encoding="utf-8")
    with pytest.raises(InputErrors) as errors:
        load(story)
    assert [problem.code for problem in errors.value.problems] == ["DX-S004", "DX-S003"]


PROBE = '''"""A test's own."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from dxemu.events.base import Event
from dxemu.events.probes import FoundByItself
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.base import Measurement, Probe, ProbedLab
from dxemu.units import Seconds

@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Measurement):
    """When an answer came."""
    t_s: float

@dataclass(frozen=True, slots=True, kw_only=True)
class EchoProbe(Probe):
    """It calls."""
    words: ClassVar[str] = "whether anybody answers"
    example: ClassVar[str] = "{from: app, at: 1 s}"
    key: ClassVar[str] = "echoes"
    measures: ClassVar[type[Measurement]] = Echo
    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun="host or instance", example="app")
    at: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, example="1 s")

    @property
    def over_at(self) -> Seconds:
        return self.at

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Echo, ...]:
        return tuple(Echo(probe=e.probe, **e.found) for e in events if isinstance(e, FoundByItself))

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        for one in found:
            yield f"Echo of {one.probe}", f"at {one.t_s:g} s"

    async def measure(self, lab: ProbedLab) -> None:
        await lab.until(self.at)
        lab.tell(t_s=lab.now())
'''


def test_one_file_is_a_probe_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "echo.py").write_text(PROBE, encoding="utf-8")
    monkeypatch.setattr(dxemu.probes, "__path__", [*dxemu.probes.__path__, str(tmp_path)])
    kind = probe_kinds()["echo"]
    assert "| `echo` | `from`, `at` | whether anybody answers |" in page((ROOT / PAGE).read_text(encoding="utf-8"))
    entries = json_schema()["properties"]["probes"]["additionalProperties"]["anyOf"]
    (echo,) = [one["properties"]["echo"] for one in entries if "echo" in one["properties"]]
    assert (set(echo["properties"]), echo["required"]) == ({"from", "at"}, ["from", "at"])
    story = tmp_path / "story.yaml"
    text = f"topology: {ROOT}/topologies/backup_connection.yaml\nprobes: {{hello: {{echo: %s}}}}\nend: 5 s\n"
    story.write_text(text % "{from: app, at: 1 s}", encoding="utf-8")
    assert load(story).probes == (kind(name="hello", from_host="app", at=Seconds(1)),)
    story.write_text(text % "{from: appp, at: 9 s, for: ever}", encoding="utf-8")
    with pytest.raises(InputErrors) as errors:
        load(story)
    assert [problem.code for problem in errors.value.problems] == ["DX-S004", "DX-S007", "DX-F005"]
    measured = found([filled({"event": "measured", "t": 1.5, "probe": "hello", "found": {"t_s": 1.5}})])
    assert [one.t_s for one in measured.all_of(kind.measures)] == [1.5]
    assert list(kind.lines(measured.by_key["echoes"], "virtual")) == [("Echo of hello", "at 1.5 s")]
    assert runner_of("echo") is ByItself
    told = []
    asyncio.run(kind(name="hello", from_host="app", at=Seconds(1)).measure(LabOfOneMoment(told)))
    assert told == [{"t_s": 1.0}]


@dataclass
class LabOfOneMoment:
    """It is always the moment that somebody waits for."""

    told: list[dict[str, object]]
    t_s: float = 0.0

    async def until(self, t_s: float) -> None:
        self.t_s = float(t_s)

    def now(self) -> float:
        return self.t_s

    def tell(self, **found: object) -> None:
        self.told.append(found)


SUBJECT = '''"""A test's own."""
from dataclasses import dataclass
from typing import ClassVar
from dxemu.events.sessions import BgpChanged
from dxemu.parameters import Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject
from dxemu.units import Seconds

@dataclass(frozen=True, slots=True, kw_only=True)
class QuietExpected(Subject):
    """Nothing happens."""
    of: ClassVar[str] = "session"
    words: ClassVar[str] = "nothing is told of it from then on"
    example: ClassVar[str] = "{quiet: primary, from: 3 s}"
    since: Seconds | None = parameter(Takes.DURATION, key="from", need=Need.SAYS)

    def judge(self, measured: Measured) -> Judged:
        told = [e for e in measured.events if isinstance(e, BgpChanged) and e.session == self.name and e.t > self.since]
        return not told, f"{len(told)} events"
'''


def test_one_file_is_an_expectation_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quiet.py").write_text(SUBJECT, encoding="utf-8")
    monkeypatch.setattr(dxemu.story.expectations, "__path__", [*dxemu.story.expectations.__path__, str(tmp_path)])
    row = "| `quiet` | a virtual interface, `NAME_ipv6` or a tunnel | `from` | nothing is told of it from then on |"
    assert row in page((ROOT / PAGE).read_text(encoding="utf-8"))
    assert "quiet" in json.dumps(json_schema()["properties"]["expect"])
    story = tmp_path / "story.yaml"
    text = f"topology: {ROOT}/topologies/backup_connection.yaml\nexpect:\n  - %s\nend: 5 s\n"
    story.write_text(text % "{quiet: primary, from: 3 s}", encoding="utf-8")
    (expectation,) = load(story).expect
    nothing: dict[str, tuple[()]] = {key: () for key in ("faults", "outages", "probes", "stages", "predicted")}
    plan = make_plan(load(story).topology)
    events = [filled({"event": "bgp", "t": 4.0, "session": "primary"})]
    judged = judge(expectation, Measured(plan=plan, events=events, end_s=5.0, **nothing))
    assert (judged.verdict, judged.measured, judged.text) == ("fail", "1 events", "quiet: primary, from: 3 s")
    for line in ("{quiet: primari, from: never, to: 3 s}", "{quiet: primary}", "{quit: primary, from: 1 s}"):
        story.write_text(text % line, encoding="utf-8")
        with pytest.raises(InputErrors) as errors:
            load(story)
        codes = {"DX-S004", "DX-F008", "DX-S012", "DX-S013", "DX-S011"}
        assert {problem.code for problem in errors.value.problems} <= codes
    assert "Did you mean 'quiet'?" in errors.value.problems[0].remedy


RULE = '''"""A test's own."""
from collections.abc import Iterator
from typing import ClassVar
from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design

class OddName(Rule):
    """Something to find."""
    code: ClassVar[str] = "DX-A999"
    title: ClassVar[str] = "odd"
    rule: ClassVar[str] = "Names are even"
    source: ClassVar[str] = "nobody"
    paragraph: ClassVar[str] = "Why names are even."

    def find(self, design: Design) -> Iterator[Finding]:
        yield Finding(problem="odd", remedy="Even it.", path=("connections",), names=("primary",))
'''


def test_one_file_is_a_rule_of_the_audit_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd_name.py").write_text(RULE, encoding="utf-8")
    monkeypatch.setattr(dxemu.audit, "__path__", [*dxemu.audit.__path__, str(tmp_path)])
    assert explain("a999") == "Why names are even."
    topology = load_topology(ROOT / "topologies" / "backup_connection.yaml")
    audit = make_audit(topology, make_plan(topology))
    assert "Names are even" in "\n".join(line.plain for line in render_audit(audit, width=100))
    assert "DX-A999" in json.dumps(audit_json(audit))


QUOTA = '''"""How many hosts a data center may have, which is a test's own quota."""
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

HOSTS = 0
"""Source: nobody's page, read never."""
PARAGRAPHS = {"DX-T999": "A data center has no hosts. Source: this test."}

def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T999: more than that."""
    for name in list(file.customer.data_center.hosts)[HOSTS:]:
        path = ("customer", "data_center", "hosts", name)
        findings.add_name(path, "DX-T999", f"'{name}' is a host too many", f"AWS takes {HOSTS}.")
'''


def test_one_file_is_an_error_with_all_that_belongs_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts_quota.py").write_text(QUOTA, encoding="utf-8")
    monkeypatch.setattr(dxemu.topology.check, "__path__", [*dxemu.topology.check.__path__, str(tmp_path)])
    with pytest.raises(InputErrors) as errors:
        load_topology(ROOT / "topologies" / "backup_connection.yaml")
    assert {(problem.code, problem.remedy) for problem in errors.value.problems} == {("DX-T999", "AWS takes 0.")}
    assert explain("t999") == "A data center has no hosts. Source: this test."
