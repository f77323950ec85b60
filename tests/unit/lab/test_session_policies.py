"""What operators have done on a router, beside its plan and as a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path

from dxemu.lab.session_policies import SessionPolicies
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load

TOPOLOGY = Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"
LEAKED, NETWORK = IPv4Network("10.64.0.0/24"), IPv4Network("10.0.0.0/16")


def plan(announcements: Mapping[IPv4Network, str]) -> Plan:
    """With what the router of the colocation announces otherwise."""
    router = {"announcements": {str(prefix): how for prefix, how in announcements.items()}}
    return make_plan(load(TOPOLOGY, {"customer": {"colocation": {"routers": {"colo_router": router}}}}))


def test_who_announces_again_what_was_withdrawn_can_withhold_it_later() -> None:
    """An act drains the router and another one gives it back; a change drains it once more."""
    drained, given_back = plan({NETWORK: "withhold"}), plan({})
    policies = SessionPolicies(drained, "colo_router")
    policies.let_out([NETWORK])
    policies.absorb(drained, given_back)
    policies.adopt(given_back)
    assert NETWORK not in policies.exports(given_back.session("primary")).withholds
    policies.adopt(drained)
    assert NETWORK in policies.exports(drained.session("primary")).withholds


def test_what_a_fault_lets_out_beside_an_act_stays_let_out() -> None:
    before, acted = plan({}), plan({LEAKED: "originate"})
    fault = IPv4Network("10.65.0.0/24")
    policies = SessionPolicies(before, "colo_router")
    policies.leak([fault, LEAKED], stops=False)
    policies.let_out([LEAKED])
    policies.absorb(before, acted)
    assert policies.let_out([]) == (LEAKED, fault)
    assert policies.leak([fault, LEAKED], stops=True) == ()


def test_nothing_is_left_of_a_leak() -> None:
    """What the design withholds is withheld again after it; what another fault leaks is still let out."""
    drained = plan({NETWORK: "withhold"})
    policies = SessionPolicies(drained, "colo_router")
    primary = drained.session("primary")
    policies.leak([NETWORK, LEAKED], stops=False)
    policies.leak([LEAKED], stops=False)
    assert NETWORK not in policies.exports(primary).withholds
    assert LEAKED in (policies.exports(primary).only or ())
    assert policies.leak([NETWORK, LEAKED], stops=True) == (LEAKED,)
    assert NETWORK in policies.exports(primary).withholds
    assert policies.leak([LEAKED], stops=True) == ()
    assert LEAKED not in (policies.exports(primary).only or ())
