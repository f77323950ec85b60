"""What a change costs: steps are read back one after the other, and sessions come up by themselves meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from small_plan import rounded

from dxemu.plan.diff import Added
from dxemu.plan.make import make_plan
from dxemu.plan.tables import Row
from dxemu.predict.changed import Redesign, _nodes, predict_turns
from dxemu.predict.outcome import World
from dxemu.predict.prediction import Pair, Prediction
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
CROSSING_S = 0.002
"""Of a virtual interface's packets: the cable between the customer's router and AWS's device."""
READ_BACK_S = 2 * 3 * CROSSING_S + 0.01
"""Three round trips and a router's decision."""
CONNECTING_S = 1 + 8 * CROSSING_S + 0.2
"""A try each second, eight crossings until the routes are there (RFC 4271 8.2.2), a TCP acknowledgement that waits."""
OFF = {"customer": {"enabled": False}}


def world(topology: str, **virtual_interfaces: Any) -> World:
    change = {"virtual_interfaces": virtual_interfaces} if virtual_interfaces else {}
    return World(rounded(make_plan(load(TOPOLOGIES / f"{topology}.yaml", change)), CROSSING_S))


def predicted(turns: Sequence[Redesign]) -> Mapping[tuple[str, str], Prediction]:
    return {(one.fault, one.direction): one for one in predict_turns(turns, [Pair("ping", "app", "web")])}


def test_what_is_switched_off_is_lost_until_it_is_switched_on() -> None:
    """After 30 s of refusals ExaBGP waits for 9 s: 1, 2, 3, 4, 5, 7 s were before, which are 22 s."""
    on, off = world("private_vif"), world("private_vif", prod=OFF)
    turns = [
        Redesign(id="off", at=10, before=on, world=off),
        Redesign(id="on", at=40, before=off, world=on, off_for=30),
    ]
    found = predicted(turns)
    lost = found["off", "to_aws"].outage
    # At first colo_router only is told what the other one says: 3 ms and a decision of 10 ms, there and back.
    assert lost.low_s == pytest.approx(30 - (2 * (0.003 + 0.01) + 0.01))
    # Then all of them: 3 ms, 2 ms and the gateway, each with its decision.
    spread = 2 * (0.003 + 0.01 + CROSSING_S + 0.01 + 0.01) + 0.01
    assert lost.high_s == pytest.approx(30 + 9 + CONNECTING_S + spread)
    assert found["on", "to_aws"].outage.high_s == 0, "it was lost before"
    again = Redesign(id="again", at=70, before=on, world=off)
    never = predicted([*turns, again])["again", "to_aws"].outage
    assert never.low_s == never.high_s == float("inf"), "what was earlier brings nothing back"


@pytest.mark.parametrize(
    ("off_before", "off_after", "high_s"),
    [
        # Primary is first in the file: it is switched on, and comes up by itself while backup is switched off.
        ("primary", "backup", 60 + CONNECTING_S),
        # Packets are lost as soon as primary is off: until that is read back, and then.
        ("backup", "primary", READ_BACK_S + 60 + CONNECTING_S),
    ],
)
def test_one_goes_before_the_other_one_is_up(off_before: str, off_after: str, high_s: float) -> None:
    before, after = (world("backup_connection", **{name: OFF}) for name in (off_before, off_after))
    (to_aws, _) = predicted([Redesign(id="swap", at=10, before=before, world=after)]).values()
    assert (to_aws.outage.low_s, to_aws.outage.high_s) == (0, pytest.approx(high_s))


def test_two_sessions_that_are_made_anew_at_once_are_both_down() -> None:
    """A refusal costs 1 s: the ends do not have the new key at the same moment. One alone leaves the other way."""
    before = world("backup_connection")
    for names, high_s in ((("primary",), 0), (("primary", "backup"), 1 + CONNECTING_S)):
        after = world("backup_connection", **{name: {"auth_key": f"new-{name}"} for name in names})
        (to_aws, _) = predicted([Redesign(id="rotate", at=10, before=before, world=after)]).values()
        assert (to_aws.outage.low_s, to_aws.outage.high_s) == (0, pytest.approx(high_s)), names


def test_who_knows_of_a_difference_at_first() -> None:
    """The ends of a cable or a session, all routers of a shared address, else the node that it is at."""
    plan = make_plan(load(TOPOLOGIES / "hardware_high_availability.yaml"))

    def nodes(table: str, row: Row) -> set[str]:
        return set(_nodes(Added(table=table, key=(), row=row, place=0)))

    cable, session, group, address = plan.cables[0], plan.sessions[0], plan.vrrp[0], plan.addresses[0]
    assert nodes("cables", cable) == {cable.a.node, cable.b.node}
    assert nodes("sessions", session) == {end.node for end in session.ends}
    assert nodes("vrrp", group) == {node for node, _ in group.priorities}
    assert nodes("addresses", address) == {address.node}
    assert nodes("nodes", plan.nodes[0]) == set(), "one that is new has nothing to tell"
