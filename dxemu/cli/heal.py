"""`dxemu heal`: undo what `fail` has broken."""

from __future__ import annotations

import click

from dxemu.cli.completing import named, parameters
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, moment, text_of
from dxemu.labs.client import ask
from dxemu.report.terminal import echo


@click.command(
    "heal",
    short_help="Undo a fault.",
    epilog=examples("heal cable_silent", "heal cable_cut connection=primary", "heal all"),
)
@lab_option
@click.argument("which", metavar="ID|KIND|all", shell_complete=named("fault"))
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=parameters("fault", of="which"))
def command(lab: str | None, which: str, parameters: tuple[str, ...]) -> None:
    """Undo the fault of this ID, that of a KIND with its parameters, or all that stand."""
    done = ask(lab, "heal", id=text_of(which, parameters) if parameters else which)
    for one in done["healed"]:
        echo(f"{moment(one['at_s'])}   {one['id']} healed   confirmed: {one['evidence']}")
    if not done["healed"]:
        echo("nothing was broken")
