"""`dxemu heal`: undo what `fail` has broken."""

from __future__ import annotations

import click

from dxemu.cli.living import lab_option, moment, text_of
from dxemu.labs.client import ask
from dxemu.report.terminal import echo


@click.command("heal", short_help="Undo a fault.")
@lab_option
@click.argument("which", metavar="ID|KIND|all")
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...")
def command(lab: str | None, which: str, parameters: tuple[str, ...]) -> None:
    """Undo the fault of this ID, that of a KIND with its parameters, or all that stand."""
    done = ask(lab, "heal", id=text_of(which, parameters) if parameters else which)
    for one in done["healed"]:
        echo(f"{moment(one['at_s'])}   {one['id']} healed   confirmed: {one['evidence']}")
    if not done["healed"]:
        echo("nothing was broken")
