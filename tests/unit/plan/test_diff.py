"""Differences of plans: any sequence of changes comes to what a fresh file gives, and a diff to the new plan."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dxemu.errors import InputErrors, Mark
from dxemu.plan.diff import Added, Changed, Diff, Removed, Setting, Value, applied, diff
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.order import IN_PLACE, careful, takes_in, unimportant, words
from dxemu.plan.tables import TABLES, rows
from dxemu.topology import document, yaml
from dxemu.topology.document import Document
from dxemu.topology.load import load
from dxemu.topology.patch import patch_of

TOPOLOGIES = sorted((Path(__file__).parents[3] / "topologies").glob("*.yaml"))
BACKUP = next(file for file in TOPOLOGIES if file.stem == "backup_connection")
EXAMPLES = int(os.environ.get("DXEMU_EXAMPLES", "10"))
DOCUMENTS: dict[Path, Document] = {}

POLICY = st.fixed_dictionaries(
    {},
    optional={
        "local_pref": st.sampled_from([None, 50, 300]),
        "as_path_prepend": st.sampled_from([None, 0, 3]),
        "communities": st.sampled_from([None, ["7224:7100"], ["7224:7300", "65000:1"]]),
        "med": st.sampled_from([None, 5]),
        "send_communities": st.booleans(),
        "enabled": st.booleans(),
    },
)
END = st.fixed_dictionaries({}, optional={"enabled": st.booleans()})
OF_VIF = st.fixed_dictionaries(
    {},
    optional={
        "customer": POLICY,
        "amazon": END,
        "bfd": st.sampled_from([None, "off", "300 ms x 3", "500 ms x 5"]),
        "hold_time": st.sampled_from([None, "30 s", "90 s"]),
        "auth_key": st.sampled_from([None, "other-key-1"]),
        "mtu": st.sampled_from([None, 1500, 8500]),
        "graceful_restart": st.sampled_from([None, "on"]),
        "site_link": st.booleans(),
        "prefix_pool_allocated_count_ipv4": st.sampled_from([None, 200]),
    },
)


@st.composite
def patches(draw: st.DrawFn, found: Document) -> dict[str, object]:
    """A change of one of the design's elements; not all of them are allowed."""
    tree = found.tree.value
    assert isinstance(tree, dict)
    kinds = ["vif", "new vif", "gone vif", "aws"] + ["vpn"] * bool(tree.get("vpns")) + ["lag"] * bool(tree.get("lags"))
    kind = draw(st.sampled_from(kinds))
    vif = draw(st.sampled_from(sorted(tree["virtual_interfaces"])))
    if kind == "vif":
        return {"virtual_interfaces": {vif: draw(OF_VIF)}}
    if kind == "gone vif":
        return {"virtual_interfaces": {vif: None}}
    if kind == "new vif":
        like = {
            key: value
            for key, value in tree["virtual_interfaces"][vif].items()
            if key not in ("amazon_address", "customer_address", "route_filter_prefixes")
        }
        number = draw(st.integers(3000, 3003))
        return {"virtual_interfaces": {f"another_{number}": {**like, "vlan": number}}}
    if kind == "vpn":
        vpn = draw(st.sampled_from(sorted(tree["vpns"])))
        tunnel = {draw(st.sampled_from("12")): {"amazon": draw(END)}}
        return {"vpns": {vpn: draw(st.sampled_from([{"customer": draw(POLICY)}, {"tunnels": tunnel}, None]))}}
    if kind == "lag":
        return {"lags": {draw(st.sampled_from(sorted(tree["lags"]))): {"minimum_links": draw(st.integers(0, 2))}}}
    vgws = sorted(tree["aws"].get("virtual_private_gateways", {}))
    if not vgws:
        return {"aws": {"vpcs": {"extra": {"cidr": "172.30.0.0/16"}}}}
    return {
        "aws": {"virtual_private_gateways": {draw(st.sampled_from(vgws)): {"route_propagation": draw(st.booleans())}}}
    }


def fresh(found: Document) -> Document:
    """The same as a file that somebody has just written."""
    return document.parse(yaml.dump(found.tree.value), f"{found.name}.yaml")


def planned(found: Document) -> Plan | None:
    try:
        return make_plan(found.topology())
    except (InputErrors, ValueError):
        return None


