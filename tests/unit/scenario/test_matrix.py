"""A matrix: its lines, and what they share."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.plan.versions import DEBIAN_12
from dxemu.run.expected import expected_s, in_words
from dxemu.run.matrix import make_ready
from dxemu.story.matrix import SEED, Matrix, matrix_of
from dxemu.story.variant import Variant, from_words
from dxemu.topology import yaml

ROOT = Path(__file__).parents[3]
STORY = f"""\
topology: {ROOT}/topologies/backup_connection.yaml
parameters: {{silence: 2 s}}
probes: {{app: {{udp: {{from: app, to: web}}}}}}
steps:
  - {{at: 5 s, fault: {{cable_silent: {{connection: primary}}}}, for: $silence}}
matrix:
  silence: [1 s, 3 s]
  bfd: {{on: {{}}, off: {{virtual_interfaces: {{primary: {{bfd: off}}}}}}}}
  seed: 7 to 9
end: 60 s
"""


def matrix(text: str) -> Matrix:
    found = matrix_of(yaml.parse(text, "story.yaml"))
    assert found is not None
    return found


def test_a_line_for_each_combination() -> None:
    lines = list(matrix(STORY).lines())
    assert matrix(STORY).size == len(lines) == 12
    assert [line.words for line in lines[2:4]] == ["silence 1 s, bfd on, seed 9", "silence 1 s, bfd off, seed 7"]
    assert (lines[3].variant.given, lines[3].variant.seed) == ({"silence": "1 s"}, 7)
    assert lines[3].variant.change == {"virtual_interfaces": {"primary": {"bfd": "off"}}}


def test_lines_that_differ_in_their_seed_share_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    ready = make_ready(path, None, DEBIAN_12, matrix(STORY).lines(), 1)
    assert [line.seed for line in ready] == [7, 8, 9] * 4
    assert len({id(line.rehearsal) for line in ready}) == 4
    on, off = ready[0].rehearsal, ready[3].rehearsal
    assert [vif.bfd is None for vif in on.scenario.topology.virtual_interfaces] == [False, False]
    assert [vif.bfd is None for vif in off.scenario.topology.virtual_interfaces] == [True, False]
    assert [r.rehearsal.scenario.steps[0].duration for r in (ready[0], ready[-1])] == [1, 3]
    assert 4 < expected_s(on) < 6
    assert list(in_words(on)) == []


def test_a_probe_says_what_it_takes_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    bulk = "bulk: {throughput: {from: app, to: web, at: 2 s, for: 3 s}}"
    load = "load: {iperf3: {from: app, to: web, at: 6 s, for: 1 s, udp: 500 Mbps}}"
    path.write_text(f"topology: {ROOT}/topologies/private_vif.yaml\nprobes: {{{bulk}, {load}}}\nend: 9 s\n", "utf-8")
    (ready,) = make_ready(path, None, DEBIAN_12, [next(Matrix({SEED: {"1": Variant(seed=1)}}).lines())], 1)
    assert list(in_words(ready.rehearsal)) == [
        "bulk (throughput) will take about 1.50 s of wall time on a usual machine",
        "load (throughput) will take about 3.45 s of wall time on a usual machine",
    ]
    assert 7 < expected_s(ready.rehearsal) < 8


def test_mistakes_of_all_lines_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY.replace("[1 s, 3 s]", "[1 s, 58 s, 70 s]"), encoding="utf-8")
    with pytest.raises(InputErrors) as errors:
        make_ready(path, None, DEBIAN_12, matrix(path.read_text("utf-8")).lines(), 1)
    assert [p.code for p in errors.value.problems] == ["DX-S008", "DX-S008"]


def test_what_is_set_is_no_axis() -> None:
    with pytest.raises(InputErrors, match="'silence' is given by --set, too"):
        matrix_of(yaml.parse(STORY, "story.yaml"), from_words({"silence": "4 s"}))


def test_a_file_without_a_matrix_has_none() -> None:
    assert matrix_of(yaml.parse("topology: a\n", "story.yaml")) is None
