"""`dxemu fail`: break something in a lab."""

from __future__ import annotations

import click

from dxemu.cli.completing import kinds, parameters
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, moment, say_predicted, text_of
from dxemu.labs.client import ask
from dxemu.report.terminal import echo


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print every fault, and end."""
    if not wanted:
        return
    from dxemu.faults import menu  # only the list needs them all
    from dxemu.report.fault_list import lines

    for line in lines(menu.kinds()):
        echo(line)
    context.exit()


@click.command(
    "fail",
    short_help="Break something, and say what it should cost.",
    epilog=examples("fail cable_silent connection=primary --for 30s", "fail node_down device=dx_1", "fail --list"),
)
@lab_option
@click.option("--for", "lasts", metavar="TIME", help="Heal it after so much of the lab's time, such as 30s.")
@click.option("--id", "name", metavar="ID", help="What heal calls it.  [default: its kind]")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Say what can break, and end."
)
@click.argument("kind", required=False, metavar="KIND", shell_complete=kinds("fault"))
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=parameters("fault"))
def command(
    lab: str | None, lasts: str | None, name: str | None, kind: str | None, parameters: tuple[str, ...]
) -> None:
    """Break something: `dxemu fail cable_silent connection=primary --for 30s`. Faults are those of scenarios."""
    if kind is None:
        raise click.UsageError("KIND is missing\n  dxemu fail --list shows what can break, with its parameters.")
    done = ask(lab, "fail", text=text_of(kind, parameters), lasts=lasts, id=name)
    what = f"{kind} {' '.join(parameters)}".strip()
    echo(f"{moment(done['at_s'])}   {what}   confirmed: {done['evidence']}   id {done['id']}")
    say_predicted(done["predicted"])
