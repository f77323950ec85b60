"""What a scenario leaves open, and how it is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.story.load import load
from dxemu.story.model import Scenario
from dxemu.story.variant import Variant, filled, from_words, type_of
from dxemu.topology.yaml import parse
from dxemu.units import PacketsPerSecond, Seconds

ROOT = Path(__file__).parents[3]
STORY = f"""\
story: Nothing for $silence, $$5 a minute.
topology: {ROOT}/topologies/backup_connection.yaml
parameters: {{silence: 2 s, victim: primary, rate: 100/s, what: {{cable_cut: {{connection: backup}}}}}}
probes: {{app: {{udp: {{from: app, to: web, rate: $rate}}}}}}
steps:
  - {{at: 5 s, fault: {{cable_silent: {{connection: $victim}}}}, for: $silence}}
  - {{at: 20 s, fault: $what}}
end: 60 s
"""


def story(tmp_path: Path, variant: Variant) -> Scenario:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    return load(path, variant=variant)


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    found = story(tmp_path, Variant())
    assert found.story == "Nothing for 2 s, $5 a minute."
    assert [step.fault for step in found.steps] == [CableSilent(connection="primary"), CableCut(connection="backup")]
    assert found.steps[0].duration == Seconds(2)


def test_a_command_gives_other_values_of_the_same_kind(tmp_path: Path) -> None:
    given = {"silence": "3s", "victim": "backup", "rate": "1000/s", "what": "{cable_cut: {circuit: metro}}"}
    found = story(tmp_path, from_words(given))
    assert found.steps[0].fault == CableSilent(connection="backup")
    assert found.steps[1].fault == CableCut(circuit="metro")
    assert found.steps[0].duration == Seconds(3)
    (probe,) = found.probes
    assert getattr(probe, "rate") == PacketsPerSecond(1000)  # noqa: B009 - a probe's own


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"silenc": "3 s"}, "--set silenc:1:1: DX-S030  there is no parameter 'silenc'\n  Did you mean 'silence'?"),
        ({"silence": "3"}, "--set silence:1:1: DX-S030  'silence' is a duration, not the number 3"),
        ({"silence": "long"}, "'silence' is a duration, not the text 'long'\n  Write for example --set silence=2 s."),
        ({"what": "cable_cut"}, "'what' is a mapping, not the text 'cable_cut'"),
        ({"silence": "[3 s"}, "DX-F001"),
        ({"what": "{cable_cut: {connection: primary, connection: backup}}"}, "DX-F004"),
    ],
)
def test_what_cannot_be_given(tmp_path: Path, given: dict[str, str], problem: str) -> None:
    with pytest.raises(InputErrors) as errors:
        story(tmp_path, from_words(given))
    assert problem in str(errors.value)


def test_a_change_and_a_topology_of_a_variant_are_laid_over(tmp_path: Path) -> None:
    written = "topology: a\nchange: {x: {y: 1, z: 2}}\nmatrix: {tuned: {on: {x: {y: 3}}}}\n"
    tree = parse(written, str(tmp_path))
    laid = filled(tree, Variant(topology="b", change={"x": {"y": 3}}, change_at=("matrix", "tuned", "on")))
    assert laid.value == {"topology": "b", "change": {"x": {"y": 3, "z": 2}}}
    assert (laid.marks.at("change", "x", "y").line, laid.marks.at("change", "x", "z").line) == (3, 2)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "true or false"),
        (3, "a number"),
        ("20 %", "a part in percent"),
        ("20%", "a part in percent"),
        ("300 ms", "a duration"),
        ("100/s", "a rate of packets"),
        ("10 Gbps", "a bit rate"),
        ("primary", "text"),
        ([1], "a list"),
    ],
)
def test_a_default_says_what_a_parameter_is(value: object, kind: str) -> None:
    assert type_of(value) == kind
