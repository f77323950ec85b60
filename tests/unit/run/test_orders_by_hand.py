"""What is wrong with orders by hand, as it is shown on the command line and in Python: orders_by_hand/NAME.txt.

To accept new text after reading it: DXEMU_WRITE_GOLDEN=1 pytest tests/unit/run
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any, cast

import pytest

from dxemu.changes.standing import Standing
from dxemu.cli.change import _patch
from dxemu.cli.living import text_of
from dxemu.errors import DxemuError, InputErrors
from dxemu.labs.live import PYTHON
from dxemu.labs.request import Request
from dxemu.labs.requests import REQUESTS
from dxemu.plan.make import make_plan
from dxemu.plan.versions import DEBIAN_12
from dxemu.report.evaluate import RunMeta
from dxemu.report.problems import render
from dxemu.run.living import LivingLab
from dxemu.run.orders import Heal, Order, OrderRefused
from dxemu.run.session import Session
from dxemu.topology import document

DESIGN = Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"
GOLDEN = Path(__file__).parent / "orders_by_hand"
MTU = {"virtual_interfaces": {"primary": {"mtu": 8500}}}


class Obedient:
    """A session that does whatever it is told."""

    clock = "virtual"

    def __init__(self) -> None:
        self.healed: set[str] = set()

    async def give(self, order: Order) -> dict[str, object]:
        del order
        return {"evidence": "", "at_s": 1.0}


def lab_in(folder: Path) -> LivingLab:
    """One of the design, of which nothing runs."""
    design = document.read(DESIGN)
    here, meta = cast("Session", Obedient()), cast("RunMeta", None)
    return LivingLab(here, Standing.of(design), make_plan(design.topology(), DEBIAN_12), DEBIAN_12, folder, meta)


def asked(folder: Path, *requests: dict[str, object]) -> str:
    """What is said to the last of some requests, the others of which go well."""

    async def all_of_them() -> str:
        lab = lab_in(folder)
        *before, last = requests
        for request in before:
            await give(lab, request)
        try:
            await give(lab, last)
        except InputErrors as errors:
            return render(errors, so="nothing was touched")
        except DxemuError as error:
            return f"{error}\n"
        return ""

    return asyncio.run(all_of_them())


async def give(lab: LivingLab, written: dict[str, Any]) -> None:
    async def drain() -> None:
        """Nothing is on its way."""

    given = {key: value for key, value in written.items() if value is not None}
    queue: asyncio.Queue[Any] = asyncio.Queue()
    gone = asyncio.Event()
    request = Request(lab=lab, written=given, tell=lambda _: None, drain=drain, lines=queue, gone=gone)
    await REQUESTS[given["do"]](request)


def command(do: str, *words: str, **more: object) -> dict[str, object]:
    """As the commands ask."""
    match do:
        case "change":
            text, where = _patch(*words)
            return {"do": do, "text": text, "where": where, **more}
        case "heal":
            return {"do": do, "id": text_of(words[0], words[1:]), **more}
        case "probe":
            name, kind, *parameters = words
            return {"do": do, "text": f"{name}: {{{text_of(kind, parameters) if parameters else f'{kind}: {{}}'}}}"}
        case "back" | "advance" | "until":
            return {"do": do, **more}
    return {"do": do, "text": text_of(words[0], words[1:]), **more}


def python(do: str, written: object = None, **more: object) -> dict[str, object]:
    """As a `LiveLab` asks."""
    text = None if written is None else json.dumps(written)
    return {"do": do, "text": text, "form": PYTHON, **more}


CASES: dict[str, list[dict[str, object]]] = {
    "nothing_to_strike": [command("fail", "cable_cut")],
    "nothing_to_strike_python": [python("fail", {"cable_cut": None})],
    "two_to_strike": [command("fail", "cable_cut", "connection=primary", "circuit=metro")],
    "unknown_parameter": [command("fail", "cable_cut", "connectoin=primary")],
    "parameter_twice": [command("fail", "cable_cut", "connection=primary", "connection=backup")],
    "no_yaml": [command("fail", "cable_cut", "connection={")],
    "unknown_fault": [command("fail", "cable_cutt", "connection=primary")],
    "lacks_a_value": [command("fail", "packet_loss", "connection=primary")],
    "lacks_a_value_python": [python("fail", {"packet_loss": {"connection": "primary"}})],
    "no_share": [command("fail", "packet_loss", "connection=primary", "share=150%")],
    "no_share_python": [python("fail", {"packet_loss": {"connection": "primary", "share": 150}})],
    "no_time_to_last": [command("fail", "cable_cut", "connection=primary", lasts="5x")],
    "no_time_to_last_python": [python("fail", {"cable_cut": {"connection": "primary"}}, lasts="5x")],
    "nothing_like_it_to_heal": [command("heal", "cable_cut", "connection=primry")],
    "probe_without_ends": [command("probe", "app", "udp")],
    "probe_without_ends_python": [python("probe", {"app": {"udp": {}}})],
    "probe_of_no_kind": [command("probe", "app", "upd", "from=app")],
    "capture_of_nothing": [command("probe", "app", "capture")],
    "unknown_key": [command("change", "connections.primary.bandwith=1 Gbps")],
    "no_list_of_ways": [command("change", "virtual_interfaces.primary.gateway=[]")],
    "no_list_of_ways_python": [python("change", {"virtual_interfaces": {"primary": {"gateway": []}}})],
    "changed_already": [command("change", "virtual_interfaces.primary.mtu=8500", id="to night")] * 2,
    "changed_already_python": [python("change", MTU)] * 2,
    "changes_nothing": [command("change", "virtual_interfaces.primary.vlan=101")],
    "no_change_stands": [command("back")],
    "no_such_change_python": [python("change", MTU), python("back", id="chagne")],
    "no_time_to_advance": [command("advance", by="5")],
    "no_such_event": [command("until", event="bpg")],
    "no_such_value_of_an_event": [command("until", event="bgp", having={"stat": "down"})],
    "act_without_effect_python": [
        python("act", {"announce_prefixes": {"router": "customer_router", "prefixes": "10.0.0.0/16"}})
    ],
    "act_without_a_target_python": [python("act", {"reset_session": None})],
}


@pytest.mark.parametrize("name", CASES)
def test_an_order_is_answered_in_its_own_form(name: str, tmp_path: Path) -> None:
    said, golden = asked(tmp_path, *CASES[name]), GOLDEN / f"{name}.txt"
    if os.environ.get("DXEMU_WRITE_GOLDEN"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


def test_every_golden_has_its_order() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(CASES)


def test_a_change_that_was_refused_takes_no_number(tmp_path: Path) -> None:
    async def two_changes() -> tuple[str, ...]:
        lab = lab_in(tmp_path)
        with pytest.raises(InputErrors):
            await give(lab, command("change", "connections.primary.bandwith=1 Gbps"))
        await give(lab, command("change", "virtual_interfaces.primary.mtu=8500"))
        await give(lab, command("change", "virtual_interfaces.backup.mtu=8500"))
        return lab.changes

    assert asyncio.run(two_changes()) == ("change", "change#2")


def test_who_heals_all_is_not_told_off_for_what_another_one_has_healed_meanwhile(tmp_path: Path) -> None:
    async def both() -> list[object]:
        lab = lab_in(tmp_path)
        for target in ("primary", "backup"):
            await give(lab, command("fail", "cable_cut", f"connection={target}"))
        here, one = cast("Obedient", lab.session), asyncio.Lock()

        async def slowly(order: Order) -> dict[str, object]:
            async with one:
                await asyncio.sleep(0)
                if isinstance(order, Heal) and order.id in here.healed:
                    raise OrderRefused(f"no fault '{order.id}' stands")
                here.healed |= {order.id} if isinstance(order, Heal) else set()
            return {"evidence": "", "at_s": 2.0}

        here.give = slowly  # type: ignore[method-assign]
        heal: dict[str, Any] = {"do": "heal", "id": "all"}
        return await asyncio.gather(give(lab, heal), give(lab, heal), return_exceptions=True)

    assert asyncio.run(both()) == [None, None]
