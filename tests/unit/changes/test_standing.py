"""Changes of a running design: what may be, what each does, and how it is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.changes.change import Change
from dxemu.changes.effects import Effect
from dxemu.changes.standing import Standing
from dxemu.errors import InputErrors, Mark, Problem
from dxemu.topology import document, yaml
from dxemu.units import Seconds

ROOT = Path(__file__).parents[3]
MARK = Mark("steps.yaml", 1, 1)


def standing(name: str) -> Standing:
    return Standing.of(document.read(ROOT / "topologies" / f"{name}.yaml"))


def change(text: str, name: str = "change", interruption: float | None = None) -> Change:
    for_ = None if interruption is None else Seconds(interruption)
    return Change(id=name, patch=yaml.parse(text, "steps.yaml"), mark=MARK, interruption=for_)


def told(found: tuple[Effect, ...]) -> list[str]:
    return [str(effect) for effect in found]


def refused(stands: Standing, text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputErrors) as caught:
        stands.made(change(text))
    return caught.value.problems


def test_a_change_and_what_it_does() -> None:
    stands, found = standing("backup_connection").made(
        change("virtual_interfaces: {primary: {customer: {as_path_prepend: 3}, bfd: off}}")
    )
    assert told(found) == [
        "virtual_interfaces.primary.bfd 300 ms x 3 -> off: "
        "BFD begins, ends (AdminDown) or goes over to other intervals (Poll); the session stays",
        "virtual_interfaces.primary.customer.as_path_prepend 0 -> 3: "
        "routes are chosen and announced anew; the session stays",
    ]
    assert stands.document.topology().virtual_interfaces[0].customer.as_path_prepend == 3


def test_an_mtu_interrupts_every_virtual_interface_of_the_connection() -> None:
    _, (found,) = standing("backup_connection").made(change("virtual_interfaces: {backup: {mtu: 8500}}"))
    assert str(found) == (
        "virtual_interfaces.backup.mtu 1500 -> 8500: "
        "AWS updates the connection and interrupts 'backup' for up to 30 s; assumed"
    )
    order = change("virtual_interfaces: {backup: {mtu: 8500}}", interruption=2)
    _, (found,) = standing("backup_connection").made(order)
    assert (found.interrupted, found.interruption) == (("backup",), Seconds(2))


def test_secrets_are_not_told() -> None:
    _, (found,) = standing("backup_connection").made(change("virtual_interfaces: {backup: {auth_key: other-key}}"))
    assert "other-key" not in str(found) and "virtual_interfaces.backup.auth_key *** -> ***" in str(found)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("virtual_interfaces: {primary: {vlan: 7}}", "1:38", "virtual_interfaces.primary.vlan"),
        ("customer: {asn: 65001}", "1:17", "customer.asn"),
        ("connections: {primary: {bandwidth: 100 Gbps}}", "1:36", "connections.primary.bandwidth"),
        ("aws: {virtual_private_gateways: {vgw: {asn: 64600}}}", "1:45", "aws.virtual_private_gateways.vgw.asn"),
        ("aws: {region: eu-west-1}", "1:15", "aws.region"),
    ],
)
def test_what_cannot_change_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    (found,) = refused(standing("backup_connection"), text)
    assert (found.code, str(found.mark)) == ("DX-C002", f"steps.yaml:{place}")
    assert found.problem == f"{problem} cannot change while a lab runs"


def test_the_rules_hold_for_what_comes_of_it() -> None:
    (found,) = refused(standing("backup_connection"), "virtual_interfaces: {primary: {bfd: 50 ms x 3}}")
    assert (found.code, str(found.mark)) == ("DX-T023", "steps.yaml:1:37")


def test_elements_come_and_go() -> None:
    stands, found = standing("backup_connection").made(change("virtual_interfaces: {backup: null}"))
    assert told(found) == ["virtual_interfaces.backup removed: a virtual interface comes, or goes"]
    assert [vif.name for vif in stands.document.topology().virtual_interfaces] == ["primary"]


def test_no_two_changes_are_about_one_key() -> None:
    stands, _ = standing("backup_connection").made(change("virtual_interfaces: {primary: {bfd: off}}", "first"))
    for text in ("virtual_interfaces: {primary: {bfd: 500 ms x 3}}", "virtual_interfaces: {primary: null}"):
        (found,) = refused(stands, text)
        assert found.code == "DX-C003"
        assert "by 'first' at steps.yaml:1:1" in found.problem
    stands.made(change("virtual_interfaces: {primary: {hold_time: 30 s}}"))


def test_back_takes_the_latest_or_the_named_one() -> None:
    start = standing("backup_connection")
    one, _ = start.made(change("virtual_interfaces: {primary: {bfd: off}}", "first"))
    two, _ = one.made(change("virtual_interfaces: {primary: {hold_time: 30 s}}", "second"))
    latest, gone, _ = two.back(None, MARK)
    assert gone.id == "second" and latest.document.topology() == one.document.topology()
    named, gone, found = two.back("first", MARK)
    assert gone.id == "first" and [c.id for c in named.changes] == ["second"]
    assert found[0].difference.new == "300 ms x 3"
    none, _, _ = named.back(None, MARK)
    assert none.document.topology() == start.document.topology()


def test_back_without_a_change() -> None:
    start = standing("backup_connection")
    with pytest.raises(InputErrors, match="DX-C004  no change stands"):
        start.back(None, MARK)
    one, _ = start.made(change("virtual_interfaces: {primary: {bfd: off}}", "first"))
    with pytest.raises(InputErrors, match="DX-C004  no change 'frist' stands\n  Did you mean 'first'"):
        one.back("frist", MARK)


def test_back_of_what_later_changes_need() -> None:
    vif = "{type: private, connection: primary, vlan: 103, gateway: vgw}"
    one, _ = standing("backup_connection").made(change(f"virtual_interfaces: {{third: {vif}}}", "first"))
    two, _ = one.made(change("virtual_interfaces: {third: {customer: {med: 10}}}", "second"))
    with pytest.raises(InputErrors, match=r"steps\.yaml:9:3: DX-"):
        two.back("first", Mark("steps.yaml", 9, 3))


def test_a_change_without_effect() -> None:
    (found,) = refused(standing("backup_connection"), "virtual_interfaces: {primary: {mtu: 1500}}")
    assert found.code == "DX-C005"


def test_an_edited_file_takes_the_place_of_all_that_stood() -> None:
    stands, _ = standing("backup_connection").made(change("virtual_interfaces: {primary: {bfd: off}}"))
    text = (ROOT / "topologies" / "backup_connection.yaml").read_text(encoding="utf-8")
    same = document.parse(text, "backup_connection.yaml")
    after, (found,) = stands.replaced(same, change("{}", "up"))
    assert (str(found.difference), after.changes) == ("virtual_interfaces.primary.bfd off -> 300 ms x 3", ())
    assert after.replaced(same, change("{}", "up"))[1] == ()
    edited = document.parse(text.replace("vlan: 101", "vlan: 103"), "backup_connection.yaml")
    with pytest.raises(InputErrors) as caught:
        after.replaced(edited, change("{}", "up"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.mark.file) == ("DX-C002", "backup_connection.yaml")
    assert edited.tree.marks.at("virtual_interfaces", "primary", "vlan") == problem.mark
