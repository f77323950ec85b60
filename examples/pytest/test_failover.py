"""What a team could hold of its design: `pytest --dxemu -n 2` runs these tests and the scenarios beside them."""

from __future__ import annotations

from dxemu.pytest_plugin import LoadsTopologies, MakesLabs, Runs


def test_both_connections_are_there(dx_topology: LoadsTopologies) -> None:
    design = dx_topology("backup_connection")
    assert {one.name for one in design.connections} == {"primary", "backup"}


def test_a_silent_primary_costs_less_than_a_second(dx_run: Runs) -> None:
    run = dx_run("cut_primary_silently")
    assert run.passed
    assert all(outage.duration_ms is not None and outage.duration_ms < 1000 for outage in run.outages("app"))


def test_a_drain_costs_nothing(dx_lab: MakesLabs) -> None:
    lab = dx_lab("backup_connection", seed=7)
    lab.probe("app", "udp", from_="app", to="web", rate="100/s")
    lab.advance("2 s")
    lab.change({"virtual_interfaces": {"backup": {"customer": {"local_pref": 300}}}})
    lab.advance("2 s")
    assert "dx_2" in lab.status()["probes"]["app"]["to_aws"]["hops"]
