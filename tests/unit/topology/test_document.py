"""A lab's document: the file's tree with what was laid over it, and where each value was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.topology import document, yaml
from dxemu.topology.document import Document
from dxemu.topology.patch import merged, patch_of

ROOT = Path(__file__).parents[3]
BACKUP = ROOT / "topologies/backup_connection.yaml"
VPN = ROOT / "topologies/vpn_backup.yaml"


def patch(text: str) -> yaml.Tree:
    return yaml.parse(text, "patch.yaml")


def problems(found: Document) -> tuple[Problem, ...]:
    with pytest.raises(InputErrors) as caught:
        found.topology()
    return caught.value.problems


def value(base: object, top: object) -> object:
    marks = yaml.parse("a: 1\n", "base.yaml").marks
    return merged(yaml.Tree(base, marks), yaml.Tree(top, marks)).value


@pytest.mark.parametrize(
    ("base", "top", "after"),
    [
        ({"x": {"a": 1, "b": 2}}, {"x": {"b": 3}}, {"x": {"a": 1, "b": 3}}),
        ({"x": [1, 2]}, {"x": [3]}, {"x": [3]}),
        ({"x": {"a": 1, "b": 2}}, {"x": {"a": None}}, {"x": {"b": 2}}),
        ({"x": 1}, {"x": {"a": 2}}, {"x": {"a": 2}}),
        ({"x": {"a": 1}}, {"x": 2}, {"x": 2}),
        ({"x": None}, {"x": {"a": 2}}, {"x": {"a": 2}}),
        ({"x": 1}, {}, {"x": 1}),
        ({"x": 1}, None, {"x": 1}),
    ],
)
def test_it_merges_as_rfc_7396_says(base: object, top: object, after: object) -> None:
    assert value(base, top) == after


def test_a_patch_leaves_the_document_as_it_was() -> None:
    found = document.read(BACKUP)
    before = found.topology()
    assert found.changed(patch("virtual_interfaces: {primary: {vlan: 7}}")).topology() != before
    assert found.topology() == before


def test_null_removes_an_element_and_gives_back_a_default() -> None:
    found = document.read(BACKUP).changed(patch("virtual_interfaces: {backup: null, primary: {hold_time: 30 s}}"))
    (vif,) = found.topology().virtual_interfaces
    assert vif.hold_time == 30
    (vif,) = found.changed(patch("virtual_interfaces: {primary: {hold_time: null}}")).topology().virtual_interfaces
    assert vif.hold_time == 90


def test_a_tunnel_is_changed_by_its_number() -> None:
    before = document.read(VPN).topology().vpns[0]
    found = document.read(VPN).changed(
        patch(f"vpns: {{{before.name}: {{tunnels: {{2: {{pre_shared_key: Other_key}}}}}}}}")
    )
    after = found.topology().vpns[0]
    assert after.tunnels[1].pre_shared_key == "Other_key"
    assert after.tunnels[1].inside_cidr == before.tunnels[1].inside_cidr
    assert after.tunnels[0] == before.tunnels[0]
    mark = found.tree.marks.at("vpns", before.name, "tunnels", 1, "pre_shared_key")
    assert mark.file == "patch.yaml"


def test_there_is_no_third_tunnel() -> None:
    name = document.read(VPN).topology().vpns[0].name
    (problem,) = problems(document.read(VPN).changed(patch(f"vpns: {{{name}: {{tunnels: {{3: {{}}}}}}}}")))
    assert (problem.code, problem.problem) == ("DX-C001", "there is no tunnel '3' to change")
    assert problem.remedy == "They are called 1 and 2."


def test_what_is_missing_is_where_it_was_removed() -> None:
    (problem,) = problems(document.read(BACKUP).changed(patch("virtual_interfaces: {primary: {vlan: null}}")))
    assert (problem.code, str(problem.mark)) == ("DX-F006", "patch.yaml:1:38")


def test_a_mistake_that_shows_elsewhere_says_where_it_comes_from() -> None:
    found = document.read(BACKUP).changed(patch("aws: {virtual_private_gateways: {vgw: null}}"))
    shown = problems(found)
    assert shown
    for problem in shown:
        assert problem.mark.file == str(BACKUP)
        assert problem.remedy.endswith("It comes with the change at patch.yaml:1:1.")


def test_a_mistake_that_was_there_before_does_not() -> None:
    found = document.parse(BACKUP.read_text().replace("vlan: 101", "vlan: 5000"), "mine.yaml")
    (problem,) = problems(found.changed(patch("virtual_interfaces: {backup: {hold_time: 30 s}}")))
    assert problem == problems(found)[0]


def test_of_two_patches_the_one_that_brought_it_is_named() -> None:
    found = document.read(BACKUP).changed(patch("aws: {virtual_private_gateways: {vgw: null}}"))
    later = found.changed(patch_of({"virtual_interfaces": {"backup": {"hold_time": "30 s"}}}, Mark("order", 1, 1)))
    assert problems(later) == problems(found)


def test_a_patch_without_a_file_is_where_it_is_said_to_be() -> None:
    found = document.read(BACKUP)
    order = patch_of({"virtual_interfaces": {"backup": {"vlan": 5000}}}, Mark("the order", 1, 1))
    (problem,) = problems(found.changed(order))
    assert problem.mark.file == "the order"
