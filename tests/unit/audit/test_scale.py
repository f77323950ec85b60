"""The work of an audit grows with the number of failures, not with failures times flows times what is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.designs import Size, topology
from dxemu.audit.elements import failures
from dxemu.audit.menu import make_audit
from dxemu.bgp.rib import LocRib
from dxemu.control.forward import Forwarding
from dxemu.control.tables import RoutingTables
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

HANDFUL = 10


def work(folder: Path, size: Size) -> dict[str, float]:
    """How often an audit does what is dear, for each failure."""
    file = folder / f"{size.virtual_interfaces}_{size.gateways}.yaml"
    file.write_text(topology(size), encoding="utf-8")
    design = load(file)
    plan = make_plan(design)
    counts = {"tables filled": 0, "speakers' tables copied": 0, "ways traced": 0}

    with pytest.MonkeyPatch.context() as patch:
        for made, method, what in (
            (RoutingTables, "_filled", "tables filled"),
            (LocRib, "copy", "speakers' tables copied"),
            (Forwarding, "ways", "ways traced"),
        ):
            original = getattr(made, method)

            def counted(*args: object, what: str = what, original: object = original, **keys: object) -> object:
                counts[what] += 1
                return original(*args, **keys)  # type: ignore[operator]  # a method

            patch.setattr(made, method, counted)
        make_audit(design, plan)
    return {what: count / len(failures(design, plan)) for what, count in counts.items()}


def alone(number: int) -> Size:
    """Everything behind one connection."""
    return Size(virtual_interfaces=number, gateways=number)


def spread(number: int) -> Size:
    """Two for each router, each with its own gateway."""
    return Size(
        virtual_interfaces=number, gateways=number, locations=number // 4, devices=number // 2, routers=number // 2
    )


def redundant(number: int) -> Size:
    """Two for each gateway."""
    return replace(spread(number), gateways=number // 2)


@pytest.mark.parametrize("made", [alone, spread, redundant])
def test_a_failure_is_a_handful_of_work_however_many_flows_and_sessions_there_are(
    tmp_path: Path, made: Callable[[int], Size]
) -> None:
    """A table filled for each step of what is noticed, or a way traced for each flow at it, would be hundreds."""
    found = work(tmp_path, made(32))
    assert {what: count for what, count in found.items() if count > HANDFUL} == {}
