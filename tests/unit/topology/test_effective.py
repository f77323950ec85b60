"""The topology that a run keeps: with what the scenario changes, without keys, and otherwise the same design."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology import effective, yaml
from dxemu.topology.load import load

TOPOLOGIES = sorted((Path(__file__).parents[3] / "topologies").glob("*.yaml"))
BACKUP = next(file for file in TOPOLOGIES if file.stem == "backup_connection")

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=12) | st.sampled_from(
    ["on", "off", "yes", "no", "null", "~", "1", "0x10", "1.5", "7224:7300", "12:30:45", "300 ms x 3", "- a", "#", "é"]
)
VALUES = st.recursive(
    TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def without_keys(plan: Plan) -> Plan:
    return replace(
        plan,
        sessions=tuple(replace(session, auth_key=None) for session in plan.sessions),
        tunnels=tuple(replace(tunnel, pre_shared_key="") for tunnel in plan.tunnels),
    )


@pytest.mark.parametrize("file", TOPOLOGIES, ids=lambda file: file.stem)
def test_it_gives_the_same_plan_but_for_keys(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / effective.FILE
    kept.write_text(effective.text_of(file), encoding="utf-8")
    text = kept.read_text(encoding="utf-8")
    assert "rehearse-" not in text and "Rehearse_" not in text
    read = effective.read(kept, file.stem)
    assert without_keys(make_plan(read)) == without_keys(make_plan(load(file)))


def test_a_change_is_in_it(tmp_path: Path) -> None:
    kept = tmp_path / effective.FILE
    change = {"virtual_interfaces": {"primary": {"bfd": "off", "auth_key": "another-1"}}}
    kept.write_text(effective.text_of(BACKUP, change), encoding="utf-8")
    assert "another-1" not in kept.read_text(encoding="utf-8")
    plan = make_plan(effective.read(kept, "backup_connection"))
    assert without_keys(plan) == without_keys(make_plan(load(BACKUP, change)))
    assert {s.name: s.has_bfd for s in plan.sessions}["primary"] is False


def test_a_virtual_interface_may_be_called_like_a_key(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(BACKUP.read_text(encoding="utf-8").replace("  primary: {type", "  auth_key: {type"))
    text = effective.text_of(file)
    assert "auth_key:\n    type: private" in text
    assert text.count("auth_key:") == 1


@given(VALUES)
def test_whatever_is_written_reads_the_same(value: object) -> None:
    assert yaml.parse(yaml.dump({"value": value}), "x.yaml").value == {"value": value}
