"""`any_of`: the seed draws one of several, and all of them are checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.faults.base import Fault
from dxemu.faults.cable_silent import CableSilent
from dxemu.plan.versions import DEBIAN_12
from dxemu.run.checked import checked
from dxemu.run.matrix import make_ready
from dxemu.run.prepare import prepare
from dxemu.story.any_of import drawn, others, settled
from dxemu.story.matrix import matrix_of
from dxemu.story.variant import Variant, from_words
from dxemu.topology import yaml

ROOT = Path(__file__).parents[3]
STORY = f"""\
topology: {ROOT}/topologies/backup_connection.yaml
probes: {{app: {{udp: {{from: app, to: web}}}}}}
parameters: {{victims: [primary, backup]}}
steps:
  - {{at: 5 s, fault: {{cable_silent: {{connection: {{any_of: $victims}}}}}}, for: 2 s}}
  - at: 30 s
    fault:
      any_of: [{{cable_cut: {{connection: {{any_of: [primary, backup]}}}}}}, {{router_freeze: {{device: dx_2}}}}]
end: 60 s
"""
SEEDS = range(40)


def file(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = STORY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, seed: int) -> tuple[Fault, ...]:
    return tuple(step.fault for step in prepare(path, variant=Variant(seed=seed)).scenario.steps)


def test_the_seed_draws_and_the_same_seed_the_same(tmp_path: Path) -> None:
    path = file(tmp_path)
    assert faults(path, 3) == faults(path, 3)
    tree = yaml.parse(STORY.replace("$victims", "[primary, backup]"), "story.yaml")
    found = [tuple(d.words for d in drawn(tree, Variant(seed=seed))[1]) for seed in SEEDS]
    assert {one[0] for one in found} == {"primary", "backup"}
    cut = "{cable_cut: {connection: %s}}"
    assert {one[1:] for one in found} == {
        (cut % "primary", "primary"),
        (cut % "backup", "backup"),
        ("{router_freeze: {device: dx_2}}",),
    }
    assert len({(one[0], one[1]) for one in found}) == 6, "places draw by themselves"


def test_a_step_more_changes_nothing_of_what_others_draw() -> None:
    step = "{at: 1 s, fault: {cable_cut: {connection: {any_of: [a, b, c, d]}}}}"
    one, two = (yaml.parse(f"steps: [{', '.join([step] * n)}]", "story.yaml") for n in (1, 2))
    for seed in SEEDS:
        assert drawn(one, Variant(seed=seed))[1] == drawn(two, Variant(seed=seed))[1][:1]


def test_what_was_drawn_is_said(tmp_path: Path) -> None:
    scenario = prepare(file(tmp_path), variant=Variant(draws={("steps", 1, "fault"): 1})).scenario
    assert [(d.number, d.key, d.words, d.of) for d in scenario.draws][1:] == [
        (2, "fault", "{router_freeze: {device: dx_2}}", 2)
    ]
    assert scenario.steps[1].mark.line == 8
    assert "any_of" in str(scenario.written), "a run that is repeated with another seed draws again"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("device: dx_2", "device: dx_9"), "story.yaml:8:97: DX-S004  there is no device 'dx_9'"),
        (("any_of: [primary, backup]", "any_of: [primary, bckup]"), "there is no connection 'bckup'"),
        (("router_freeze: {device: dx_2}", "lacp_silent: {connection: primary}"), "DX-S024  lacp_silent cannot happen"),
        (("any_of: [primary, backup]", "any_of: [primary]"), "DX-S032  nothing can be drawn from a list of 1"),
        (("any_of: [primary, backup]", "any_of: primary"), "DX-S032  nothing can be drawn from the text 'primary'"),
        (("end: 60 s", "expect: [{detected: cable_cut, by: carrier}]\nend: 60 s"), "there is no fault 'cable_cut'"),
    ],
)
def test_each_of_them_is_checked_whatever_is_drawn(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    path = file(tmp_path, change)
    for seed in range(3):
        with pytest.raises(InputErrors, match="DX-S") as errors:
            prepare(path, variant=Variant(seed=seed))
        assert problem in str(errors.value)
    with pytest.raises(InputErrors, match="DX-S"):
        checked(path)


def test_parameters_are_filled_in_before(tmp_path: Path) -> None:
    path, given = file(tmp_path), from_words({"victims": "[backup, backup]"})
    found = [prepare(path, variant=replace(given, seed=seed)).scenario.steps[0].fault for seed in range(3)]
    assert found == [CableSilent(connection="backup")] * 3


def test_lines_of_a_matrix_that_draw_the_same_are_made_once(tmp_path: Path) -> None:
    path = file(tmp_path, ("end: 60 s", "matrix: {seed: 0 to 39}\nend: 60 s"))
    matrix = matrix_of(yaml.read(path))
    assert matrix is not None
    ready = make_ready(path, None, DEBIAN_12, matrix.lines(), 1)
    assert len({id(line.rehearsal) for line in ready}) == 6
    for line in ready[:4]:
        assert tuple(s.fault for s in line.rehearsal.scenario.steps) == faults(path, line.seed)


def test_others_are_each_value_of_each_list_once() -> None:
    tree = yaml.parse(STORY.replace("$victims", "[primary, backup]"), "story.yaml")
    variant = settled(tree, Variant(seed=1))
    seen = {(d.at, d.index) for one in (variant, *others(tree, variant)) for d in drawn(tree, one)[1]}
    assert len(seen) == 6
    assert len(list(others(tree, variant))) == 3
