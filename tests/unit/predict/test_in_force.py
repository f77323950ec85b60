"""An approval of AWS's that waits for the next session: until then the one before it is in force."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

from small_plan import made

from dxemu.plan.model import Plan
from dxemu.predict.in_force import Filter, InForce

OLD, NEW, NEWEST = ((ip_network(f"198.51.100.{at}/26"),) for at in (0, 64, 128))


def design(primary: Filter, backup: Filter = None) -> Plan:
    plan, filters = made("backup_connection"), {"primary": primary, "backup": backup}
    sessions = (replace(s, route_filter_prefixes=filters.get(s.name)) for s in plan.sessions)
    return replace(plan, sessions=tuple(sessions))


def in_force(now: InForce) -> tuple[Filter, Filter]:
    return (
        now.plan.session("primary").route_filter_prefixes,
        now.plan.session("backup").route_filter_prefixes,
    )


def test_an_approval_is_in_force_at_once_unless_it_waits() -> None:
    now = InForce(design(OLD))
    assert now.plan is now.design
    assert in_force(now.become(design(NEW))) == (NEW, None)
    assert in_force(now.become(design(NEW), on_clear=True)) == (OLD, None)


def test_what_waits_goes_on_waiting_for_its_own_session() -> None:
    waiting = InForce(design(OLD)).become(design(NEW), on_clear=True)
    assert in_force(waiting.become(design(NEW, OLD))) == (OLD, OLD), "another session is approved something"
    assert in_force(waiting.become(design(NEW, OLD), on_clear=True)) == (OLD, None)
    assert in_force(waiting.become(design(NEWEST), on_clear=True)) == (OLD, None), "the first one still holds"
    assert in_force(waiting.become(design(NEWEST))) == (NEWEST, None), "what does not wait is in force"
    assert in_force(waiting.cleared({"backup"})) == (OLD, None)
    assert in_force(waiting.cleared({"primary"})) == (NEW, None)
