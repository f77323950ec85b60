"""`--pcap`: which ports are meant, and what becomes of the frames that a lab wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dxemu.errors import DxemuError
from dxemu.events.base import Event
from dxemu.events.frame_dump import ENDING, SNAP_BYTES, frames
from dxemu.files import border
from dxemu.plan.model import Plan
from dxemu.report.pcapng import pcapng
from dxemu.topology.words import suggestion

Port = tuple[str, str]


class NoSuchPort(DxemuError):
    """A name that neither a cable, a connection nor a node of the design has."""

    exit_status = 2


def ports_of(plan: Plan, names: Iterable[str]) -> dict[str, tuple[Port, ...]]:
    """The ports of each: both ends of a cable or of a connection's cables, all ports of a node. Raises NoSuchPort."""
    return {name: _ports(plan, name) for name in dict.fromkeys(names)}


def _ports(plan: Plan, name: str) -> tuple[Port, ...]:
    known = plan.cable_named(name)
    cables = plan.cables_of_connection(name) or (() if known is None else (known,))
    ends = [end for cable in cables for end in (cable.a, cable.b)]
    ends = ends or [end for cable in plan.cables for end in (cable.a, cable.b) if end.node == name]
    if not ends:
        names = {cable.name for cable in plan.cables} | {node.name for node in plan.nodes}
        remedy = suggestion(name, sorted(names), f"{plan.topology} has no cables.")
        raise NoSuchPort(f"--pcap {name}: no cable, connection or node of {plan.topology} is called so\n  {remedy}")
    return tuple((end.node, end.name) for end in ends)


def make_pcapng(folder: Path, ports: Mapping[str, Sequence[Port]], events: Sequence[Event]) -> list[Path]:
    """`NAME.pcapng` in `folder` for each, in place of what the lab wrote down. Raises FileError."""
    made = []
    with border(folder):
        for name, mine in ports.items():
            written, file = folder / f"{name}{ENDING}", folder / f"{name}.pcapng"
            found = sorted(frames(written), key=lambda frame: frame.t_ns)
            draft = file.with_suffix(".part")
            draft.unlink(missing_ok=True)
            with draft.open("xb") as out:
                out.writelines(pcapng(found, [f"{node} {port}" for node, port in mine], events, SNAP_BYTES))
            draft.replace(file)
            written.unlink()
            made.append(file)
    return made
