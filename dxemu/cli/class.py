"""`dxemu class`: labs of one design for a class, one for each student."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dxemu.cli.completing import labs
from dxemu.cli.helping import examples
from dxemu.cli.lab_options import clock_option, kernel_option, seed_option
from dxemu.cli.living import moment
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.cli.ranges import Whole
from dxemu.files import stem
from dxemu.host.signals import as_exceptions
from dxemu.labs.places import chosen
from dxemu.labs.start import About
from dxemu.report.terminal import echo

MOST = 200
"""Labs of a class."""


@click.group(
    "class",
    short_help="Labs of one design for a class, one for each student.",
    epilog=examples("class start 8 backup_connection", "class status", "class reset backup_connection_3", "class stop"),
)
def command() -> None:
    """Training: so many labs of one design. Each has a name; DXEMU_LAB in a student's environment names it."""


def _class_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("name", metavar="CLASS", required=False)(function)


@command.command(
    "start",
    short_help="Bring up a number of labs of one design.",
    epilog=examples("class start 8 backup_connection --name monday --clock virtual"),
)
@click.argument("number", type=Whole(1, MOST))
@click.argument("topology", type=TOPOLOGY_FILE)
@click.option(
    "--name", metavar="CLASS", help="What the class is called; its labs are CLASS_1 and so on.  [as the file]"
)
@clock_option("Virtual: time stands still between commands; dxemu advance lets it go on.", default="real")
@kernel_option()
@seed_option()
def start(number: int, topology: Path, name: str | None, clock: str, kernel: str, seed: int) -> None:
    """Bring up NUMBER labs of TOPOLOGY, all of them or none. They live until `dxemu class stop`."""
    from dxemu.labs.classes import names_of_class, start_class

    if kernel == "host" and clock == "virtual":
        raise click.UsageError("the virtual clock needs the embedded kernel\n  Use --clock real with --kernel host.")
    name = name or stem(topology)
    about = About(topology=str(topology.absolute()), kernel=kernel, clock=clock, seed=seed, class_name=name)
    names = names_of_class(name, number)
    as_exceptions()  # all of them or none
    start_class(about, names, lambda one: echo(f"{one}   up"))
    echo("  dxemu class status · dxemu class reset NAME · dxemu class stop")
    echo(f"  a student's terminal: export DXEMU_LAB={names[0]}     then dxemu status, dxemu shell NODE")
    echo(f'  or a line of ~/.ssh/authorized_keys: command="DXEMU_LAB={names[0]} exec $SHELL -l" KEY')


@command.command(
    "status",
    short_help="Show the labs of a class, a line each.",
    epilog=examples("class status", "class status monday --json"),
)
@_class_argument
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def status(name: str | None, as_json: bool) -> None:
    """Show the labs of CLASS, or of the only one, a line each."""
    from dxemu.labs.classes import labs_of_class, look_at

    found = look_at(labs_of_class(name))
    if as_json:
        echo(json.dumps({"labs": [dataclasses.asdict(one) for one in found]}, indent=2))
        return
    width = max(len(one.name) for one in found)
    for one in found:
        if one.t is None:
            why = "has died: dxemu class reset brings it back" if one.state == "died" else "time goes on in it"
            echo(f"{one.name:<{width}}   {one.state:<5}   {why}")
            continue
        words = [f"{one.sessions_up} of {one.sessions} sessions"]
        words += [
            f"{noun}: {', '.join(some)}" for noun, some in (("broken", one.faults), ("changed", one.changes)) if some
        ]
        echo(f"{one.name:<{width}}   {one.state:<5} {moment(one.t)}   {'   '.join(words)}")


@command.command("reset", short_help="Make the lab of one student new.", epilog=examples("class reset monday_3"))
@click.argument("name", shell_complete=labs)
def reset(name: str) -> None:
    """End the lab NAME, whatever was done to it, and bring it up anew."""
    from dxemu.labs.classes import reset as reset_lab

    as_exceptions()  # what was started ends with who waits for it
    reset_lab(chosen(name))
    echo(f"{name} is as it was at its start")


@command.command("stop", short_help="End the labs of a class.", epilog=examples("class stop monday"))
@_class_argument
def stop(name: str | None) -> None:
    """End the labs of CLASS, or of the only one."""
    from dxemu.labs.classes import labs_of_class
    from dxemu.labs.end import end

    for place in labs_of_class(name):
        end(place)
        echo(f"{place.name} has ended")