@pytest.mark.slow
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=True)
@given(data=st.data())
def test_changes_one_by_one_are_the_fresh_design_and_diffs_lead_there(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(TOPOLOGIES))
    here = DOCUMENTS.setdefault(path, document.read(path))
    start = plan = planned(here)
    assert start is not None and plan is not None
    followed = start
    for number in range(data.draw(st.integers(1, 5))):
        after = here.changed(patch_of(data.draw(patches(here)), Mark("order", number + 1, 1)))
        found = planned(after)
        if found is None:
            continue  # refused: nothing was touched
        change = diff(plan, found)
        assert applied(plan, change) == found
        assert applied(found, diff(found, plan)) == plan
        followed = applied(followed, change)
        here, plan = after, found
        assert_careful(change)
    again = fresh(here)
    assert again.topology() == here.topology()
    assert make_plan(again.topology()) == plan == followed
    assert diff(plan, followed) == ()
    assert applied(start, diff(start, plan)) == plan


def assert_careful(found: Diff) -> None:
    """Additions, changes, removals; additions as things are built, removals the other way.

    What takes in an interface is an addition.
    """
    steps = [step.difference for step in careful(found)]
    kinds = [(Added, Changed, Removed).index(Added if takes_in(one) else type(one)) for one in steps]
    assert kinds == sorted(kinds)
    build = {table: number for number, table in enumerate(TABLES)}
    added = [build[one.table] for one in steps if isinstance(one, Added) or takes_in(one)]
    removed = [build[one.table] for one in steps if isinstance(one, Removed)]
    assert added == sorted(added) and removed == sorted(removed, reverse=True)
    assert len(words(found)) == len(steps) + sum(isinstance(one, Setting) for one in found)


def differ(change: dict[str, object]) -> Diff:
    return diff(make_plan(load(BACKUP)), make_plan(load(BACKUP, change)))


@pytest.mark.parametrize("file", TOPOLOGIES, ids=lambda file: file.stem)
def test_keys_tell_rows_apart_and_nothing_differs_from_itself(file: Path) -> None:
    plan = make_plan(load(file))
    for table in TABLES:
        assert tuple(rows(plan, table).values()) == getattr(plan, table)
    assert diff(plan, make_plan(load(file))) == ()


def test_a_policy_changes_in_place() -> None:
    found = differ({"virtual_interfaces": {"primary": {"customer": {"as_path_prepend": 3}}}})
    assert words(found) == ("session primary: ends.0.export_prepend 0 -> 3",)


def test_what_breaks_says_so() -> None:
    primary = "virtual_interfaces"
    (step,) = careful(differ({primary: {"primary": {"auth_key": "another-1"}}}))
    assert (step.words, step.breaks) == ("session primary: auth_key *** -> ***", "the session is made anew")
    (step,) = careful(differ({primary: {"primary": {"customer": {"enabled": False}}}}))
    assert step.breaks == "the session ends"
    (step,) = careful(differ({primary: {"primary": {"bfd": "off"}}}))
    assert step.breaks == ""


def test_a_virtual_interface_goes_from_session_to_cable() -> None:
    removed = [step.difference for step in careful(differ({"virtual_interfaces": {"backup": None}}))]
    tables = [one.table for one in removed if isinstance(one, Removed)]
    assert tables.index("sessions") < tables.index("addresses") < tables.index("vlans")


def test_a_diff_of_another_plan_is_refused() -> None:
    found = differ({"virtual_interfaces": {"primary": {"bfd": "off"}}})
    other = make_plan(load(BACKUP, {"virtual_interfaces": {"primary": None}}))
    with pytest.raises(KeyError):
        applied(other, found)


def test_a_name_alone_is_nothing_to_do() -> None:
    found = differ({"story": "Another one."})
    assert [one.name for one in found if isinstance(one, Setting)] == ["story"]
    assert unimportant(found) and careful(found) == ()


def test_values_in_place_are_fields_of_their_rows() -> None:
    plans = [make_plan(load(file)) for file in TOPOLOGIES]
    for table, names in IN_PLACE.items():
        made = [row for plan in plans for row in getattr(plan, table)]
        known = {name for row in made for name in type(row).__dataclass_fields__}
        known |= {name for row in made if table == "sessions" for name in type(row.ends[0]).__dataclass_fields__}
        assert made, f"no design has {table}"
        assert names <= known, table


def test_what_is_new_in_a_row_is_told_in_words_and_without_its_keys() -> None:
    """A value that was not there before is shown as a whole, and may hold a key."""

    @dataclass(frozen=True, slots=True)
    class Inner:
        auth_key: str
        on: bool

    value = Value(name="ends.0.peer", old=None, new=(Inner("a-secret", True),))
    assert str(value) == "ends.0.peer none -> [(auth_key ***, on on)]"
