"""`dxemu status`: which labs there are, and how one is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, moment
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, chosen, places
from dxemu.report.terminal import echo
from dxemu.words import direction


@click.command(
    "status",
    short_help="How a lab is, or which labs there are.",
    epilog=examples("status", "status --lab class --json"),
)
@lab_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def command(lab: str | None, *, as_json: bool) -> None:
    """Say how the lab is, or, where there are several, which there are."""
    found = places()
    if lab is None and len(found) != 1 and found:
        _list(found, as_json=as_json)
        return
    place = chosen(lab)
    status = {"lab": place.name, **place.about(), **ask_at(place, "status")}
    if as_json:
        echo(json.dumps(status, indent=2))
    else:
        _show(status)


def _list(found: list[LabFolder], *, as_json: bool) -> None:
    labs = [{"lab": place.name, **place.about(), "lives": place.lives()} for place in found]
    if as_json:
        echo(json.dumps({"labs": labs}, indent=2))
        return
    for one in labs:
        state = "" if one["lives"] else "   has died: dxemu down removes it"
        echo(f"{one['lab']}   {one.get('kernel', '')} kernel   {one.get('clock', '')} clock{state}")
    echo("  --lab NAME says which one is meant")


def _show(status: Mapping[str, Any]) -> None:  # Any: as `dxemu.labs.status` has it
    echo(f"{status['lab']}   {status['kernel']} kernel   {status['clock']} clock   {moment(status['t']).strip()}")
    lines = list(_lines(status))
    wide = max((len(what) for what, _ in lines), default=0)
    for what, state in lines:
        echo(f"  {what:<{wide}}   {state}")
    for noun in ("faults", "changes"):
        if status[noun]:
            echo(f"  {noun} that stand: {', '.join(status[noun])}")


def _lines(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:  # Any: as above
    """What there is, and how it is."""
    for name, state in status["virtual_interfaces"].items():
        yield f"virtual interface {name}", state
    for noun, of in (("session", "sessions"), ("BFD", "bfd"), ("tunnel", "tunnels")):
        for name, ends in status[of].items():
            yield f"{noun} {name}", _ends(ends)
    for name, ends in status["cables"].items():
        yield f"cable {name}", _cable(ends)
    for name, ways in status["probes"].items():
        for way_of, way in ways.items():
            yield f"path {name} {direction(way_of)}", way["text"]


def _ends(ends: Mapping[str, bool]) -> str:
    if all(ends.values()):
        return "up"
    return "   ".join(f"{node} {'up' if up else 'down'}" for node, up in ends.items())


def _cable(ends: Mapping[str, Mapping[str, Any]]) -> str:  # Any: as above
    words = []
    for node, end in ends.items():
        if not end["carrier"]:
            words.append(f"{node} has no light")
        elif end.get("loss_percent"):
            words.append(f"{node} loses {end['loss_percent']:g} %")
        if end.get("bad"):
            words.append(end["bad"])
    return ", ".join(words) or "up"
