"""`dxemu events`: what happened in a lab, and what happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.labs.client import ask_at
from dxemu.labs.places import chosen
from dxemu.labs.recorded import recorded
from dxemu.report.terminal import echo


@click.command(
    "events",
    short_help="What happened in a lab, and with --follow what happens.",
    epilog=examples("events", "events --follow --json"),
)
@lab_option
@click.option("--json", "as_json", is_flag=True, help="All of it, one JSON object a line.")
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C, or the end of the lab.")
def command(lab: str | None, *, as_json: bool, follow: bool) -> None:
    """Tell what happened since the lab's start, in the words of dxemu run; also of a lab that has died."""

    def say(told: Mapping[str, Any]) -> None:  # Any: as it is told
        if as_json:
            echo(json.dumps(told["event"]))
        elif told["words"] is not None:
            echo(told["words"])

    place = chosen(lab)
    if not place.lives():
        recorded(place, say)
        raise place.dead()
    ask_at(place, "events", say, follow=follow)
